"""Politeness that several machines share: when a host may be asked again, and how many requests are under way."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, select, update

from storage.cluster_schema import host_lanes
from storage.database import Database
from storage.statements import upsert

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

FORGOTTEN_AFTER = timedelta(days=1)
"""A host not asked for so long needs no row."""


class SqlHostLanes:
    """`ports.HostLanes` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enter(
        self, host: str, now: datetime, *, concurrency: int, pause: timedelta, lease: timedelta
    ) -> datetime | timedelta:
        """Leave to ask `host` now, as the moment it ends by itself (hand it to `leave`); or how long to wait, which is
        zero where that depends on when a request under way ends."""
        return await self._database.run(lambda connection: _enter(connection, host, now, concurrency, pause, lease))

    async def leave(self, host: str, ends: datetime) -> None:
        """The request is over."""
        await self._database.run(lambda connection: _leave(connection, host, ends))

    async def forget(self, now: datetime) -> int:
        """Delete the rows of hosts not asked of late; how many."""
        idle = delete(host_lanes).where(host_lanes.c.next_at < now - FORGOTTEN_AFTER)
        return await self._database.run(lambda connection: connection.execute(idle).rowcount)


def _enter(
    connection: Connection, host: str, now: datetime, concurrency: int, pause: timedelta, lease: timedelta
) -> datetime | timedelta:
    row = connection.execute(_locked(host)).one_or_none()
    if row is None:
        first = {"host": host, "next_at": now, "busy": []}
        connection.execute(upsert(connection, host_lanes).values(first).on_conflict_do_nothing())
        row = connection.execute(_locked(host)).one()
    busy = [ends for ends in row.busy if ends > _number(now)]
    if row.next_at > now:
        wait: timedelta = row.next_at - now
        return wait
    if len(busy) >= concurrency:
        return timedelta(0)
    ends = _number(now + lease)
    while ends in busy:
        ends += 1
    _write(connection, host, busy=[*busy, ends], next_at=now + pause)
    return _EPOCH + ends * _MICROSECOND


def _leave(connection: Connection, host: str, ends: datetime) -> None:
    row = connection.execute(_locked(host)).one_or_none()
    if row is not None:
        _write(connection, host, busy=[other for other in row.busy if other != _number(ends)], next_at=row.next_at)


def _locked(host: str) -> Select[Any]:
    return select(host_lanes).where(host_lanes.c.host == host).with_for_update()


def _write(connection: Connection, host: str, *, busy: list[int], next_at: datetime) -> None:
    connection.execute(update(host_lanes).where(host_lanes.c.host == host).values(busy=busy, next_at=next_at))


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
