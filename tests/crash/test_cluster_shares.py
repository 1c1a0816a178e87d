"""Several processes share the work of one store."""

from pathlib import Path

import pytest

from tests.support.cluster_world import cluster_world

pytestmark = pytest.mark.postgres


async def test_a_leader_and_workers_share_the_work_and_do_nothing_twice(tmp_path: Path, postgres_url: str) -> None:
    async with cluster_world(tmp_path, postgres_url) as world:
        leader = await world.lead()
        workers = [await world.start("worker"), await world.start("worker", "--concurrency", "4")]
        await world.until(lambda: world.count("processes") == 3)
        world.publish(40)
        await world.until(lambda: world.triaged() == 40 and world.settle_down())
        world.hold_invariants()
        assert await workers[0].stopped() < 10
        world.publish(8, start=100)
        await world.until(lambda: world.triaged() == 48 and world.settle_down())
        world.hold_invariants()
        assert await leader.stopped() < 10
