"""The outbox: which delivery may leave now, the intent to post it, and what came of it.

Every change is a compare-and-set on a row's state and attempt, and every post passes its channel's lane, a row too:
so any number of workers, killed at any moment, share one outbox.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, update

from monitor.domain.alerts import Delivery, DeliveryState
from monitor.domain.catalog import Receiver
from monitor.domain.delivering import DeliveryForSending, Lane, Settlement
from storage.database import Database
from storage.deliveries import add_deliveries
from storage.escalation import escalate
from storage.folding import fold
from storage.outbox_schema import deliveries, lanes
from storage.statements import upsert
from storage.telling import delivery_of, read_for_sending


class SqlOutbox:
    """The outbox in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def closed(self, now: datetime) -> Sequence[Lane]:
        """The lanes closed for a reason: refused credentials, unreachable channels, rate limits."""
        return await self._database.read(lambda connection: _closed_for_a_reason(connection, now))

    async def due(
        self, now: datetime, limit: int, skip: Collection[int], lanes: Mapping[str, Collection[str]]
    ) -> Sequence[Delivery]:
        """The next delivery of each receiver with open lanes, unknown outcomes to reconcile, strays; oldest first."""
        return await self._database.read(lambda connection: _due(connection, now, limit, skip, lanes))

    async def still_due(self, ids: Collection[int], now: datetime) -> Sequence[Delivery]:
        """Those of the deliveries `ids` that wait to be sent or looked up, and whose time has come."""
        return await self._database.read(lambda connection: _still_due(connection, ids, now))

    async def next_at(self, lanes: Mapping[str, Collection[str]]) -> datetime | None:
        """The earliest moment at which `due` may find something; None while nothing waits."""
        return await self._database.read(lambda connection: _next_at(connection, lanes))

    async def claim(
        self, seen: Delivery, *, via: str, lanes: Sequence[str], until: datetime, settle_at: datetime, now: datetime
    ) -> DeliveryForSending | None:
        """Commit the intent to post, and read what the message says; None when it may not be posted now."""
        return await self._database.run(lambda connection: _claim(connection, seen, via, lanes, until, settle_at, now))

    async def load(self, delivery_id: int, now: datetime) -> DeliveryForSending | None:
        """A delivery with all that its message says."""
        return await self._database.read(lambda connection: read_for_sending(connection, delivery_id, now))

    async def record(self, settlement: Settlement, now: datetime) -> bool:
        """Write what an attempt changed; False when its `seen` is no longer the row's state."""
        return await self._database.run(lambda connection: _record(connection, settlement, now))

    async def escalate(self, receiver: Receiver, raised_before: datetime, now: datetime) -> int:
        """Tell `receiver.escalate_to` of alerts of top severity that nobody has acknowledged; how many there were."""
        return await self._database.run(lambda connection: escalate(connection, receiver, raised_before, now))


def _closed_for_a_reason(connection: Connection, now: datetime) -> list[Lane]:
    rows = connection.execute(select(lanes).where(lanes.c.open_at > now, lanes.c.reason.is_not(None))).mappings()
    return [Lane(**row) for row in rows]


def _due(
    connection: Connection, now: datetime, limit: int, skip: Collection[int], passes: Mapping[str, Collection[str]]
) -> list[Delivery]:
    shut = set(connection.execute(select(lanes.c.name).where(lanes.c.open_at > now)).scalars())
    waiting = _waiting(now, skip)
    heads = [
        row
        for receiver, through in passes.items()
        if shut.isdisjoint(through)
        for row in connection.execute(waiting.where(deliveries.c.receiver == receiver).limit(1))
    ]
    unknown = connection.execute(
        select(deliveries)
        .where(deliveries.c.state == DeliveryState.SENDING.value, deliveries.c.due <= now, deliveries.c.id.not_in(skip))
        .order_by(deliveries.c.due, deliveries.c.id)
        .limit(limit)
    )
    strays = connection.execute(waiting.where(deliveries.c.receiver.not_in(list(passes))).limit(limit))
    rows = sorted((*heads, *unknown, *strays), key=lambda row: (row.due, row.id))
    return [delivery_of(row) for row in rows[:limit]]


