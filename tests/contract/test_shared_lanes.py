"""Two processes that ask the same host keep its manners together."""

import asyncio
from datetime import UTC, datetime, timedelta

from monitor.adapters.http.shared_host_limits import SharedHostLimits
from storage.cluster.host_limits import SqlHostLimits
from storage.sql.database import Database


class Now:
    """The present."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Host:
    """Counts the requests under way, and when each began."""

    def __init__(self) -> None:
        self.together = self.most = 0
        self.begun: list[float] = []

    async def ask(self, limits: SharedHostLimits, seconds: float) -> None:
        async with limits.enter("h.example"):
            self.begun.append(asyncio.get_running_loop().time())
            self.together += 1
            self.most = max(self.most, self.together)
            await asyncio.sleep(seconds)
            self.together -= 1


def processes(database: Database, concurrency: int, delay: float) -> list[SharedHostLimits]:
    lease = timedelta(seconds=30)
    return [
        SharedHostLimits(SqlHostLimits(database), Now(), concurrency=concurrency, delay=delay, lease=lease)
        for _ in range(2)
    ]


async def test_so_many_requests_at_once_over_both(database: Database) -> None:
    host = Host()
    await asyncio.gather(*(host.ask(limits, 0.05) for limits in processes(database, 2, 0.0) for _ in range(5)))
    assert len(host.begun) == 10
    assert host.most == 2


async def test_starts_are_spaced_over_both(database: Database) -> None:
    host = Host()
    await asyncio.gather(*(host.ask(limits, 0.0) for limits in processes(database, 2, 0.2) for _ in range(3)))
    began = sorted(host.begun)
    assert began[-1] - began[0] > 0.8, "six starts have five pauses between them"


async def test_a_request_that_fails_leaves_its_lane(database: Database) -> None:
    (limits, _), host = processes(database, 1, 0.0), Host()
    try:
        async with limits.enter("h.example"):
            raise ConnectionError
    except ConnectionError:
        await host.ask(limits, 0.0)
    assert host.begun
