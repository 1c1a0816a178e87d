"""Three processes, any of which dies or sleeps at any moment, while articles keep coming and Slack misbehaves."""

import asyncio
import random
import signal
from pathlib import Path

import pytest

from tests.support.cluster_world import ClusterWorld, Member, cluster_world
from tests.support.fake_slack.faults import CHAOS, Faults

pytestmark = pytest.mark.postgres

BLOWS = 8
SEED = 7


async def struck(world: ClusterWorld, chance: random.Random, members: list[Member]) -> None:
    """One blow to one process: killed and started anew, or stopped for as long as it takes to be thought dead."""
    at = chance.randrange(len(members))
    if chance.random() < 0.7:
        await members[at].killed()
        members[at] = await (world.start("run", "--engine", "cluster") if at == 0 else world.start("worker"))
    else:
        members[at].signal(signal.SIGSTOP)
        await asyncio.sleep(chance.uniform(1.0, 14.0))
        members[at].signal(signal.SIGCONT)


async def test_three_processes_lose_and_double_nothing_whatever_happens_to_them(
    tmp_path: Path, postgres_url: str
) -> None:
    chance = random.Random(SEED)
    async with cluster_world(tmp_path, postgres_url) as world:
        world.slack.faults = Faults(rates=dict(CHAOS), seed=SEED)
        members = [await world.lead(), await world.start("worker"), await world.start("worker")]
        await world.until(lambda: world.count("processes") == 3)
        for blow in range(BLOWS):
            world.publish(5, start=5 * blow)
            await asyncio.sleep(chance.uniform(0.5, 3.0))
            await struck(world, chance, members)
        world.slack.faults = Faults()
        await world.until(lambda: world.triaged() == 5 * BLOWS, 60)
        await world.until(world.settle_down, 120)
        world.hold_invariants()
        assert not world.count("deliveries", "state NOT IN ('sent', 'rolled_up', 'muted') AND due <= now()")
        assert world.count("alerts") == len(world.newsroom.messages()) == BLOWS
