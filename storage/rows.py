"""Many rows in one statement, at little more than what SQLite takes for them.

SQLAlchemy makes a dictionary of parameters for each row, asks every value's type again and keeps a record of the
execution: several times the work of inserting. Here the statement, still built of the table, is compiled once, and what
its types do to a value is looked up once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table
from sqlalchemy.types import TypeEngine

from storage.types import Words, storable


@dataclass(frozen=True, slots=True)
class _Compiled:
    """SQL with places for values, and for each place the column's name and what its type does to a value."""

    sql: str
    places: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    def values(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple([row[name] if bind is None else bind(row[name]) for name, bind in self.places])


@dataclass(frozen=True, slots=True)
class Rows:
    """An INSERT of rows of `table`, each with a value for every one of `columns`."""

    table: Table
    columns: tuple[str, ...]
    _statement: Insert = field(init=False)
    _compiled: list[_Compiled] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_statement", self.table.insert().inline())

    def insert(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert `rows`; nothing at all when there are none."""
        if not rows:
            return
        if connection.dialect.name != "sqlite":
            connection.execute(self._statement, rows)
            return
        if not self._compiled:
            self._compiled.append(self._compile(connection.dialect))
        compiled = self._compiled[0]
        connection.exec_driver_sql(compiled.sql, [compiled.values(row) for row in rows])

    def _compile(self, dialect: Dialect) -> _Compiled:
        """For SQLite, whose parameters go by their place; every engine of ours writes values the same way."""
        sql = str(self._statement.compile(dialect=dialect, column_keys=list(self.columns)))
        in_order = [column for column in self.table.c if column.name in self.columns]
        return _Compiled(sql, tuple((column.name, _bind(column.type, dialect)) for column in in_order))


def _bind(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What `kind` does to a value. Most values are texts, around whose function SQLAlchemy puts two that do nothing."""
    if isinstance(kind, Words):
        return lambda text: None if text is None else storable(text)
    return kind.dialect_impl(dialect).bind_processor(dialect)
