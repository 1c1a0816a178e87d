"""Share host limits between machines: when a host may be asked again, and how many requests are under way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, update

from storage.schema.cluster import host_limits
from storage.sql.batching import in_transactions
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


class SqlHostLimits:
    """`ports.HostLimitStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._passing = in_transactions(database, _pass)

    async def enter(
        self, host: str, now: datetime, *, concurrency: int, pause: timedelta, lease: timedelta
    ) -> datetime | timedelta:
        """Ask for a place at `host`; return the moment it ends by itself (hand it to `leave`), or how long to wait.

        Zero where the wait depends on when a request under way ends.
        """
        wanted = _Enter(host=host, now=now, concurrency=concurrency, pause=pause, lease=lease)
        answer = await self._passing.do(wanted)
        assert answer is not None
        return answer

    async def leave(self, host: str, ends: datetime) -> None:
        """Give back the place of a request that is over."""
        await self._passing.do(_Leave(host=host, ends=ends))

    async def forget(self, now: datetime) -> int:
        """Delete the rows of hosts not asked recently; return how many."""
        idle = delete(host_limits).where(host_limits.c.next_at < now - FORGOTTEN_AFTER)
        return await self._database.run(lambda connection: connection.execute(idle).rowcount)


@dataclass(slots=True)
class _HostLimit:
    """A row of `host_limits`: when the next request may begin, when those under way end, in microseconds."""

    next_at: datetime
    busy: list[int]
    is_changed: bool = False

    def enter(self, wanted: _Enter) -> datetime | timedelta:
        """Take a place, or return how long to wait: see `SqlHostLimits.enter`."""
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
        """Give a place back: see `SqlHostLimits.leave`."""
        self.busy, self.is_changed = [other for other in self.busy if other != _number(ends)], True


def _pass(connection: Connection, wanted: Sequence[_Enter | _Leave]) -> list[datetime | timedelta | None]:
    """Let those enter or leave who want to, in the order of asking.

    Rows are locked in the order of hosts, so that two processes wait for each other but never deadlock.
    """
    limits = _locked(connection, {item.host for item in wanted})
    new = {item.host: item.now for item in wanted if isinstance(item, _Enter) and item.host not in limits}
    if new:
        rows = [{"host": host, "next_at": new[host], "busy": []} for host in sorted(new)]
        connection.execute(_MEET.on(connection), rows)
        limits |= _locked(connection, new)
    answers: list[datetime | timedelta | None] = []
    for item in wanted:
        if isinstance(item, _Enter):
            answers.append(limits[item.host].enter(item))
        else:
            answers.append(None)
            if limit := limits.get(item.host):
                limit.leave(item.ends)
    changed = [
        {"of_host": host, "next_at": limit.next_at, "busy": limit.busy}
        for host, limit in limits.items()
        if limit.is_changed
    ]
    if changed:
        connection.execute(_CHANGE, changed)
    return answers


def _locked(connection: Connection, hosts: Iterable[str]) -> dict[str, _HostLimit]:
    rows = connection.execute(_LOCKED, {"hosts": padded(sorted(hosts))})
    return {row.host: _HostLimit(row.next_at, row.busy) for row in rows}


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


_LOCKED = (
    select(host_limits)
    .where(host_limits.c.host.in_(bindparam("hosts", expanding=True)))
    .order_by(host_limits.c.host)
    .with_for_update()
)
_MEET = adding(host_limits)
_CHANGE = update(host_limits).where(host_limits.c.host == bindparam("of_host"))
