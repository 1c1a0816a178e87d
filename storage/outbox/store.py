"""The outbox: which delivery may leave now, the intent to post it, and what came of it.

Every change is a compare-and-set on a row's state and attempt, and every post passes its channel's throttle, a row too:
so any number of workers, killed at any moment, share one outbox.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, and_, bindparam, func, or_, select, update

from monitor.domain.alerts.alert import Delivery, DeliveryState
from monitor.domain.catalog import Receiver
from monitor.domain.delivery.attempt import DeliveryForSending, Settlement, Throttle
from storage.outbox.add import add_deliveries
from storage.outbox.escalate import escalate
from storage.outbox.read import delivery_of, read_for_sending
from storage.outbox.roll_up import fold
from storage.schema.outbox import deliveries, throttles
from storage.sql.database import Database
from storage.sql.upserts import Upsert, adding, upserting

_SHUT = select(throttles).where(throttles.c.blocked_until > bindparam("now"))
_CLOSED = _SHUT.where(throttles.c.reason.is_not(None))
_THROTTLES = select(throttles)

_IN_ORDER = select(deliveries).where(deliveries.c.due <= bindparam("now")).order_by(deliveries.c.due, deliveries.c.id)
_NOT_IN_WORK = _IN_ORDER.where(deliveries.c.id.not_in(bindparam("skip", expanding=True))).limit(
    bindparam("most", type_=Integer)
)
_PENDING = deliveries.c.state == DeliveryState.PENDING.value
_SENDING = deliveries.c.state == DeliveryState.SENDING.value
_WAITED_FOR = select(deliveries.c.receiver).where(_PENDING, deliveries.c.due <= bindparam("now")).distinct()
_HEAD = _NOT_IN_WORK.where(_PENDING, deliveries.c.receiver == bindparam("receiver"))
_STRAYS = _NOT_IN_WORK.where(_PENDING, deliveries.c.receiver.not_in(bindparam("receivers", expanding=True)))
_UNKNOWN = _NOT_IN_WORK.where(_SENDING)
_STILL_DUE = _IN_ORDER.where(or_(_PENDING, _SENDING), deliveries.c.id.in_(bindparam("ids", expanding=True)))
_NEXT_PENDING = (
    select(deliveries.c.receiver, func.min(deliveries.c.due)).where(_PENDING).group_by(deliveries.c.receiver)
)
_NEXT_UNKNOWN = select(func.min(deliveries.c.due)).where(_SENDING)

_IF_UNCHANGED = update(deliveries).where(
    deliveries.c.id == bindparam("seen_id"),
    deliveries.c.state == bindparam("seen_state"),
    deliveries.c.attempt == bindparam("seen_attempt"),
)
_MEET = adding(throttles)
_LOCKED = (
    select(throttles)
    .where(throttles.c.name.in_(bindparam("names", expanding=True)))
    .order_by(throttles.c.name)
    .with_for_update()
)
_TAKE = update(throttles).where(throttles.c.name == bindparam("taken"))


def _unless_shut(new: Upsert) -> Upsert:
    """A pause that still runs is not cut short by what began before it."""
    still_shut = and_(
        throttles.c.reason.is_not(None),
        throttles.c.blocked_until > new.excluded["blocked_until"],
        throttles.c.blocked_until > bindparam("now"),
    )
    changed = {name: new.excluded[name] for name in ("blocked_until", "reason", "failures")}
    return new.on_conflict_do_update(index_elements=[throttles.c.name], set_=changed, where=~still_shut)


_SET_THROTTLE = upserting(throttles, _unless_shut)


class SqlOutbox:
    """The outbox in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def closed(self, now: datetime) -> Sequence[Throttle]:
        """The throttles closed for a reason: refused credentials, unreachable channels, rate limits."""
        return await self._database.read(lambda connection: _closed_for_a_reason(connection, now))

    async def due(
        self, now: datetime, limit: int, skip: Collection[int], throttles: Mapping[str, Collection[str]]
    ) -> Sequence[Delivery]:
        """Return the next delivery of each open receiver, outcomes to reconcile, and orphans; oldest first."""
        return await self._database.read(lambda connection: _due(connection, now, limit, skip, throttles))

    async def still_due(self, ids: Collection[int], now: datetime) -> Sequence[Delivery]:
        """Those of the deliveries `ids` that wait to be sent or looked up, and whose time has come."""
        return await self._database.read(lambda connection: _still_due(connection, ids, now))

    async def next_at(self, throttles: Mapping[str, Collection[str]]) -> datetime | None:
        """The earliest moment at which `due` may find something; None while nothing waits."""
        return await self._database.read(lambda connection: _next_at(connection, throttles))

    async def claim(
        self,
        seen: Delivery,
        *,
        via: Receiver,
        throttles: Sequence[str],
        until: datetime,
        settle_at: datetime,
        now: datetime,
    ) -> DeliveryForSending | None:
        """Commit the intent to post, and read what the message says; None when it may not be posted now."""
        return await self._database.run(
            lambda connection: _claim(connection, seen, via, throttles, until, settle_at, now)
        )

    async def load(self, delivery_id: int, now: datetime) -> DeliveryForSending | None:
        """A delivery with all that its message says."""
        return await self._database.read(lambda connection: read_for_sending(connection, delivery_id, now))

    async def record(self, settlement: Settlement, now: datetime) -> bool:
        """Write what an attempt changed; False when its `seen` is no longer the row's state."""
        return await self._database.run(lambda connection: _record(connection, settlement, now))

    async def escalate(self, receiver: Receiver, raised_before: datetime, now: datetime) -> int:
        """Tell `receiver.escalate_to` of alerts of top severity that nobody has acknowledged; how many there were."""
        return await self._database.run(lambda connection: escalate(connection, receiver, raised_before, now))


