"""Name what can go wrong with the store, in classes that say what a person can do.

The only place that knows the error codes of SQLite and PostgreSQL.
"""

import sqlite3
import sys
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

if TYPE_CHECKING:
    import psycopg


class StoreError(Exception):
    """The store could not do what was asked; the transaction was rolled back. Its text never holds stored values."""


class StoreUnavailable(StoreError):
    """The database cannot be reached or its connection was lost; the same work may be tried again."""


class StoreBusy(StoreUnavailable):
    """Another process held the database longer than we wait; the same work may be tried again."""


class StoreFull(StoreUnavailable):
    """No space is left on the database's disk; work goes on once there is."""


class StoreReadOnly(StoreError):
    """The database, its folder or our rights on it do not allow writing."""


class StoreCorrupt(StoreError):
    """The database file is damaged; restore a backup."""


class StoreReplaced(StoreError):
    """The database file was deleted or replaced while it was in use."""


class StoreInUse(StoreError):
    """Another daemon works on this database."""


class StoreCopied(StoreError):
    """The store is a copy of one on which another daemon may still work."""


class StoreNotEmpty(StoreError):
    """The target of a copy or restore already holds something."""


class SchemaMissing(StoreError):
    """The database has no tables of ours, or those of an older version: `wirewatch db upgrade` makes them."""


class SchemaTooNew(StoreError):
    """The database was written by a newer program; nothing was changed."""


class StoreRefused(StoreError):
    """The database refused a value or a statement: a fault of the program, not of the world."""


_SQLITE: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_PERM: StoreReadOnly,
    sqlite3.SQLITE_AUTH: StoreReadOnly,
    sqlite3.SQLITE_CANTOPEN: StoreReadOnly,
    sqlite3.SQLITE_CORRUPT: StoreCorrupt,
    sqlite3.SQLITE_NOTADB: StoreCorrupt,
    sqlite3.SQLITE_IOERR: StoreUnavailable,
    sqlite3.SQLITE_PROTOCOL: StoreUnavailable,
    sqlite3.SQLITE_NOMEM: StoreUnavailable,
    sqlite3.SQLITE_INTERRUPT: StoreUnavailable,
}
"""By SQLite's primary result code (https://sqlite.org/rescode.html), the low byte of the extended one."""

_SQLITE_EXTENDED: dict[int, type[StoreError]] = {1032: StoreReplaced}
"""SQLITE_READONLY_DBMOVED: the file under an open connection was renamed or unlinked."""

_POSTGRES: dict[str, type[StoreError]] = {
    "25006": StoreReadOnly,
    "42501": StoreReadOnly,
    "53100": StoreFull,
    "55P03": StoreBusy,
    "40001": StoreBusy,
    "40P01": StoreBusy,
    "57014": StoreBusy,
    "42P01": SchemaMissing,
    "42703": SchemaMissing,
    "3F000": SchemaMissing,
    "XX001": StoreCorrupt,
    "XX002": StoreCorrupt,
}
"""By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

_POSTGRES_CLASSES: dict[str, type[StoreError]] = {
    "08": StoreUnavailable,
    "28": StoreUnavailable,
    "3D": StoreUnavailable,
    "53": StoreUnavailable,
    "57": StoreUnavailable,
    "58": StoreUnavailable,
}
"""By the first two characters of the SQLSTATE, where the code itself is not listed."""


def store_error(error: "SQLAlchemyError | sqlite3.Error | psycopg.Error") -> StoreError:
    """Return the store error that a library's error means; SQL and bound values are left out of its text."""
    if isinstance(error, PoolTimeout):
        return StoreUnavailable("no database connection became free in time")
    cause = error.orig if isinstance(error, DBAPIError) else error
    kind = _kind(cause)
    if isinstance(error, DBAPIError) and error.connection_invalidated and kind is StoreRefused:
        kind = StoreUnavailable
    # only the first line, which names the trouble: later ones (PostgreSQL's DETAIL) may quote stored values
    text = str(cause).strip()
    return kind(text.splitlines()[0][:300] if text else type(cause).__name__)


def _kind(cause: BaseException | None) -> type[StoreError]:
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        if code is None:
            return StoreUnavailable if isinstance(cause, sqlite3.OperationalError) else StoreRefused
        if str(cause).startswith("no such table"):
            return SchemaMissing
        return _SQLITE_EXTENDED.get(code) or _SQLITE.get(code & 0xFF, StoreRefused)
    driver = sys.modules.get("psycopg")  # who has an error of PostgreSQL's has loaded it; others need not
    if driver is not None and isinstance(cause, driver.Error):
        state = cause.sqlstate
        if state is None:
            return StoreUnavailable if isinstance(cause, driver.OperationalError) else StoreRefused
        return _POSTGRES.get(state) or _POSTGRES_CLASSES.get(state[:2], StoreRefused)
    return StoreRefused
