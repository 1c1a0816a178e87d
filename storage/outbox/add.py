"""Writing the outbox: new deliveries, or more alerts for one that still waits."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from monitor.domain.alerts.alert import DeliveryState, NewDelivery
from storage.schema.outbox import deliveries, delivery_alerts
from storage.sql.upserts import adding

_LAST_PART = (
    select(deliveries)
    .where(deliveries.c.receiver == bindparam("receiver"), deliveries.c.group_key == bindparam("group_key"))
    .order_by(deliveries.c.part.desc())
    .limit(1)
    .with_for_update()
)
_JOIN = update(deliveries).where(deliveries.c.id == bindparam("last"))
_BEGIN = deliveries.insert().returning(deliveries.c.id)
_CARRY = adding(delivery_alerts)


def add_deliveries(
    connection: Connection, wanted: Sequence[NewDelivery], alert_ids: Mapping[str, int], now: datetime
) -> tuple[int, ...]:
    """Write each wanted delivery with the alerts its topics name; the ids of the rows that now carry them.

    One whose (receiver, group_key) is still pending takes the alerts in and leaves at the earlier of both times. Where
    the window's last message has left, or is just leaving, a recurring window begins its next part, `spacing` later
    at the earliest; any other does nothing more, and has no id here.
    """
    added = (_add(connection, delivery, alert_ids, now) for delivery in wanted)
    return tuple(delivery_id for delivery_id in added if delivery_id is not None)


def _add(connection: Connection, wanted: NewDelivery, alert_ids: Mapping[str, int], now: datetime) -> int | None:
    last = _last_part(connection, wanted)
    if last is not None and last.state == DeliveryState.PENDING.value:
        _join(connection, last, wanted)
        delivery_id = int(last.id)
    elif last is None or wanted.recurring:
        delivery_id = _begin(connection, wanted, last, now)
    else:
        return None
    carry(connection, delivery_id, {*(alert_ids[topic] for topic in wanted.topics), *wanted.alert_ids})
    return delivery_id


def _last_part(connection: Connection, wanted: NewDelivery) -> Row[Any] | None:
    """The latest delivery of the group_key, locked, so that a pending one does not leave meanwhile."""
    return connection.execute(_LAST_PART, {"receiver": wanted.receiver, "group_key": wanted.group_key}).one_or_none()


def _join(connection: Connection, last: Row[Any], wanted: NewDelivery) -> None:
    """A spaced window keeps its time, which is already the earliest allowed."""
    due = last.due if wanted.spacing else min(last.due, wanted.due)
    joined = {"due": due, "text": _joined(last.text, wanted.text), "broadcast": last.broadcast or wanted.broadcast}
    connection.execute(_JOIN, {"last": last.id, **joined})


def _joined(old: str, new: str) -> str:
    return old if new in old else f"{old}\n{new}".strip()


def _begin(connection: Connection, wanted: NewDelivery, last: Row[Any] | None, now: datetime) -> int:
    left = (last.attempted_at or last.created_at) if last is not None else None
    row = {
        "key": secrets.token_hex(16),
        "receiver": wanted.receiver,
        "kind": wanted.kind.value,
        "group_key": wanted.group_key,
        "part": last.part + 1 if last is not None else 1,
        "state": DeliveryState.PENDING.value,
        "due": max(wanted.due, left + wanted.spacing) if left else wanted.due,
        "created_at": now,
        "attempt": 0,
        "text": wanted.text,
        "broadcast": wanted.broadcast,
        "failures": 0,
        "repeat": False,
        "thread_of": wanted.thread_of,
    }
    delivery_id: int = connection.execute(_BEGIN, row).scalar_one()
    return delivery_id


def carry(connection: Connection, delivery_id: int, alert_ids: Iterable[int]) -> None:
    """Let the delivery carry these alerts too."""
    rows = [{"delivery_id": delivery_id, "alert_id": alert_id} for alert_id in sorted(alert_ids)]
    if rows:
        connection.execute(_CARRY.on(connection), rows)