def _closed_for_a_reason(connection: Connection, now: datetime) -> list[Throttle]:
    return [Throttle(**row) for row in connection.execute(_CLOSED, {"now": now}).mappings()]


def _due(
    connection: Connection, now: datetime, limit: int, skip: Collection[int], passes: Mapping[str, Collection[str]]
) -> list[Delivery]:
    shut = {row.name for row in connection.execute(_SHUT, {"now": now})}
    waited_for = set(connection.scalars(_WAITED_FOR, {"now": now}))
    asked = {"now": now, "skip": list(skip), "most": limit}
    heads = [
        row
        for receiver, through in passes.items()
        if receiver in waited_for and shut.isdisjoint(through)
        for row in connection.execute(_HEAD, {**asked, "receiver": receiver, "most": 1})
    ]
    unknown = connection.execute(_UNKNOWN, asked)
    strays = connection.execute(_STRAYS, {**asked, "receivers": list(passes)})
    rows = sorted((*heads, *unknown, *strays), key=lambda row: (row.due, row.id))
    return [delivery_of(row) for row in rows[:limit]]


def _still_due(connection: Connection, ids: Collection[int], now: datetime) -> list[Delivery]:
    return [delivery_of(row) for row in connection.execute(_STILL_DUE, {"ids": list(ids), "now": now})]


def _next_at(connection: Connection, passes: Mapping[str, Collection[str]]) -> datetime | None:
    opens = {row.name: row.blocked_until for row in connection.execute(_THROTTLES)}
    pending = connection.execute(_NEXT_PENDING)
    moments = [
        max(due, *(opens[name] for name in passes.get(receiver, ()) if name in opens), due) for receiver, due in pending
    ]
    moments += [moment for moment in connection.scalars(_NEXT_UNKNOWN) if moment is not None]
    return min(moments, default=None)


def _claim(
    connection: Connection,
    seen: Delivery,
    via: Receiver,
    passes: Sequence[str],
    until: datetime,
    settle_at: datetime,
    now: datetime,
) -> DeliveryForSending | None:
    if not _open(connection, passes, now):
        return None
    intent = {
        "state": DeliveryState.SENDING.value,
        "attempt": seen.attempt + 1,
        "attempted_at": now,
        "due": settle_at,
        "via": via.name,
        "address": via.address,
    }
    if not _set_if_unchanged(connection, seen, intent):
        return None
    connection.execute(_TAKE, {"taken": passes[0], "blocked_until": until, "reason": None})
    return read_for_sending(connection, seen.id, now)


def _open(connection: Connection, passes: Sequence[str], now: datetime) -> bool:
    """Whether every throttle is open; the rows stay locked, so that two workers cannot both find them so."""
    connection.execute(_MEET.on(connection), {"name": passes[0], "blocked_until": now, "failures": 0})
    return all(row.blocked_until <= now for row in _lock(connection, passes))


def _lock(connection: Connection, names: Sequence[str]) -> list[Row[Any]]:
    """The throttles of these names, ours until the transaction ends. Throttles are locked before deliveries, and in the
    order of their names: in any other order two workers could wait for each other."""
    return list(connection.execute(_LOCKED, {"names": list(names)}).all()) if names else []


def _set_if_unchanged(connection: Connection, seen: Delivery, values: Mapping[str, object]) -> bool:
    """Compare and set: whether the row still was what was seen."""
    was = {"seen_id": seen.id, "seen_state": seen.state.value, "seen_attempt": seen.attempt}
    return connection.execute(_IF_UNCHANGED, {**was, **values}).rowcount == 1


def _record(connection: Connection, settlement: Settlement, now: datetime) -> bool:
    values: dict[str, object] = {
        "state": settlement.state.value,
        "due": settlement.due,
        "failure": settlement.failure,
        "failures": settlement.failures,
        "repeat": settlement.repeat,
    }
    if settlement.receipt is not None:
        values |= {"channel": settlement.receipt.channel, "ts": settlement.receipt.ts, "sent_at": settlement.sent_at}
    _lock(connection, [throttle.name for throttle in settlement.throttles])
    if not _set_if_unchanged(connection, settlement.seen, values):
        return False
    for throttle in sorted(settlement.throttles, key=lambda throttle: throttle.name):
        _set_throttle(connection, throttle, now)
    add_deliveries(connection, settlement.deliveries, {}, now)
    if settlement.fold is not None:
        fold(connection, settlement.seen, settlement.fold, settlement.failure, now)
    return True


def _set_throttle(connection: Connection, throttle: Throttle, now: datetime) -> None:
    row = {
        "name": throttle.name,
        "blocked_until": throttle.blocked_until,
        "reason": throttle.reason,
        "failures": throttle.failures,
    }
    connection.execute(_SET_THROTTLE.on(connection), {**row, "now": now})
