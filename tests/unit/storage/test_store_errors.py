"""No error of a database library passes unmapped."""

import inspect
import sqlite3

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import exc

from storage.sql.errors import StoreError, StoreRefused, StoreUnavailable, store_error

POSTGRES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, psycopg.Error)]
SQLITE = [kind for _, kind in inspect.getmembers(sqlite3, inspect.isclass) if issubclass(kind, sqlite3.Error)]
SQLALCHEMY = [kind for _, kind in inspect.getmembers(exc, inspect.isclass) if issubclass(kind, exc.SQLAlchemyError)]
CODES = [getattr(sqlite3, name) for name in dir(sqlite3) if name.startswith("SQLITE_")]


@pytest.mark.parametrize("kind", [*POSTGRES, *SQLITE], ids=lambda kind: kind.__qualname__)
def test_every_driver_error_has_a_store_error(kind: type[Exception]) -> None:
    found = store_error(kind("a\nsecond line with values"))  # type: ignore[arg-type]
    assert isinstance(found, StoreError)
    assert "values" not in str(found)


def _made(kind: type[exc.SQLAlchemyError], cause: Exception) -> exc.SQLAlchemyError:
    if issubclass(kind, exc.DBAPIError):
        return kind("statement", {}, cause)
    if issubclass(kind, exc.StatementError):
        return kind("text", "statement", {}, cause)
    error = kind.__new__(kind)
    Exception.__init__(error, "text")
    return error


def test_sqlalchemy_errors_are_all_mapped() -> None:
    assert len(SQLALCHEMY) > 30
    for kind in SQLALCHEMY:
        cause = sqlite3.OperationalError("cause")
        error = _made(kind, cause)
        assert isinstance(store_error(error), StoreError)


def test_faults_of_the_world_are_not_taken_for_faults_of_the_program() -> None:
    world = [
        kind
        for kind in POSTGRES
        if getattr(kind, "sqlstate", None) and kind.sqlstate[:2] in ("08", "53", "57", "58", "28")
    ]
    assert len(world) > 15
    assert all(type(store_error(kind("x"))) is not StoreRefused for kind in world)
    assert isinstance(store_error(errors.UniqueViolation("x")), StoreRefused)
    assert isinstance(store_error(exc.TimeoutError("x")), StoreUnavailable)


@pytest.mark.parametrize("code", sorted(set(CODES) & set(range(1, 27))))
def test_every_sqlite_code_is_mapped(code: int) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    assert isinstance(store_error(error), StoreError)
