"""Record which configuration the processes on one store have agreed to work by."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.cluster.processes import read_processes
from storage.schema.content import meta
from storage.sql.database import Database
from storage.sql.upserts import upsert

IN_FORCE = "catalog"
"""In `meta`: the revision of the configuration in force, who put it there, and when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The configuration in force. `held`: whether a process other than the asking one was seen recently to use it."""

    revision: str
    by: str
    held: bool


class SqlAgreement:
    """The row that names the configuration in force."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, asking: str, seen_since: datetime) -> InForce | None:
        """Return what is in force, and whether a process other than `asking`, seen since then, works by it."""
        return await self._database.read(lambda connection: _read(connection, asking, seen_since))

    async def put(self, revision: str, by: str, now: datetime) -> None:
        """Put a configuration in force."""
        value = {"revision": revision, "by": by, "at": now.isoformat()}
        await self._database.run(lambda connection: _put(connection, value))


def _read(connection: Connection, asking: str, seen_since: datetime) -> InForce | None:
    value = connection.execute(select(meta.c.value).where(meta.c.key == IN_FORCE)).scalar_one_or_none()
    if value is None:
        return None
    held = any(
        worker.revision == value["revision"] and worker.name != asking and worker.seen_at >= seen_since
        for worker in read_processes(connection)
    )
    return InForce(revision=value["revision"], by=value["by"], held=held)


def _put(connection: Connection, value: dict[str, str]) -> None:
    statement = upsert(connection, meta).values(key=IN_FORCE, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value}))
