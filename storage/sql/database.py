"""Open a database, asynchronous outside, synchronous inside.

Each unit of work is one transaction in a worker thread.

SQLAlchemy's asynchronous layer costs ten times what its synchronous one does on short statements (`docs/decisions`),
and a transaction that cannot await cannot be left open while something slow happens.
"""

import asyncio
import os
import select
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from storage.sql.errors import StoreReadOnly, StoreUnavailable, store_error
from storage.sql.file_guard import FileGuard
from storage.sql.types import to_json

T = TypeVar("T")

BUSY_TIMEOUT_MS = 5_000
"""How long SQLite waits for another process's write lock before `StoreBusy`."""

_PAGE_CACHE_KIB = 16_384


class Database:
    """SQLite (one writer thread, readers beside it) or PostgreSQL (a small pool of threads, each with a connection)."""

    def __init__(self, engine: Engine, *, threads: int) -> None:
        self.engine = engine
        """For storage's own tools (migrations, backup, copy); steps use `run` and `read`."""
        self._writer = ThreadPoolExecutor(threads if self.is_postgres else 1, thread_name_prefix="store")
        self._reader = (
            self._writer
            if self.is_postgres or _in_memory(engine.url)
            else ThreadPoolExecutor(2, thread_name_prefix="store-read")
        )
        reading = {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {"wirewatch_reading": True}
        self._reading = engine.execution_options(**reading)
        self._guard = FileGuard(self.path)
        event.listen(engine, "do_connect", self._guard.before_connect)

    @classmethod
    def open(cls, url: str, *, threads: int = 4, busy_ms: int = BUSY_TIMEOUT_MS) -> "Database":
        """Prepare the database at `url`; connections are made when first needed.

        `sqlite:///data/wirewatch.db`, `sqlite://` (in memory, for a throwaway store) or `postgresql://...`.
        Makes the folder of a SQLite file; raises StoreReadOnly when it may not.
        """
        database = cls(make_engine(url, connections=threads, busy_ms=busy_ms), threads=threads)
        if database.path is not None:
            try:
                database.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreReadOnly(
                    f"cannot make the folder {database.path.parent} for the database: {error.strerror}"
                ) from None
            _make_private(database.path)
        return database

    def reopen(self, *, threads: int = 4) -> "Database":
        """Return a second handle on the same database, with connections and threads of its own."""
        return Database.open(self.engine.url.render_as_string(hide_password=False), threads=threads)

    @property
    def is_postgres(self) -> bool:
        """Tell whether several processes may work here at once."""
        return self.engine.dialect.name == "postgresql"

    @property
    def conninfo(self) -> str:
        """Return PostgreSQL's address as its own tools understand it, password included."""
        return self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @property
    def path(self) -> Path | None:
        """Return the file of a SQLite database; None for PostgreSQL and for memory."""
        return _file(self.engine.url)

    @staticmethod
    def path_of(url: str) -> Path | None:
        """Return the file a SQLite database at `url` has, opened or not; None for others. Raises StoreUnavailable."""
        return _file(_parsed(url))

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one read-write transaction, committed when it returns. Raises StoreError.

        On SQLite the transaction holds the write lock from its first moment (BEGIN IMMEDIATE), so what `work` reads is
        still true when it writes.
        """
        return await asyncio.get_running_loop().run_in_executor(self._writer, self.run_now, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction that only reads, beside whatever is being written."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, self.read_now, work)

    def run_now(self, work: Callable[[Connection], T]) -> T:
        """Do `run` for callers without an event loop, in the caller's thread."""
        return _transact(self.engine, work, self._guard)

    def check(self) -> None:
        """Read from the store in the caller's thread. Raises StoreError when it is gone, damaged or out of reach."""
        self.read_now(lambda connection: connection.execute(text("SELECT count(*) FROM meta")).scalar_one())

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """Do `read` for callers without an event loop, in the caller's thread."""
        return _transact(self._reading, work, self._guard)

    async def close(self) -> None:
        """Finish what runs and close every connection."""
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """Do `close` for callers without an event loop."""
        self._reader.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        self.engine.dispose()


def make_engine(url: str, *, connections: int = 4, busy_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """Make a synchronous engine with our settings; raises StoreUnavailable when `url` is not one we can use."""
    parsed = _parsed(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _sqlite_engine(parsed, busy_ms)
    if backend in ("postgresql", "postgres"):
        return _postgres_engine(parsed, connections)
    raise StoreUnavailable(f"databases of the kind {backend!r} are not supported: use sqlite or postgresql")


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise StoreUnavailable("the database address is not a URL such as sqlite:///data/wirewatch.db") from None


def _file(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or _in_memory(url):
        return None
    return Path(str(url.database).removeprefix("file:"))


def _sqlite_engine(url: URL, busy_ms: int) -> Engine:
    pool: dict[str, Any] = {"poolclass": StaticPool}
    if not _in_memory(url):
        pool = {"poolclass": QueuePool, "pool_size": 4, "max_overflow": 2, "pool_timeout": 30}
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        hide_parameters=True,
        json_serializer=to_json,
        connect_args={"check_same_thread": False, "timeout": busy_ms / 1000},
        **pool,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgres_engine(url: URL, connections: int) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        json_serializer=to_json,
        pool_size=connections,
        max_overflow=2,
        pool_timeout=30,
        connect_args={
            "connect_timeout": 10,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "options": "-c timezone=UTC -c lock_timeout=30s -c idle_in_transaction_session_timeout=60s",
        },
    )
    event.listen(engine, "checkout", _try_if_suspect)
    return engine


def _try_if_suspect(dbapi_connection: Any, _record: object, _proxy: object) -> None:  # noqa: ANN401
    """Test a connection on which the server has sent something unasked: it has probably been cut off.

    Then another is made. The poll costs a microsecond; a query each time, as much as a short statement.
    """
    watch = select.poll()
    watch.register(dbapi_connection.fileno(), select.POLLIN)
    if not watch.poll(0):
        return
    import psycopg  # 9 MB that nobody needs with SQLite

    try:
        dbapi_connection.execute("SELECT 1")
        dbapi_connection.rollback()
    except psycopg.OperationalError:
        raise DisconnectionError from None


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401
    """Make a connection durable (FULL: a commit survives power loss, WAL+NORMAL does not) and strict."""
    dbapi_connection.isolation_level = None  # transactions are begun by _begin_sqlite, not guessed by the driver
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"cache_size=-{_PAGE_CACHE_KIB}",
        "temp_store=MEMORY",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("wirewatch_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def _make_private(file: Path) -> None:
    """Make a SQLite file readable by its owner only, and take a present one from all others but its group.

    Addresses of sources in it may hold passwords and keys. SQLite gives its log the mode of the file. A present file is
    never opened here: closing it would drop this process's POSIX locks on it, and another process would then delete the
    log under our connections (https://sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        mode = file.stat().st_mode
        if mode & 0o007:
            file.chmod(mode & 0o770)
    except OSError:
        return  # somebody else's file, or a folder that cannot be written: opening the database says so


def _transact(engine: Engine, work: Callable[[Connection], T], guard: FileGuard) -> T:
    """Run a transaction; the file is checked before the work and before the commit.

    What is written into a deleted file is lost.
    """
    try:
        with engine.begin() as connection:
            guard.check()
            result = work(connection)
            guard.check()
            return result
    except SQLAlchemyError as error:
        raise store_error(error) from error
