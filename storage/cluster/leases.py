"""Give out leases: one process at a time does something for all of them.

A lease is a row that is free again at a moment set when it is taken, so a process that was killed, stopped or cut off
delays the others by that much and no more.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from storage.schema.cluster import leases
from storage.sql.database import Database
from storage.sql.types import Utc
from storage.sql.upserts import padded, upsert


class SqlLeases:
    """`ports.Leases` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self, names: Collection[str], now: datetime) -> None:
        """Make the rows of leases met for the first time, free at once."""
        await self._database.run(lambda connection: _prepare(connection, names, now))

    async def take(
        self, names: Collection[str], now: datetime, *, hold: timedelta, rest: timedelta = timedelta(0)
    ) -> Collection[str]:
        """Take those of `names` that are free, until `now + hold` or until `done`; return them."""
        return await self._database.run(lambda connection: _take(connection, names, now, hold, rest))

    async def done(self, names: Collection[str], now: datetime) -> None:
        """Let others take leases again."""
        ended = {"names": padded(sorted(names)), "now": now}
        await self._database.run(lambda connection: connection.execute(_DONE, ended))

    async def completed(self, names: Collection[str]) -> dict[str, datetime]:
        """Return when each was last completed by any process; one that never was is left out."""
        known = select(leases.c.name, leases.c.done_at).where(leases.c.name.in_(names), leases.c.done_at.is_not(None))
        rows = await self._database.read(lambda connection: connection.execute(known).all())
        return {row[0]: row[1] for row in rows}


def _prepare(connection: Connection, names: Collection[str], now: datetime) -> None:
    rows = [{"name": name, "until": now} for name in sorted(names)]
    if rows:
        connection.execute(upsert(connection, leases).on_conflict_do_nothing(), rows)


def _take(
    connection: Connection, names: Collection[str], now: datetime, hold: timedelta, rest: timedelta
) -> frozenset[str]:
    """Take free leases in one statement; a row that another process is just taking is passed over."""
    asked = {"names": padded(sorted(names)), "before": now - rest, "to": now + hold}
    return frozenset(connection.scalars(_TAKE, asked)) if names else frozenset()


_NAMED = leases.c.name.in_(bindparam("names", expanding=True))
_FREE = (
    select(leases.c.name)
    .where(_NAMED, leases.c.until <= bindparam("before", type_=Utc))
    .order_by(leases.c.name)
    .with_for_update(skip_locked=True)
)
_TAKE = update(leases).where(leases.c.name.in_(_FREE)).values(until=bindparam("to", type_=Utc)).returning(leases.c.name)
_MOMENT = bindparam("now", type_=Utc)
_DONE = update(leases).where(_NAMED, leases.c.until > _MOMENT).values(until=_MOMENT, done_at=_MOMENT)
