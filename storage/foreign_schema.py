"""Tables of a library that brings its own SQL: run as given, once, in one transaction with a note of how far it got."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from storage.database import Database
from storage.locks import SCHEMA, exclusive
from storage.schema import meta
from storage.statements import upsert


async def bring_up(database: Database, library: str, *, whole: str, steps: Mapping[str, str]) -> str | None:
    """Make the library's tables with `whole`, or run those of its `steps` (by ascending name) that are newer than what
    is there. The name of the last step now contained; None when nothing was missing. Raises StoreError.
    """
    return await database.run(lambda connection: _bring_up(connection, f"schema:{library}", whole, steps))


async def is_up(database: Database, library: str, *, steps: Mapping[str, str]) -> bool:
    """Whether the library's tables are as new as its `steps`, or newer."""
    found = await database.read(lambda connection: _found(connection, f"schema:{library}"))
    return found is not None and found >= max(steps)


def _found(connection: Connection, key: str) -> str | None:
    found: str | None = connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()
    return found


def _bring_up(connection: Connection, key: str, whole: str, steps: Mapping[str, str]) -> str | None:
    exclusive(connection, SCHEMA)
    found, last = _found(connection, key), max(steps)
    if found is not None and found >= last:
        return None
    missing = [whole] if found is None else [steps[name] for name in sorted(steps) if name > found]
    as_written = connection.execution_options(no_parameters=True)
    for script in missing:
        as_written.exec_driver_sql(script)
    statement = upsert(connection, meta).values(key=key, value=last)
    connection.execute(statement.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": last}))
    return last
