"""Processes of a cluster end or sleep at any moment: nothing is lost, nothing doubled, and others take over in time."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.support.cluster_world import ClusterWorld, cluster_world

pytestmark = pytest.mark.postgres

TAKEN_OVER_WITHIN = 120.0
"""Seconds after which a takeover counts as failed. How long it takes is measured by benchmarks/cluster.py."""


async def done(world: ClusterWorld, articles: int, within: float = TAKEN_OVER_WITHIN) -> None:
    """All articles triaged in time, then all messages out, and nothing twice."""
    await world.until(lambda: world.triaged() == articles, within)
    await world.until(world.settle_down)
    world.hold_invariants()


async def caught_in_the_act(world: ClusterWorld) -> None:
    """Until pages are being read by somebody."""
    await world.until(lambda: world.count("procrastinate_jobs", "status = 'doing' AND task_name = 'extract'") > 0)


async def test_a_killed_worker_is_replaced(tmp_path: Path, postgres_url: str) -> None:
    async with cluster_world(tmp_path, postgres_url, slow_pages=True) as world:
        await world.lead()
        victim = await world.start("worker")
        await world.until(lambda: world.count("processes") == 2)
        world.publish(30)
        await caught_in_the_act(world)
        await asyncio.sleep(0.5)
        await victim.killed()
        await done(world, 30)


@pytest.mark.case(126)
async def test_a_worker_that_sleeps_is_replaced_and_does_no_harm_when_it_wakes(
    tmp_path: Path, postgres_url: str
) -> None:
    async with cluster_world(tmp_path, postgres_url, slow_pages=True) as world:
        await world.lead()
        sleeper = await world.start("worker")
        await world.until(lambda: world.count("processes") == 2)
        world.publish(30)
        await caught_in_the_act(world)
        sleeper.signal(signal.SIGSTOP)
        await world.until(lambda: world.triaged() == 30, TAKEN_OVER_WITHIN)
        sleeper.signal(signal.SIGCONT)
        world.publish(10, start=40)
        await done(world, 40)
        assert await sleeper.stopped() < 10


async def test_workers_go_on_without_the_leader_and_a_new_one_joins_them(tmp_path: Path, postgres_url: str) -> None:
    async with cluster_world(tmp_path, postgres_url) as world:
        leader = await world.lead()
        await world.start("worker")
        await world.until(lambda: world.count("processes") == 2)
        await leader.killed()
        world.publish(20)
        await done(world, 20)
        await world.lead()
        world.publish(5, start=30)
        await done(world, 25)
