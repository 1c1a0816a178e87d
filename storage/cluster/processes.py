"""Record which processes live: each reports regularly that it works, by which configuration, and what is wrong."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select

from monitor.domain.status.overview import WorkerOverview
from storage.counters import count
from storage.schema.content import counters
from storage.schema.processes import processes
from storage.sql.database import Database
from storage.sql.upserts import upsert

RECOVERED = "rescued"
"""The counter of jobs recovered from processes that died, under its name in existing stores."""

FORGOTTEN_AFTER = timedelta(days=1)
"""A process not seen for so long is no longer shown."""


class SqlProcesses:
    """The rows of all processes on one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(self, worker: WorkerOverview) -> None:
        """Write that a process lives."""
        await self._database.run(lambda connection: _report(connection, worker))

    async def end(self, name: str) -> None:
        """Delete the row of a process that stopped in good order."""
        await self._database.run(
            lambda connection: connection.execute(delete(processes).where(processes.c.name == name)).rowcount
        )

    async def count_alive(self, seen_since: datetime) -> int:
        """Return how many processes were seen since."""
        alive = select(func.count()).select_from(processes).where(processes.c.seen_at >= seen_since)
        return await self._database.read(lambda connection: connection.execute(alive).scalar_one())

    async def count_recovered(self, jobs: int) -> None:
        """Count jobs of dead processes that living ones recovered."""
        await self._database.run(lambda connection: count(connection, RECOVERED, jobs))

    async def all(self) -> Sequence[WorkerOverview]:
        """Return the processes seen recently, by name."""
        return await self._database.read(read_processes)


def read_processes(connection: Connection) -> tuple[WorkerOverview, ...]:
    """Return `SqlProcesses.all` inside a transaction."""
    return tuple(
        WorkerOverview(
            name=row.name,
            version=row.version,
            started_at=row.started_at,
            seen_at=row.seen_at,
            revision=row.revision,
            checked_at={step: datetime.fromisoformat(at) for step, at in row.checked_at.items()},
            problems=tuple(row.problems),
        )
        for row in connection.execute(select(processes).order_by(processes.c.name))
    )


def read_recovered(connection: Connection) -> int:
    """Return how many jobs were ever recovered."""
    known = select(counters.c.value).where(counters.c.name == RECOVERED)
    return connection.execute(known).scalar_one_or_none() or 0


def _report(connection: Connection, worker: WorkerOverview) -> None:
    values: dict[str, Any] = {
        "version": worker.version,
        "started_at": worker.started_at,
        "seen_at": worker.seen_at,
        "revision": worker.revision,
        "checked_at": {step: at.isoformat() for step, at in worker.checked_at.items()},
        "problems": list(worker.problems),
    }
    statement = upsert(connection, processes).values(name=worker.name, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[processes.c.name], set_=values))
    connection.execute(delete(processes).where(processes.c.seen_at < worker.seen_at - FORGOTTEN_AFTER))
