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
from storage.outbox.roll_up import roll_up
from storage.schema.outbox import deliveries, throttles
from storage.sql.database import Database
from storage.sql.upserts import Upsert, adding, upserting

_BLOCKED_THROTTLES = select(throttles).where(throttles.c.blocked_until > bindparam("now"))
"""Throttles that nothing may pass yet, if only for the usual spacing."""

_THROTTLES_BLOCKED_FOR_A_REASON = _BLOCKED_THROTTLES.where(throttles.c.reason.is_not(None))
"""Throttles that a refusal, a rate limit or an outage blocks."""

_THROTTLES = select(throttles)

_PENDING = deliveries.c.state == DeliveryState.PENDING.value
_SENDING = deliveries.c.state == DeliveryState.SENDING.value
_DUE = select(deliveries).where(deliveries.c.due <= bindparam("now")).order_by(deliveries.c.due, deliveries.c.id)
_DUE_AND_NOT_IN_WORK = _DUE.where(deliveries.c.id.not_in(bindparam("skip", expanding=True))).limit(
    bindparam("most", type_=Integer)
)

_RECEIVERS_WITH_DUE_DELIVERIES = (
    select(deliveries.c.receiver).where(_PENDING, deliveries.c.due <= bindparam("now")).distinct()
)
"""Receivers for which something is due, so that the others cost no query."""

_NEXT_OF_RECEIVER = _DUE_AND_NOT_IN_WORK.where(_PENDING, deliveries.c.receiver == bindparam("receiver"))
"""The due delivery of one receiver that has waited longest."""

_ORPHANS = _DUE_AND_NOT_IN_WORK.where(_PENDING, deliveries.c.receiver.not_in(bindparam("receivers", expanding=True)))
"""Due deliveries whose receivers are no longer configured."""

_UNKNOWN_OUTCOMES = _DUE_AND_NOT_IN_WORK.where(_SENDING)
"""Attempts of unknown outcome that are old enough to be looked up."""

_STILL_DUE = _DUE.where(or_(_PENDING, _SENDING), deliveries.c.id.in_(bindparam("ids", expanding=True)))
"""Those of the given deliveries that nobody else has taken meanwhile."""

_NEXT_PENDING_BY_RECEIVER = (
    select(deliveries.c.receiver, func.min(deliveries.c.due)).where(_PENDING).group_by(deliveries.c.receiver)
)
"""When the next pending delivery of each receiver is due."""

_NEXT_UNKNOWN_OUTCOME = select(func.min(deliveries.c.due)).where(_SENDING)
"""When the next attempt of unknown outcome is to be looked up."""

_UPDATE_IF_UNCHANGED = update(deliveries).where(
    deliveries.c.id == bindparam("seen_id"),
    deliveries.c.state == bindparam("seen_state"),
    deliveries.c.attempt == bindparam("seen_attempt"),
)
"""Compare and set: change a delivery that still is as it was seen."""

_ADD_THROTTLE_IF_NEW = adding(throttles)
"""Make the row of a throttle that was never used, so that it can be locked."""

_LOCK_THROTTLES = (
    select(throttles)
    .where(throttles.c.name.in_(bindparam("names", expanding=True)))
    .order_by(throttles.c.name)
    .with_for_update()
)
"""Lock throttles in the order of their names, before any delivery: in another order two workers could deadlock."""

_OCCUPY_THROTTLE = update(throttles).where(throttles.c.name == bindparam("taken"))
"""Block a throttle for the post that begins."""


def _unless_blocked_longer(new: Upsert) -> Upsert:
    """Replace a throttle, unless its pause still runs: what began before a pause does not cut it short."""
    still_blocked = and_(
        throttles.c.reason.is_not(None),
        throttles.c.blocked_until > new.excluded["blocked_until"],
        throttles.c.blocked_until > bindparam("now"),
    )
    changed = {name: new.excluded[name] for name in ("blocked_until", "reason", "failures")}
    return new.on_conflict_do_update(index_elements=[throttles.c.name], set_=changed, where=~still_blocked)


_SET_THROTTLE = upserting(throttles, _unless_blocked_longer)


