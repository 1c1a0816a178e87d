"""Many rows in one statement, at little more than what SQLite takes for them.

SQLAlchemy makes a dictionary of parameters for each row, asks every value's type again and keeps a record of the
execution: several times the work of writing. Here the statement, still built of the table, is compiled once, and what
its types do to a value is looked up once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Update
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from storage.sql.types import Json, Utc, Words, microseconds, storable, to_json


@dataclass(frozen=True, slots=True)
class _Compiled:
    """SQL with places for values, and for each place the parameter's name and what its type does to a value."""

    sql: str
    places: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    def values(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple([row[name] if bind is None else bind(row[name]) for name, bind in self.places])


@dataclass(frozen=True, slots=True)
class Rows:
    """A statement for many rows. An INSERT takes of each row a value for every one of `columns`, an UPDATE for every
    parameter it names.
    """

    statement: Insert | Update
    columns: tuple[str, ...] = ()
    _compiled: list[_Compiled] = field(default_factory=list, init=False)

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute it with each of `rows`, not at all when there are none; how many rows of the table that changed."""
        if not rows:
            return 0
        if connection.dialect.name != "sqlite":
            return connection.execute(self.statement, rows).rowcount
        if not self._compiled:
            self._compiled.append(self._compile(connection.dialect))
        compiled = self._compiled[0]
        return connection.exec_driver_sql(compiled.sql, [compiled.values(row) for row in rows]).rowcount

    def _compile(self, dialect: Dialect) -> _Compiled:
        """For SQLite, whose parameters go by their place; every engine of ours writes values the same way."""
        compiled = self.statement.compile(dialect=dialect, column_keys=list(self.columns))
        assert isinstance(compiled, SQLCompiler)
        places = ((name, _bind(compiled.binds[name].type, dialect)) for name in compiled.positiontup or ())
        return _Compiled(str(compiled), tuple(places))


def _bind(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What `kind` does to a value. Around what our own types do SQLAlchemy puts two functions that do nothing here."""
    return next(
        (bind for own, bind in _OWN if isinstance(kind, own)), kind.dialect_impl(dialect).bind_processor(dialect)
    )


def _words(text: str | None) -> str | None:
    return text if text is None or (text.isascii() and "\x00" not in text) else storable(text)


def _json(value: object) -> str:
    return "[]" if value == [] else to_json(value)


def _moment(value: datetime | None) -> int | None:
    return None if value is None else microseconds(value)


_OWN: tuple[tuple[type[TypeEngine[Any]], Callable[[Any], Any]], ...] = ((Words, _words), (Json, _json), (Utc, _moment))
