"""Politeness that several machines share: when a host may be asked again, and how many requests are under way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, update

from storage.schema.cluster import host_lanes
from storage.sql.batching import Gathered
from storage.sql.database import Database
from storage.sql.upserts import adding, padded

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

FORGOTTEN_AFTER = timedelta(days=1)
"""A host not asked for so long needs no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Enter:
    host: str
    now: datetime
    concurrency: int
    pause: timedelta
    lease: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leave:
    host: str
    ends: datetime


class SqlHostLanes:
    """`ports.HostLanes` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._passing = Gathered(database, _pass)

    async def enter(
        self, host: str, now: datetime, *, concurrency: int, pause: timedelta, lease: timedelta
    ) -> datetime | timedelta:
        """Leave to ask `host` now, as the moment it ends by itself (hand it to `leave`); or how long to wait, which is
        zero where that depends on when a request under way ends."""
        wanted = _Enter(host=host, now=now, concurrency=concurrency, pause=pause, lease=lease)
        answer = await self._passing.do(wanted)
        assert answer is not None
        return answer

    async def leave(self, host: str, ends: datetime) -> None:
        """The request is over."""
        await self._passing.do(_Leave(host=host, ends=ends))

    async def forget(self, now: datetime) -> int:
        """Delete the rows of hosts not asked of late; how many."""
        idle = delete(host_lanes).where(host_lanes.c.next_at < now - FORGOTTEN_AFTER)
        return await self._database.run(lambda connection: connection.execute(idle).rowcount)


@dataclass(slots=True)
class _Lane:
    """A row of `host_lanes`: when the next request may begin, when those under way end, in microseconds."""

    next_at: datetime
    busy: list[int]
    is_changed: bool = False

    def enter(self, wanted: _Enter) -> datetime | timedelta:
        """See `SqlHostLanes.enter`."""
        busy = [ends for ends in self.busy if ends > _number(wanted.now)]
        if self.next_at > wanted.now:
            return self.next_at - wanted.now
        if len(busy) >= wanted.concurrency:
            return timedelta(0)
        ends = _number(wanted.now + wanted.lease)
        while ends in busy:
            ends += 1
        self.busy, self.next_at, self.is_changed = [*busy, ends], wanted.now + wanted.pause, True
        return _EPOCH + ends * _MICROSECOND

    def leave(self, ends: datetime) -> None:
        """See `SqlHostLanes.leave`."""
        self.busy, self.is_changed = [other for other in self.busy if other != _number(ends)], True


def _pass(connection: Connection, wanted: Sequence[_Enter | _Leave]) -> list[datetime | timedelta | None]:
    """Those who want to enter or leave, in the order of asking; rows are locked in the order of hosts, so that two
    processes wait for, but never block, each other."""
    lanes = _locked(connection, {item.host for item in wanted})
    new = {item.host: item.now for item in wanted if isinstance(item, _Enter) and item.host not in lanes}
    if new:
        rows = [{"host": host, "next_at": new[host], "busy": []} for host in sorted(new)]
        connection.execute(_MEET.on(connection), rows)
        lanes |= _locked(connection, new)
    answers: list[datetime | timedelta | None] = []
    for item in wanted:
        if isinstance(item, _Enter):
            answers.append(lanes[item.host].enter(item))
        else:
            answers.append(None)
            if lane := lanes.get(item.host):
                lane.leave(item.ends)
    _write(connection, lanes)
    return answers


def _locked(connection: Connection, hosts: Iterable[str]) -> dict[str, _Lane]:
    rows = connection.execute(_LOCKED, {"hosts": padded(sorted(hosts))})
    return {row.host: _Lane(row.next_at, row.busy) for row in rows}


def _write(connection: Connection, lanes: Mapping[str, _Lane]) -> None:
    changed = [
        {"of_host": host, "next_at": lane.next_at, "busy": lane.busy} for host, lane in lanes.items() if lane.is_changed
    ]
    if changed:
        connection.execute(_CHANGE, changed)


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


_LOCKED = (
    select(host_lanes)
    .where(host_lanes.c.host.in_(bindparam("hosts", expanding=True)))
    .order_by(host_lanes.c.host)
    .with_for_update()
)
_MEET = adding(host_lanes)
_CHANGE = update(host_lanes).where(host_lanes.c.host == bindparam("of_host"))
