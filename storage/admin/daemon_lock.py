"""Being the only daemon of a database; a second one refuses to start rather than tell everything twice."""

import fcntl
import os
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from storage.sql.database import Database
from storage.sql.errors import StoreInUse, StoreReadOnly, StoreUnavailable, store_error
from storage.sql.transaction_locks import DAEMON


class FileLock:
    """A lock file beside a SQLite database; the system frees it however the process ends."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    def take(cls, path: Path) -> "FileLock":
        """Lock `path`; raises StoreInUse when another process has it, StoreReadOnly when it cannot be written."""
        try:
            file = path.open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreReadOnly(f"cannot write {path}: {error.strerror}") from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            file.close()
            raise StoreInUse(f"{path.with_suffix('')} is in use by {holder}: only one daemon can work on it") from None
        file.truncate(0)
        file.write(f"process {os.getpid()}")
        file.flush()
        return cls(file)

    def check(self) -> None:
        """A file lock cannot be lost while the process lives."""

    def release(self) -> None:
        """Let another daemon start."""
        self._file.close()


class SessionLock:
    """An advisory lock of a PostgreSQL session, held on a connection of its own and lost with it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def take(cls, database: Database) -> "SessionLock":
        """Lock the database; raises StoreInUse when another session has it."""
        try:
            connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            taken = connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": DAEMON}).scalar_one()
        except SQLAlchemyError as error:
            raise store_error(error) from error
        if not taken:
            connection.close()
            raise StoreInUse("another daemon works on this database; to share the work, run `--engine cluster`")
        return cls(connection)

    def check(self) -> None:
        """Raises StoreUnavailable when the session, and the lock with it, is gone."""
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            raise StoreUnavailable("the connection that held the daemon's lock was lost") from None

    def release(self) -> None:
        """Let another daemon start."""
        self._connection.invalidate()
        self._connection.close()


def take_lock(database: Database) -> FileLock | SessionLock:
    """Become the only daemon of the database; raises StoreInUse. A store in memory has no other users.

    Call `check` of what is returned now and then (it asks the database: in a thread), `release` at the end.
    """
    if database.is_postgres:
        return SessionLock.take(database)
    if database.path is None:
        return FileLock(TemporaryFile("w"))
    return FileLock.take(lock_path(database.path))


async def refuse_beside_daemon(database: Database) -> None:
    """Raises StoreInUse while a daemon of one process, which shares with nobody, works on this PostgreSQL database."""
    if not await database.read(_is_free):
        raise StoreInUse("a daemon with the local engine works on this database: stop it before starting a cluster")


def _is_free(connection: Connection) -> bool:
    """A shared lock is refused only while somebody has the exclusive one; it ends with the transaction."""
    return bool(
        connection.execute(text("SELECT pg_try_advisory_xact_lock_shared(:lock)"), {"lock": DAEMON}).scalar_one()
    )


def lock_path(database: Path) -> Path:
    """Where the lock of a SQLite database is; it stays there, for deleting it would unlock it."""
    return database.with_name(database.name + ".lock")
