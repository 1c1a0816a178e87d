"""Read all that a message says, in one transaction, at the moment it is sent."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, or_, select

from monitor.domain.alerts.alert import Delivery, DeliveryKind, DeliveryState, Silence
from monitor.domain.alerts.interactions import Action
from monitor.domain.articles.doubts import doubt_in_words
from monitor.domain.delivery.attempt import AlertForSending, DeliveryForSending, Throttle
from storage.schema.content import alerts, texts
from storage.schema.outbox import deliveries, delivery_alerts, interactions, silences, throttles
from storage.sql.upserts import batches, padded
from storage.stories.alerts import alert_of
from storage.stories.stories import story_of
from storage.volume.rows import episode_by_id

_HOUR = timedelta(hours=1)
_MESSAGES = (DeliveryKind.ALERT.value, DeliveryKind.DIGEST.value)
_SENT_FIRST = case(
    {DeliveryState.SENT.value: 0, DeliveryState.SENDING.value: 1, DeliveryState.PENDING.value: 2},
    value=deliveries.c.state,
    else_=3,
)

_DELIVERY_BY_ID = select(deliveries).where(deliveries.c.id == bindparam("delivery_id"))
_ALERT_IDS_OF_DELIVERY = (
    select(delivery_alerts.c.alert_id)
    .where(delivery_alerts.c.delivery_id == bindparam("delivery_id"))
    .order_by(delivery_alerts.c.alert_id)
)
_COUNT_STORIES_OF_DELIVERY = (
    select(func.count(func.distinct(alerts.c.story_id)))
    .join(delivery_alerts, delivery_alerts.c.alert_id == alerts.c.id)
    .where(delivery_alerts.c.delivery_id == bindparam("delivery_id"))
)
"""How many stories share a message: replies in its thread name theirs."""

_TEXTS_OF_ALERTS = (
    select(alerts.c.id, texts.c.method, texts.c.doubts, texts.c.body)
    .join(texts, texts.c.article_id == alerts.c.article_id)
    .where(alerts.c.id.in_(bindparam("ids", expanding=True)), texts.c.doubts.is_not(None))
)
"""Texts that alerts were judged by and that lack something."""

_ALERTS_BY_ID = select(alerts).where(alerts.c.id.in_(bindparam("ids", expanding=True))).order_by(alerts.c.id)

_DOUBTS_OF_ALERTS = (
    select(interactions.c.alert_id, interactions.c.author, interactions.c.at)
    .where(
        interactions.c.alert_id.in_(bindparam("ids", expanding=True)),
        interactions.c.action == Action.IRRELEVANT.value,
    )
    .order_by(interactions.c.id.desc())
)
"""Clicks on "not relevant", the first of each alert coming last."""

_LATEST_MESSAGE = select(deliveries).order_by(_SENT_FIRST, deliveries.c.id.desc()).limit(1)

_MESSAGE_BY_ID = _LATEST_MESSAGE.where(deliveries.c.id == bindparam("thread_of"))
"""The message that a delivery names as its thread."""

_MESSAGE_OF_ALERTS = _LATEST_MESSAGE.where(
    deliveries.c.id.in_(
        select(delivery_alerts.c.delivery_id).where(
            delivery_alerts.c.alert_id.in_(bindparam("alert_ids", expanding=True))
        )
    ),
    deliveries.c.receiver == bindparam("receiver"),
    deliveries.c.kind.in_(_MESSAGES),
)
"""The message to a receiver that carries any of these alerts: one that was sent first, of several the newest."""

_COUNT_DUE_ALERT_MESSAGES = select(func.count()).where(
    deliveries.c.receiver == bindparam("receiver"),
    deliveries.c.state == DeliveryState.PENDING.value,
    deliveries.c.due <= bindparam("now"),
    deliveries.c.kind == DeliveryKind.ALERT.value,
    deliveries.c.id != bindparam("delivery_id"),
)
"""How many other alert messages wait for the receiver: a backlog is rolled up."""

_TIMES_OF_RECENT_MESSAGES = (
    select(deliveries.c.sent_at)
    .where(
        deliveries.c.receiver == bindparam("receiver"),
        deliveries.c.sent_at > bindparam("since"),
        deliveries.c.kind.in_(_MESSAGES),
    )
    .order_by(deliveries.c.sent_at)
)
"""When the receiver's last messages were sent, for `max_per_hour`."""

