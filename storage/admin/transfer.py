"""Copy everything from one store into another, empty one, of the same or the other kind.

Ids and identities stay what they are, so nothing is new, and nothing alerted, after the move. The copy is one
transaction of the target: interrupted, it leaves the target as empty as it was.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, text

from storage.admin.copy_guard import forget_file
from storage.schema.content import articles, feeds, identities, meta
from storage.schema.metadata import metadata
from storage.schema.upgrade import current, newest, upgrade
from storage.sql.database import Database
from storage.sql.errors import SchemaMissing, StoreNotEmpty

_ROWS_TOGETHER = 2_000

Progress = Callable[[int, int], None]
"""Told now and then how many of how many rows are copied; called from a worker thread."""


async def copy_store(
    source: Database, target: Database, progress: Progress = lambda _done, _all: None
) -> dict[str, int]:
    """Copy every row, the target's schema being made first; how many rows of each table.

    Raises StoreNotEmpty when the target already holds something, SchemaMissing when the source is of an older version.
    The source must not be in use: take its lock first (`storage.admin.daemon_lock`).
    """
    await upgrade(target)
    return await source.read(lambda reading: target.run_now(lambda writing: _copy(reading, writing, progress)))


def _copy(source: Connection, target: Connection, progress: Progress) -> dict[str, int]:
    if source.dialect.name == "postgresql":
        source.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))  # all tables as of one moment
    if current(source) != newest():
        raise SchemaMissing(f"the store to copy has schema {current(source)}: run `wirewatch db upgrade` on it first")
    for held in (articles, feeds, identities):
        if target.execute(select(held).limit(1)).first() is not None:
            raise StoreNotEmpty(f"the target already holds {held.name}: a store is copied into an empty database only")
    target.execute(delete(meta))
    rows = {table: _count(source, table) for table in metadata.sorted_tables}
    done, total = 0, sum(rows.values())
    for table, expected in rows.items():
        for part in _parts(source, table):
            target.execute(insert(table), part)
            done += len(part)
            progress(done, total)
        there = _count(target, table)
        assert there == expected, f"{there} of {expected} rows of {table.name} arrived"
    forget_file(target)
    for table in metadata.sorted_tables:
        if table.autoincrement_column is not None and table.autoincrement_column.autoincrement is True:
            continue_numbers(target, table, _last_number(source, table))
    return {table.name: count for table, count in rows.items()}


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _parts(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """Read the table's rows in parts, never all of them in memory."""
    with source.execution_options(yield_per=_ROWS_TOGETHER).execute(select(table)) as rows:
        for part in rows.mappings().partitions():
            yield [dict(row) for row in part]


def _last_number(connection: Connection, table: Table) -> int:
    """Return the highest id ever given, also to rows deleted since: identities still name them."""
    if connection.dialect.name == "postgresql":
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name}
        ).scalar_one()
        last = connection.execute(text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"))  # noqa: S608
        return int(last.scalar_one())
    if not table.dialect_options["sqlite"]["autoincrement"]:
        return connection.execute(select(func.max(table.c.id))).scalar() or 0
    last = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
    return last.scalar() or 0


def continue_numbers(connection: Connection, table: Table, last: int) -> None:
    """Let the next row get the number after `last`."""
    if last == 0:
        return
    if connection.dialect.name == "postgresql":
        setting = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
        connection.execute(setting, {"name": table.name, "last": last})
    elif table.dialect_options["sqlite"]["autoincrement"]:
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        connection.execute(
            text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), {"name": table.name, "last": last}
        )