class SqlOutbox:
    """The outbox in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def blocked(self, now: datetime) -> Sequence[Throttle]:
        """Return the throttles blocked for a reason: refused credentials, channels, rate limits."""
        return await self._database.read(
            lambda connection: [
                Throttle(**row) for row in connection.execute(_THROTTLES_BLOCKED_FOR_A_REASON, {"now": now}).mappings()
            ]
        )

    async def due(
        self, now: datetime, limit: int, skip: Collection[int], throttles: Mapping[str, Collection[str]]
    ) -> Sequence[Delivery]:
        """Return the next delivery of each open receiver, outcomes to reconcile, and orphans; oldest first."""
        return await self._database.read(lambda connection: _due(connection, now, limit, skip, throttles))

    async def still_due(self, ids: Collection[int], now: datetime) -> Sequence[Delivery]:
        """Return those of the deliveries `ids` that are due to be sent or looked up."""
        wanted = {"ids": list(ids), "now": now}
        return await self._database.read(
            lambda connection: [delivery_of(row) for row in connection.execute(_STILL_DUE, wanted)]
        )

    async def next_at(self, throttles: Mapping[str, Collection[str]]) -> datetime | None:
        """Return the earliest moment at which `due` may find something; None while nothing waits."""
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
        """Return a delivery with all that its message says."""
        return await self._database.read(lambda connection: read_for_sending(connection, delivery_id, now))

    async def record(self, settlement: Settlement, now: datetime) -> bool:
        """Write what an attempt changed; False when its `seen` is no longer the row's state."""
        return await self._database.run(lambda connection: _record(connection, settlement, now))

    async def escalate(self, receiver: Receiver, raised_before: datetime, now: datetime) -> int:
        """Notify `receiver.escalate_to` of unacknowledged critical alerts; return how many."""
        return await self._database.run(lambda connection: escalate(connection, receiver, raised_before, now))


def _due(
    connection: Connection, now: datetime, limit: int, skip: Collection[int], passes: Mapping[str, Collection[str]]
) -> list[Delivery]:
    blocked = {row.name for row in connection.execute(_BLOCKED_THROTTLES, {"now": now})}
    waiting = set(connection.scalars(_RECEIVERS_WITH_DUE_DELIVERIES, {"now": now}))
    wanted = {"now": now, "skip": list(skip), "most": limit}
    first = [
        row
        for receiver, through in passes.items()
        if receiver in waiting and blocked.isdisjoint(through)
        for row in connection.execute(_NEXT_OF_RECEIVER, {**wanted, "receiver": receiver, "most": 1})
    ]
    unknown = connection.execute(_UNKNOWN_OUTCOMES, wanted)
    orphans = connection.execute(_ORPHANS, {**wanted, "receivers": list(passes)})
    rows = sorted((*first, *unknown, *orphans), key=lambda row: (row.due, row.id))
    return [delivery_of(row) for row in rows[:limit]]


def _next_at(connection: Connection, passes: Mapping[str, Collection[str]]) -> datetime | None:
    opens = {row.name: row.blocked_until for row in connection.execute(_THROTTLES)}
    pending = connection.execute(_NEXT_PENDING_BY_RECEIVER)
    moments = [
        max(due, *(opens[name] for name in passes.get(receiver, ()) if name in opens), due) for receiver, due in pending
    ]
    moments += [moment for moment in connection.scalars(_NEXT_UNKNOWN_OUTCOME) if moment is not None]
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
    connection.execute(_OCCUPY_THROTTLE, {"taken": passes[0], "blocked_until": until, "reason": None})
    return read_for_sending(connection, seen.id, now)


def _open(connection: Connection, passes: Sequence[str], now: datetime) -> bool:
    """Tell whether every throttle is open; the rows stay locked, so that two workers cannot both find them so."""
    connection.execute(_ADD_THROTTLE_IF_NEW.on(connection), {"name": passes[0], "blocked_until": now, "failures": 0})
    return all(row.blocked_until <= now for row in _lock(connection, passes))


def _lock(connection: Connection, names: Sequence[str]) -> list[Row[Any]]:
    """Lock the throttles of these names until the transaction ends."""
    return list(connection.execute(_LOCK_THROTTLES, {"names": list(names)}).all()) if names else []


def _set_if_unchanged(connection: Connection, seen: Delivery, values: Mapping[str, object]) -> bool:
    """Change the row that still is as it was seen; return whether it was."""
    was = {"seen_id": seen.id, "seen_state": seen.state.value, "seen_attempt": seen.attempt}
    return connection.execute(_UPDATE_IF_UNCHANGED, {**was, **values}).rowcount == 1


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
        row = {
            "name": throttle.name,
            "blocked_until": throttle.blocked_until,
            "reason": throttle.reason,
            "failures": throttle.failures,
        }
        connection.execute(_SET_THROTTLE.on(connection), {**row, "now": now})
    add_deliveries(connection, settlement.deliveries, {}, now)
    if settlement.roll_up is not None:
        roll_up(connection, settlement.seen, settlement.roll_up, settlement.failure, now)
    return True
