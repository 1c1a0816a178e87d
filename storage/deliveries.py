"""Writing the outbox: new deliveries, or more alerts for one that still waits."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, case, func, literal, select, update

from monitor.domain.alerts import DeliveryState, NewDelivery
from storage.outbox_schema import deliveries, delivery_alerts
from storage.statements import upsert


def add_deliveries(
    connection: Connection, wanted: Sequence[NewDelivery], alert_ids: Mapping[str, int], now: datetime
) -> tuple[int, ...]:
    """Write each wanted delivery with the alerts its topics name; the ids of their rows.

    One whose (receiver, window) is still pending takes the alerts in and leaves at the earlier of both times. Where
    the window's last message has already left, or is just leaving, the next part of the window is begun.
    """
    return tuple(_add(connection, delivery, alert_ids, now) for delivery in wanted)


def _add(connection: Connection, wanted: NewDelivery, alert_ids: Mapping[str, int], now: datetime) -> int:
    delivery_id = _join(connection, wanted) or _begin(connection, wanted, now)
    _carry(connection, delivery_id, (alert_ids[topic] for topic in wanted.topics))
    return delivery_id


def _join(connection: Connection, wanted: NewDelivery) -> int | None:
    """The pending delivery of the window, now carrying this one too; locked, so that it does not leave meanwhile."""
    row = connection.execute(
        select(deliveries.c.id, deliveries.c.text)
        .where(
            deliveries.c.receiver == wanted.receiver,
            deliveries.c.window == wanted.window,
            deliveries.c.state == DeliveryState.PENDING.value,
        )
        .order_by(deliveries.c.part.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == row.id)
        .values(
            due=case(
                (deliveries.c.due > wanted.due, literal(wanted.due, deliveries.c.due.type)), else_=deliveries.c.due
            ),
            text=_joined(row.text, wanted.text),
            broadcast=deliveries.c.broadcast | wanted.broadcast,
        )
    )
    return int(row.id)


def _joined(old: str, new: str) -> str:
    return old if new in old else f"{old}\n{new}".strip()


def _begin(connection: Connection, wanted: NewDelivery, now: datetime) -> int:
    last = select(func.max(deliveries.c.part)).where(
        deliveries.c.receiver == wanted.receiver, deliveries.c.window == wanted.window
    )
    part = (connection.execute(last).scalar() or 0) + 1
    row = {
        "key": secrets.token_hex(16),
        "receiver": wanted.receiver,
        "kind": wanted.kind.value,
        "window": wanted.window,
        "part": part,
        "state": DeliveryState.PENDING.value,
        "due": wanted.due,
        "created_at": now,
        "attempt": 0,
        "text": wanted.text,
        "broadcast": wanted.broadcast,
    }
    delivery_id: int = connection.execute(deliveries.insert().values(row).returning(deliveries.c.id)).scalar_one()
    return delivery_id


def _carry(connection: Connection, delivery_id: int, alert_ids: Iterable[int]) -> None:
    rows = [{"delivery_id": delivery_id, "alert_id": alert_id} for alert_id in alert_ids]
    if rows:
        connection.execute(upsert(connection, delivery_alerts).on_conflict_do_nothing(), rows)