_SILENCES_IN_FORCE = select(silences).where(silences.c.until > bindparam("now")).order_by(silences.c.until)

_TROUBLED_THROTTLES = select(throttles).where(or_(throttles.c.reason.is_not(None), throttles.c.failures > 0))
"""Throttles blocked for a reason, or with failures behind them."""


def read_for_sending(connection: Connection, delivery_id: int, now: datetime) -> DeliveryForSending | None:
    """Return the delivery with all that decides whether and how it goes out."""
    row = connection.execute(_DELIVERY_BY_ID, {"delivery_id": delivery_id}).one_or_none()
    if row is None:
        return None
    delivery = delivery_of(row, _alert_ids(connection, delivery_id))
    standing = _standing(connection, delivery)
    here = {"receiver": delivery.receiver, "now": now, "delivery_id": delivery.id}
    rewritten = standing is not None and delivery.kind is DeliveryKind.UPDATE
    return DeliveryForSending(
        delivery=delivery,
        alerts=_alerts(connection, standing.alert_ids if rewritten and standing else delivery.alert_ids),
        silences=silences_in_force(connection, now),
        standing=standing,
        # this delivery itself may no longer be pending, and is counted
        waiting=int(connection.execute(_COUNT_DUE_ALERT_MESSAGES, here).scalar_one()) + 1,
        recent=tuple(connection.execute(_TIMES_OF_RECENT_MESSAGES, {**here, "since": now - _HOUR}).scalars()),
        throttles=troubled_throttles(connection),
        episode=None if delivery.episode_id is None else episode_by_id(connection, delivery.episode_id),
    )


def delivery_of(row: Row[Any], alert_ids: Sequence[int] = ()) -> Delivery:
    """Return the delivery in a row of `deliveries`."""
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
        episode_id=row.episode_id,
    )


def silences_in_force(connection: Connection, now: datetime) -> tuple[Silence, ...]:
    """Return silences that have not ended, the one that ends first coming first."""
    return tuple(Silence(**row) for row in connection.execute(_SILENCES_IN_FORCE, {"now": now}).mappings())


def troubled_throttles(connection: Connection) -> tuple[Throttle, ...]:
    """Return throttles blocked for a reason, or with failures behind them."""
    return tuple(Throttle(**row) for row in connection.execute(_TROUBLED_THROTTLES).mappings())


def _alert_ids(connection: Connection, delivery_id: int) -> tuple[int, ...]:
    return tuple(connection.execute(_ALERT_IDS_OF_DELIVERY, {"delivery_id": delivery_id}).scalars())


def _standing(connection: Connection, delivery: Delivery) -> Delivery | None:
    """Return the delivery whose message this one changes or answers."""
    if delivery.kind not in (DeliveryKind.UPDATE, DeliveryKind.REPLY):
        return None
    if delivery.thread_of is not None:
        found = connection.execute(_MESSAGE_BY_ID, {"thread_of": delivery.thread_of})
    else:
        wanted = {"alert_ids": padded(delivery.alert_ids), "receiver": delivery.receiver}
        found = connection.execute(_MESSAGE_OF_ALERTS, wanted)
    row = found.one_or_none()
    if row is None:
        return None
    alert_ids = _alert_ids(connection, row.id)
    stories = connection.execute(_COUNT_STORIES_OF_DELIVERY, {"delivery_id": row.id}).scalar_one()
    return replace(delivery_of(row, alert_ids), stories=stories)


def _alerts(connection: Connection, alert_ids: Collection[int]) -> tuple[AlertForSending, ...]:
    wanted = [{"ids": padded(batch)} for batch in batches(sorted(alert_ids))]
    found = [alert_of(row) for ids in wanted for row in connection.execute(_ALERTS_BY_ID, ids)]
    doubts = {row.alert_id: row for ids in wanted for row in connection.execute(_DOUBTS_OF_ALERTS, ids)}
    lacking = {
        row.id: doubt_in_words(row.method, row.doubts, row.body)
        for ids in wanted
        for row in connection.execute(_TEXTS_OF_ALERTS, ids)
    }
    stories = {number: story_of(connection, number) for number in {alert.story_id for alert in found}}
    return tuple(
        AlertForSending(
            alert=alert,
            story=stories[alert.story_id],
            doubted_by=doubts[alert.id].author if alert.id in doubts else None,
            doubted_at=doubts[alert.id].at if alert.id in doubts else None,
            doubt=lacking.get(alert.id, ""),
        )
        for alert in found
    )
