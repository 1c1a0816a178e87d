"""Make the tables of a library that brings its own SQL.

The SQL is run as given, once, in one transaction with a note of how far it got.

The note is the comment on one of the library's tables, so that it goes wherever the table goes. PostgreSQL only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from storage.sql.database import Database
from storage.sql.transaction_locks import SCHEMA, exclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignSchema:
    """A library's SQL.

    `whole` makes everything, each of `steps` (run by ascending name) leads from one version to a later one. `table` is
    one that they all keep.
    """

    table: str
    whole: str
    steps: Mapping[str, str]

    @property
    def newest(self) -> str:
        """Return the last step, which `whole` contains."""
        return max(self.steps)


async def bring_up(database: Database, foreign: ForeignSchema) -> str | None:
    """Make or upgrade the tables; return the step they now contain, None when none was missing."""
    return await database.run(lambda connection: _bring_up(connection, foreign))


async def is_up(database: Database, foreign: ForeignSchema) -> bool:
    """Tell whether the library's tables are as new as its steps, or newer."""
    found = await database.read(lambda connection: _found(connection, foreign.table))
    return found is not None and found >= foreign.newest


def _found(connection: Connection, table: str) -> str | None:
    """Return the last step the tables contain; "" when they were made by another program."""
    known = text(
        "SELECT coalesce(obj_description(c.oid, 'pg_class'), '') FROM pg_class c WHERE c.oid = to_regclass(:t)"
    )
    return connection.execute(known, {"t": table}).scalar_one_or_none()


def _bring_up(connection: Connection, foreign: ForeignSchema) -> str | None:
    exclusive(connection, SCHEMA)
    found = _found(connection, foreign.table)
    if found is not None and found >= foreign.newest:
        return None
    if found is None:
        missing = [foreign.whole]
    else:  # tables made with the library's own tools, "", count as up to date
        missing = [foreign.steps[name] for name in sorted(foreign.steps) if found and name > found]
    for script in missing:
        connection.execution_options(no_parameters=True).exec_driver_sql(script)
    connection.exec_driver_sql(f"COMMENT ON TABLE {foreign.table} IS '{foreign.newest}'")
    return foreign.newest
