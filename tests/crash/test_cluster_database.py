"""The database goes away under a working cluster, again and again."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.crash.cluster_world import cluster_world

pytestmark = pytest.mark.postgres

TIMES = 20


class Switch:
    """Cuts every connection to one database, and keeps it shut for a moment, as a restart does."""

    def __init__(self, server: str, url: str) -> None:
        self._server, self._name = server, str(make_url(url).database)

    async def restart(self, seconds: float) -> None:
        """One restart."""
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS false')  # type: ignore[call-overload]
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (self._name,)
            )
            await asyncio.sleep(seconds)
            connection.execute(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS true')  # type: ignore[call-overload]


async def test_a_database_restarted_under_load_costs_nothing_but_time(
    tmp_path: Path, postgres_server: str, postgres_url: str
) -> None:
    switch = Switch(postgres_server, postgres_url)
    async with cluster_world(tmp_path, postgres_url) as world:
        leader, worker = await world.lead(), await world.start("worker")
        await world.until(lambda: world.count("processes") == 2)
        for number in range(TIMES):
            world.publish(2, start=2 * number)
            await asyncio.sleep(0.3)
            await switch.restart(0.2 if number % 4 else 1.5)
            await asyncio.sleep(0.5)
        await world.until(lambda: world.triaged() == 2 * TIMES, 30)
        await world.until(world.settle_down)
        world.hold_invariants()
        assert leader.process.returncode is None, "the leader gave up"
        assert worker.process.returncode is None, "the worker gave up"