def _still_due(connection: Connection, ids: Collection[int], now: datetime) -> list[Delivery]:
    open_ = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)
    rows = connection.execute(
        select(deliveries)
        .where(deliveries.c.id.in_(ids), deliveries.c.state.in_(open_), deliveries.c.due <= now)
        .order_by(deliveries.c.due, deliveries.c.id)
    )
    return [delivery_of(row) for row in rows]


def _next_at(connection: Connection, passes: Mapping[str, Collection[str]]) -> datetime | None:
    opens = {row.name: row.open_at for row in connection.execute(select(lanes))}
    pending = connection.execute(
        select(deliveries.c.receiver, func.min(deliveries.c.due))
        .where(deliveries.c.state == DeliveryState.PENDING.value)
        .group_by(deliveries.c.receiver)
    )
    moments = [
        max(due, *(opens[name] for name in passes.get(receiver, ()) if name in opens), due) for receiver, due in pending
    ]
    unknown = select(func.min(deliveries.c.due)).where(deliveries.c.state == DeliveryState.SENDING.value)
    moments += [moment for moment in connection.scalars(unknown) if moment is not None]
    return min(moments, default=None)


def _waiting(now: datetime, skip: Collection[int]) -> Select[*tuple[object, ...]]:
    return (
        select(deliveries)
        .where(deliveries.c.state == DeliveryState.PENDING.value, deliveries.c.due <= now, deliveries.c.id.not_in(skip))
        .order_by(deliveries.c.due, deliveries.c.id)
    )


def _claim(
    connection: Connection,
    seen: Delivery,
    via: str,
    passes: Sequence[str],
    until: datetime,
    settle_at: datetime,
    now: datetime,
) -> DeliveryForSending | None:
    if not _open(connection, passes, now):
        return None
    changed = connection.execute(
        update(deliveries)
        .where(_unchanged(seen))
        .values(
            state=DeliveryState.SENDING.value,
            attempt=seen.attempt + 1,
            attempted_at=now,
            due=settle_at,
            via=via,
        )
    )
    if changed.rowcount != 1:
        return None
    connection.execute(update(lanes).where(lanes.c.name == passes[0]).values(open_at=until, reason=None))
    return read_for_sending(connection, seen.id, now)


def _open(connection: Connection, passes: Sequence[str], now: datetime) -> bool:
    """Whether every lane is open; the rows stay locked, so that two workers cannot both find them so."""
    first = {"name": passes[0], "open_at": now, "strikes": 0}
    connection.execute(upsert(connection, lanes).values(first).on_conflict_do_nothing())
    rows = connection.execute(select(lanes).where(lanes.c.name.in_(passes)).order_by(lanes.c.name).with_for_update())
    return all(row.open_at <= now for row in rows)


def _unchanged(seen: Delivery) -> ColumnElement[bool]:
    return and_(
        deliveries.c.id == seen.id, deliveries.c.state == seen.state.value, deliveries.c.attempt == seen.attempt
    )


def _record(connection: Connection, settlement: Settlement, now: datetime) -> bool:
    values: dict[str, object] = {
        "state": settlement.state.value,
        "due": settlement.due,
        "failure": settlement.failure,
        "strikes": settlement.strikes,
        "repeat": settlement.repeat,
    }
    if settlement.receipt is not None:
        values |= {"channel": settlement.receipt.channel, "ts": settlement.receipt.ts, "sent_at": settlement.sent_at}
    changed = connection.execute(update(deliveries).where(_unchanged(settlement.seen)).values(values))
    if changed.rowcount != 1:
        return False
    for lane in settlement.lanes:
        _set_lane(connection, lane, now)
    add_deliveries(connection, settlement.deliveries, {}, now)
    if settlement.fold is not None:
        fold(connection, settlement.seen, settlement.fold, settlement.failure, now)
    return True


def _set_lane(connection: Connection, lane: Lane, now: datetime) -> None:
    """A pause that still runs is not cut short by what began before it."""
    row = {"name": lane.name, "open_at": lane.open_at, "reason": lane.reason, "strikes": lane.strikes}
    still_shut = and_(lanes.c.reason.is_not(None), lanes.c.open_at > lane.open_at, lanes.c.open_at > now)
    connection.execute(
        upsert(connection, lanes)
        .values(row)
        .on_conflict_do_update(index_elements=[lanes.c.name], set_=row, where=~still_shut)
    )
