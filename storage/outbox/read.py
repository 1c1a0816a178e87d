"""Reading all that a message says, in one transaction, at the moment it is sent."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, or_, select

from monitor.domain.alerts.alert import Delivery, DeliveryKind, DeliveryState, Silence
from monitor.domain.alerts.interactions import Action
from monitor.domain.delivery.attempt import AlertForSending, DeliveryForSending, Throttle
from storage.schema.content import alerts
from storage.schema.outbox import deliveries, delivery_alerts, interactions, silences, throttles
from storage.sql.upserts import batches, padded
from storage.stories.alerts import alert_of
from storage.stories.stories import story_of

_HOUR = timedelta(hours=1)
_MESSAGES = (DeliveryKind.ALERT.value, DeliveryKind.DIGEST.value)
_STANDING_FIRST = case(
    {DeliveryState.SENT.value: 0, DeliveryState.SENDING.value: 1, DeliveryState.PENDING.value: 2},
    value=deliveries.c.state,
    else_=3,
)

_DELIVERY = select(deliveries).where(deliveries.c.id == bindparam("delivery_id"))
_CARRIED = (
    select(delivery_alerts.c.alert_id)
    .where(delivery_alerts.c.delivery_id == bindparam("delivery_id"))
    .order_by(delivery_alerts.c.alert_id)
)
_ALERTS = select(alerts).where(alerts.c.id.in_(bindparam("ids", expanding=True))).order_by(alerts.c.id)
_DOUBTS = (
    select(interactions.c.alert_id, interactions.c.author, interactions.c.at)
    .where(
        interactions.c.alert_id.in_(bindparam("ids", expanding=True)),
        interactions.c.action == Action.IRRELEVANT.value,
    )
    .order_by(interactions.c.id.desc())
)
"""The first of each alert comes last."""
_STANDING = select(deliveries).order_by(_STANDING_FIRST, deliveries.c.id.desc()).limit(1)
_STANDING_AT = _STANDING.where(deliveries.c.id == bindparam("thread_of"))
_STANDING_WITH = _STANDING.where(
    deliveries.c.id.in_(
        select(delivery_alerts.c.delivery_id).where(
            delivery_alerts.c.alert_id.in_(bindparam("alert_ids", expanding=True))
        )
    ),
    deliveries.c.receiver == bindparam("receiver"),
    deliveries.c.kind.in_(_MESSAGES),
)
_WAITING = select(func.count()).where(
    deliveries.c.receiver == bindparam("receiver"),
    deliveries.c.state == DeliveryState.PENDING.value,
    deliveries.c.due <= bindparam("now"),
    deliveries.c.kind == DeliveryKind.ALERT.value,
    deliveries.c.id != bindparam("delivery_id"),
)
_RECENT = (
    select(deliveries.c.sent_at)
    .where(
        deliveries.c.receiver == bindparam("receiver"),
        deliveries.c.sent_at > bindparam("since"),
        deliveries.c.kind.in_(_MESSAGES),
    )
    .order_by(deliveries.c.sent_at)
)
_SILENCES = select(silences).where(silences.c.until > bindparam("now")).order_by(silences.c.until)
_TROUBLED = select(throttles).where(or_(throttles.c.reason.is_not(None), throttles.c.failures > 0))


def read_for_sending(connection: Connection, delivery_id: int, now: datetime) -> DeliveryForSending | None:
    """The delivery with its alerts, their stories, and what else decides whether and how it goes out."""
    row = connection.execute(_DELIVERY, {"delivery_id": delivery_id}).one_or_none()
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
        throttles=troubled_throttles(connection),
    )


def delivery_of(row: Row[Any], alert_ids: Sequence[int] = ()) -> Delivery:
    """The delivery in a row of `deliveries`."""
    return Delivery(
        id=row.id,
        key=row.key,
        receiver=row.receiver,
        kind=DeliveryKind(row.kind),
        group_key=row.group_key,
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
        failures=row.failures,
        repeat=row.repeat,
        thread_of=row.thread_of,
        via=row.via,
        address=row.address,
        alert_ids=tuple(alert_ids),
    )


def silences_in_force(connection: Connection, now: datetime) -> tuple[Silence, ...]:
    """Silences that have not ended, the one that ends first coming first."""
    return tuple(Silence(**row) for row in connection.execute(_SILENCES, {"now": now}).mappings())


def troubled_throttles(connection: Connection) -> tuple[Throttle, ...]:
    """Lanes closed for a reason, or with failures behind them."""
    return tuple(Throttle(**row) for row in connection.execute(_TROUBLED).mappings())


def _alert_ids(connection: Connection, delivery_id: int) -> tuple[int, ...]:
    return tuple(connection.execute(_CARRIED, {"delivery_id": delivery_id}).scalars())


def _standing(connection: Connection, delivery: Delivery) -> Delivery | None:
    """The delivery whose message this one changes or answers."""
    if delivery.kind not in (DeliveryKind.UPDATE, DeliveryKind.REPLY):
        return None
    if delivery.thread_of is not None:
        found = connection.execute(_STANDING_AT, {"thread_of": delivery.thread_of})
    else:
        asked = {"alert_ids": padded(delivery.alert_ids), "receiver": delivery.receiver}
        found = connection.execute(_STANDING_WITH, asked)
    row = found.one_or_none()
    return delivery_of(row, _alert_ids(connection, row.id)) if row is not None else None


def _waiting(connection: Connection, delivery: Delivery, now: datetime) -> int:
    """Alert messages due for the same receiver, this one among them."""
    asked = {"receiver": delivery.receiver, "now": now, "delivery_id": delivery.id}
    return int(connection.execute(_WAITING, asked).scalar_one()) + 1


def _recent(connection: Connection, delivery: Delivery, now: datetime) -> tuple[datetime, ...]:
    asked = {"receiver": delivery.receiver, "since": now - _HOUR}
    return tuple(connection.execute(_RECENT, asked).scalars())


def _alerts(connection: Connection, alert_ids: Collection[int]) -> tuple[AlertForSending, ...]:
    asked = [{"ids": padded(batch)} for batch in batches(sorted(alert_ids))]
    found = [alert_of(row) for ids in asked for row in connection.execute(_ALERTS, ids)]
    doubts = {row.alert_id: row for ids in asked for row in connection.execute(_DOUBTS, ids)}
    stories = {number: story_of(connection, number) for number in {alert.story_id for alert in found}}
    return tuple(
        AlertForSending(
            alert=alert,
            story=stories[alert.story_id],
            doubted_by=doubts[alert.id].author if alert.id in doubts else None,
            doubted_at=doubts[alert.id].at if alert.id in doubts else None,
        )
        for alert in found
    )
