"""Turns: what one process does for all of them. A turn is a row that is free again at a moment set when it is taken,
so a process that was killed, stopped or cut off delays the others by that much and no more."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, select, update

from storage.cluster_schema import turns
from storage.database import Database
from storage.statements import upsert


class SqlTurns:
    """`ports.Turns` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self, names: Collection[str], now: datetime) -> None:
        """Make the rows of turns met for the first time, free at once."""
        await self._database.run(lambda connection: _prepare(connection, names, now))

    async def take(
        self, names: Collection[str], now: datetime, *, hold: timedelta, rest: timedelta = timedelta(0)
    ) -> Collection[str]:
        """Those of `names` that are now ours, until `now + hold` or until we say `done`."""
        return await self._database.run(lambda connection: _take(connection, names, now, hold, rest))

    async def done(self, names: Collection[str], now: datetime) -> None:
        """Let others take turns again."""
        await self._database.run(lambda connection: _done(connection, names, now))

    async def completed(self, names: Collection[str]) -> dict[str, datetime]:
        """When each was last completed by anybody; one that never was is left out."""
        known = select(turns.c.name, turns.c.done_at).where(turns.c.name.in_(names), turns.c.done_at.is_not(None))
        rows = await self._database.read(lambda connection: connection.execute(known).all())
        return {row[0]: row[1] for row in rows}


def _prepare(connection: Connection, names: Collection[str], now: datetime) -> None:
    rows = [{"name": name, "until": now} for name in sorted(names)]
    if rows:
        connection.execute(upsert(connection, turns).on_conflict_do_nothing(), rows)


def _take(
    connection: Connection, names: Collection[str], now: datetime, hold: timedelta, rest: timedelta
) -> frozenset[str]:
    """Row by row and in order, so that two processes never wait for each other; the check and the change are one."""
    resting = select(turns.c.name).where(turns.c.name.in_(names), turns.c.until <= now - rest)
    free = connection.scalars(resting.order_by(turns.c.name)).all()
    taken = (
        name
        for name in free
        if connection.execute(
            update(turns).where(turns.c.name == name, turns.c.until <= now - rest).values(until=now + hold)
        ).rowcount
    )
    return frozenset(taken)


def _done(connection: Connection, names: Collection[str], now: datetime) -> None:
    for name in sorted(names):
        connection.execute(
            update(turns).where(and_(turns.c.name == name, turns.c.until > now)).values(until=now, done_at=now)
        )
