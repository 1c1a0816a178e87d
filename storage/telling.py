"""Reading all that a message says, in one transaction, at the moment it is sent."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, func, or_, select

from monitor.domain.alerts import Alert, Delivery, DeliveryKind, DeliveryState, Silence
from monitor.domain.delivering import AlertForSending, DeliveryForSending, Lane
from storage.alerts import alert_of
from storage.outbox_schema import deliveries, delivery_alerts, lanes, silences
from storage.schema import alerts
from storage.stories import story_of

_HOUR = timedelta(hours=1)
_MESSAGES = (DeliveryKind.ALERT.value, DeliveryKind.DIGEST.value)
_STANDING_FIRST = case(
    {DeliveryState.SENT.value: 0, DeliveryState.SENDING.value: 1, DeliveryState.PENDING.value: 2},
    value=deliveries.c.state,
    else_=3,
)


def read_for_sending(connection: Connection, delivery_id: int, now: datetime) -> DeliveryForSending | None:
    """The delivery with its alerts, their stories, and what else decides whether and how it goes out."""
    row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one_or_none()
    if row is None:
        return None
    delivery = delivery_of(row, _alert_ids(connection, delivery_id))
    standing = _standing(connection, delivery)
    rewritten = standing is not None and delivery.kind is DeliveryKind.UPDATE
    return DeliveryForSending(
        delivery=delivery,
        alerts=_alerts(connection, standing.alert_ids if rewritten and standing else delivery.alert_ids),
        silences=silences_in_force(connection, now),
        standing=standing,
        waiting=_waiting(connection, delivery, now),
        recent=_recent(connection, delivery, now),
        lanes=troubled_lanes(connection),
    )


def delivery_of(row: Row[Any], alert_ids: Sequence[int] = ()) -> Delivery:
    """The delivery in a row of `deliveries`."""
    return Delivery(
        id=row.id,
        key=row.key,
        receiver=row.receiver,
        kind=DeliveryKind(row.kind),
        window=row.window,
        state=DeliveryState(row.state),
        due=row.due,
        created_at=row.created_at,
        attempt=row.attempt,
        attempted_at=row.attempted_at,
        sent_at=row.sent_at,
        channel=row.channel,
        ts=row.ts,
        failure=row.failure,
        text=row.text,
        broadcast=row.broadcast,
        strikes=row.strikes,
        repeat=row.repeat,
        thread_of=row.thread_of,
        via=row.via,
        alert_ids=tuple(alert_ids),
    )


def silences_in_force(connection: Connection, now: datetime) -> tuple[Silence, ...]:
    """Silences that have not ended, the one that ends first coming first."""
    rows = connection.execute(select(silences).where(silences.c.until > now).order_by(silences.c.until)).mappings()
    return tuple(Silence(**row) for row in rows)


def troubled_lanes(connection: Connection) -> tuple[Lane, ...]:
    """Lanes closed for a reason, or with failures behind them."""
    rows = connection.execute(select(lanes).where(or_(lanes.c.reason.is_not(None), lanes.c.strikes > 0))).mappings()
    return tuple(Lane(**row) for row in rows)


def _alert_ids(connection: Connection, delivery_id: int) -> tuple[int, ...]:
    carried = select(delivery_alerts.c.alert_id).where(delivery_alerts.c.delivery_id == delivery_id)
    return tuple(connection.execute(carried.order_by(delivery_alerts.c.alert_id)).scalars())


def _standing(connection: Connection, delivery: Delivery) -> Delivery | None:
    """The delivery whose message this one changes or answers."""
    if delivery.kind not in (DeliveryKind.UPDATE, DeliveryKind.REPLY):
        return None
    wanted = select(deliveries)
    if delivery.thread_of is not None:
        wanted = wanted.where(deliveries.c.id == delivery.thread_of)
    else:
        carrying = select(delivery_alerts.c.delivery_id).where(delivery_alerts.c.alert_id.in_(delivery.alert_ids))
        wanted = wanted.where(
            deliveries.c.id.in_(carrying),
            deliveries.c.receiver == delivery.receiver,
            deliveries.c.kind.in_(_MESSAGES),
        )
    row = connection.execute(wanted.order_by(_STANDING_FIRST, deliveries.c.id.desc()).limit(1)).one_or_none()
    return delivery_of(row, _alert_ids(connection, row.id)) if row is not None else None


def _waiting(connection: Connection, delivery: Delivery, now: datetime) -> int:
    """Alert messages due for the same receiver, this one among them."""
    due = select(func.count()).where(
        deliveries.c.receiver == delivery.receiver,
        deliveries.c.state == DeliveryState.PENDING.value,
        deliveries.c.due <= now,
        deliveries.c.kind == DeliveryKind.ALERT.value,
        deliveries.c.id != delivery.id,
    )
    return int(connection.execute(due).scalar_one()) + 1


def _recent(connection: Connection, delivery: Delivery, now: datetime) -> tuple[datetime, ...]:
    sent = select(deliveries.c.sent_at).where(
        deliveries.c.receiver == delivery.receiver,
        deliveries.c.sent_at > now - _HOUR,
        deliveries.c.kind.in_(_MESSAGES),
    )
    return tuple(connection.execute(sent.order_by(deliveries.c.sent_at)).scalars())


def _alerts(connection: Connection, alert_ids: Collection[int]) -> tuple[AlertForSending, ...]:
    found = [alert_of(row) for row in connection.execute(select(alerts).where(alerts.c.id.in_(alert_ids)))]
    return tuple(
        AlertForSending(alert=alert, story=story_of(connection, alert.story_id)) for alert in sorted(found, key=_by_id)
    )


def _by_id(alert: Alert) -> int:
    return alert.id
