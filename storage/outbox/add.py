"""Writing the outbox: new deliveries, or more alerts for one that still waits."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from monitor.domain.alerts.alert import DeliveryState, NewDelivery
from storage.schema.outbox import deliveries, delivery_alerts
from storage.sql.upserts import adding

_LATEST_OF_GROUP_KEY = (
    select(deliveries)
    .where(deliveries.c.receiver == bindparam("receiver"), deliveries.c.group_key == bindparam("group_key"))
    .order_by(deliveries.c.part.desc())
    .limit(1)
    .with_for_update()
)
"""The latest delivery of a group key, locked, so that a pending one does not leave while alerts join it."""

_JOIN_PENDING_DELIVERY = update(deliveries).where(deliveries.c.id == bindparam("last"))
"""Change the time and the text of a delivery that still waits."""

_INSERT_DELIVERY = deliveries.insert().returning(deliveries.c.id)
"""Begin a message of its own."""

_CARRY_ALERTS = adding(delivery_alerts)
"""Let a delivery carry alerts; those it carries already stay."""


def add_deliveries(
    connection: Connection, wanted: Sequence[NewDelivery], alert_ids: Mapping[str, int], now: datetime
) -> tuple[int, ...]:
    """Write each wanted delivery with the alerts its topics name; the ids of the rows that now carry them.

    One whose (receiver, group_key) is still pending takes the alerts in and leaves at the earlier of both times. Where
    the last message of the key has left, or is just leaving, a recurring key begins its next part, `spacing` later
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
    """Return the latest delivery of the group_key, locked, so that a pending one does not leave."""
    return connection.execute(
        _LATEST_OF_GROUP_KEY, {"receiver": wanted.receiver, "group_key": wanted.group_key}
    ).one_or_none()


def _join(connection: Connection, last: Row[Any], wanted: NewDelivery) -> None:
    """Join a pending delivery; a spaced one keeps its time, already the earliest allowed."""
    due = last.due if wanted.spacing else min(last.due, wanted.due)
    joined = {"due": due, "text": _joined(last.text, wanted.text), "broadcast": last.broadcast or wanted.broadcast}
    connection.execute(_JOIN_PENDING_DELIVERY, {"last": last.id, **joined})


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
    delivery_id: int = connection.execute(_INSERT_DELIVERY, row).scalar_one()
    return delivery_id


def carry(connection: Connection, delivery_id: int, alert_ids: Iterable[int]) -> None:
    """Let the delivery carry these alerts too."""
    rows = [{"delivery_id": delivery_id, "alert_id": alert_id} for alert_id in sorted(alert_ids)]
    if rows:
        connection.execute(_CARRY_ALERTS.on(connection), rows)
