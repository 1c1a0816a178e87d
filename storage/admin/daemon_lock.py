"""Be the only daemon of a database; a second one refuses to start rather than send everything twice."""

import fcntl
import logging
import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from storage.schema.upgrade import current, instance
from storage.sql.database import Database
from storage.sql.errors import StoreInUse, StoreReadOnly, StoreReplaced, StoreUnavailable, store_error
from storage.sql.transaction_locks import DAEMON

log = logging.getLogger(__name__)


class FileLock:
    """A lock file beside a SQLite database; the system frees it however the process ends.

    It also says that there is a store beside it, so that a store that vanished is not taken for a first start.
    """

    def __init__(self, file: IO[str], *, store: str = "") -> None:
        self._file, self.store = file, store

    @classmethod
    def take(cls, path: Path) -> "FileLock":
        """Lock `path`; raises StoreInUse when another process has it, StoreReadOnly when it cannot be written."""
        try:
            file = path.open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreReadOnly(f"cannot write {path}: {error.strerror}") from None
        file.seek(0)
        holder, _, store = file.read().strip().partition("\nstore ")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise StoreInUse(
                f"{path.with_suffix('')} is in use by {holder or 'another process'}: only one daemon can work on it"
            ) from None
        lock = cls(file, store=store)
        lock.remember(store)
        return lock

    def remember(self, store: str) -> None:
        """Note the name of the store beside the lock."""
        self.store = store
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()}\n" + (f"store {store}\n" if store else ""))
        self._file.flush()

    def check(self) -> None:
        """Do nothing: a file lock cannot be lost while the process lives."""

    def release(self) -> None:
        """Let another daemon start."""
        self._file.close()


class SessionLock:
    """An advisory lock of a PostgreSQL session, held on a connection of its own and lost with it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._session: tuple[int, object] | None = None

    @classmethod
    def take(cls, database: Database) -> "SessionLock":
        """Lock the database; raises StoreInUse when another session has it."""
        lock = cls(database)
        lock._take()
        return lock

    def check(self) -> None:
        """Make sure that the lock is held, taking it again when the server was restarted.

        Raises StoreUnavailable while that cannot be told, StoreInUse when another daemon was faster.
        """
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return
        except SQLAlchemyError:
            self.release()
        self._take()
        log.warning("took the daemon's lock again after a database disconnect")

    def release(self) -> None:
        """Let another daemon start."""
        if self._connection is not None:
            # The server notices a closed connection a moment later, and a successor would be refused until then.
            with suppress(SQLAlchemyError):
                self._connection.execute(_UNLOCK, {"lock": DAEMON})
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _take(self) -> None:
        try:
            connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            taken = connection.execute(_TRY, {"lock": DAEMON}).scalar_one()
            if taken:
                self._session = tuple(connection.execute(_SESSION).one())
                self._connection = connection
                return
            # After a cut network the server may still keep our old session, for as long as its keepalives allow.
            number, started = self._session or (0, None)
            ended = connection.execute(_END_OLD, {"lock": DAEMON, "pid": number, "started": started}).all()
            connection.close()
        except SQLAlchemyError as error:
            raise store_error(error) from error
        if ended:
            raise StoreUnavailable("ending the session that held the daemon's lock before the disconnect")
        raise StoreInUse("another daemon works on this database; to share the work, run `--engine cluster`")


_TRY = text("SELECT pg_try_advisory_lock(:lock)")
_UNLOCK = text("SELECT pg_advisory_unlock(:lock)")
_SESSION = text("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
_END_OLD = text(
    "SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objid = :lock AND a.pid = :pid"
    " AND a.backend_start = cast(:started AS timestamptz)"
)


async def refuse_vanished(database: Database, lock: "FileLock | SessionLock") -> None:
    """Raise StoreReplaced when a store was beside the lock and is gone or empty now; call before making tables."""
    if isinstance(lock, FileLock) and lock.store and await database.read(current) is None:
        assert database.path is not None, "only a file has a lock file that names a store"
        raise StoreReplaced(
            f"{database.path} held a store and is gone or empty: put it back or `wirewatch db restore` a backup;"
            f" to begin with an empty store on purpose, delete {lock_path(database.path)}"
        )


async def remember_store(database: Database, lock: "FileLock | SessionLock") -> None:
    """Note in the lock file which store lies beside it; call when its tables are there."""
    if isinstance(lock, FileLock):
        lock.remember(await database.read(instance))


def take_lock(database: Database) -> FileLock | SessionLock:
    """Become the only daemon of the database; raises StoreInUse. A store in memory has no other users.

    Call `check` of the lock every few seconds (it queries the database: in a thread), `release` at the end.
    """
    if database.is_postgres:
        return SessionLock.take(database)
    if database.path is None:
        return FileLock(TemporaryFile("w"))
    return FileLock.take(lock_path(database.path))


async def refuse_beside_daemon(database: Database) -> None:
    """Raise StoreInUse while a daemon of one process, which shares with nobody, works on this PostgreSQL database."""
    if not await database.read(_is_free):
        raise StoreInUse("a daemon with the local engine works on this database: stop it before starting a cluster")


def _is_free(connection: Connection) -> bool:
    """Try the shared lock, which is refused only while somebody has the exclusive one; it ends with the transaction."""
    return bool(
        connection.execute(text("SELECT pg_try_advisory_xact_lock_shared(:lock)"), {"lock": DAEMON}).scalar_one()
    )


def lock_path(database: Path) -> Path:
    """Return where the lock of a SQLite database is; the file stays there, for deleting it would unlock it."""
    return database.with_name(database.name + ".lock")
