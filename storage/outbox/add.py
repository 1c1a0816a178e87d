"""Writing the outbox: new deliveries, or more alerts for one that still waits."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, select, update

from monitor.domain.alerts.alert import DeliveryKind, DeliveryState, NewDelivery
from storage.schema.content import alerts
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


_MESSAGES = (DeliveryKind.ALERT.value, DeliveryKind.DIGEST.value)

_JOINING = alerts.alias("joining")

_LATEST_MESSAGE_OF_STORIES = (
    select(deliveries.c.id)
    .join(delivery_alerts, delivery_alerts.c.delivery_id == deliveries.c.id)
    .join(alerts, alerts.c.id == delivery_alerts.c.alert_id)
    .where(
        alerts.c.story_id.in_(
            select(_JOINING.c.story_id).where(_JOINING.c.id.in_(bindparam("alert_ids", expanding=True)))
        ),
        deliveries.c.receiver == bindparam("receiver"),
        deliveries.c.kind.in_(_MESSAGES),
    )
    .order_by(
        case(
            {DeliveryState.SENT.value: 0, DeliveryState.SENDING.value: 1, DeliveryState.PENDING.value: 2},
            value=deliveries.c.state,
            else_=3,
        ),
        deliveries.c.id.desc(),
    )
    .limit(1)
)
"""The message to a receiver in which the story of these alerts stands, or will."""

_SENT_MESSAGES_OF_ALERTS = (
    select(deliveries.c.id)
    .join(delivery_alerts, delivery_alerts.c.delivery_id == deliveries.c.id)
    .where(
        delivery_alerts.c.alert_id.in_(bindparam("alert_ids", expanding=True)),
        deliveries.c.receiver == bindparam("receiver"),
        deliveries.c.kind.in_(_MESSAGES),
        deliveries.c.state == DeliveryState.SENT.value,
        deliveries.c.ts.is_not(None),
    )
    .distinct()
    .order_by(deliveries.c.id)
)
"""The messages to a receiver that stand for these alerts and can be edited."""


def add_deliveries(
    connection: Connection, wanted: Sequence[NewDelivery], alert_ids: Mapping[str, int], now: datetime
) -> tuple[int, ...]:
    """Write each wanted delivery with the alerts its topics name; the ids of the rows that now carry them.

    One whose (receiver, group_key) is still pending takes the alerts in and leaves at the earlier of both times. Where
    the last message of the key has left, or is just leaving, a recurring key begins its next part, `spacing` later
    at the earliest; any other does nothing more, and has no id here.
    """
    added = (
        _add(connection, one, ids, now)
        for delivery in wanted
        for ids in [{*(alert_ids[topic] for topic in delivery.topics), *delivery.alert_ids}]
        for one in _by_message(connection, delivery, ids)
    )
    return tuple(delivery_id for delivery_id in added if delivery_id is not None)


def _by_message(connection: Connection, wanted: NewDelivery, alert_ids: set[int]) -> list[NewDelivery]:
    """Return the delivery, once for each message that stands for its alerts where an edit concerns several.

    A story may stand in two messages: of two topics, written before topics shared one, or after it grew louder.
    """
    if wanted.joins:
        story = {"alert_ids": sorted(alert_ids), "receiver": wanted.receiver}
        message = connection.execute(_LATEST_MESSAGE_OF_STORIES, story).scalar_one_or_none()
        if message is not None:
            carry(connection, message, alert_ids)
    if wanted.kind is not DeliveryKind.UPDATE or wanted.thread_of is not None:
        return [wanted]
    known = {"alert_ids": sorted(alert_ids), "receiver": wanted.receiver}
    messages = list(connection.scalars(_SENT_MESSAGES_OF_ALERTS, known))
    if len(messages) < 2:
        return [wanted]
    return [replace(wanted, group_key=f"{wanted.group_key}:{number}", thread_of=number) for number in messages]


def _add(connection: Connection, wanted: NewDelivery, alert_ids: set[int], now: datetime) -> int | None:
    last = _last_part(connection, wanted)
    if last is not None and last.state == DeliveryState.PENDING.value:
        _join(connection, last, wanted)
        delivery_id = int(last.id)
    elif last is None or wanted.recurring:
        delivery_id = _begin(connection, wanted, last, now)
    else:
        return None
    carry(connection, delivery_id, alert_ids)
    return delivery_id


def _last_part(connection: Connection, wanted: NewDelivery) -> Row[Any] | None:
    """Return the latest delivery of the group_key, locked, so that a pending one does not leave."""
    return connection.execute(
        _LATEST_OF_GROUP_KEY, {"receiver": wanted.receiver, "group_key": wanted.group_key}
    ).one_or_none()


def _join(connection: Connection, last: Row[Any], wanted: NewDelivery) -> None:
    """Join a pending delivery; a spaced one keeps its time, already the earliest allowed."""
    due = last.due if wanted.spacing else min(last.due, wanted.due)
    lines = last.text if wanted.text in last.text else f"{last.text}\n{wanted.text}".strip()
    joined = {"due": due, "text": lines, "broadcast": last.broadcast or wanted.broadcast}
    connection.execute(_JOIN_PENDING_DELIVERY, {"last": last.id, **joined})


def _spacing(wanted: NewDelivery, part: int) -> timedelta:
    """Return how long after the message before it this one may leave: doubled with each part, up to the most."""
    if wanted.spacing_most <= wanted.spacing:
        return wanted.spacing
    # 2 ** 20 minutes are two years: enough for any most, and no overflow
    return min(wanted.spacing * (1 << min(part - 2, 20)), wanted.spacing_most)


def _begin(connection: Connection, wanted: NewDelivery, last: Row[Any] | None, now: datetime) -> int:
    left = (last.attempted_at or last.created_at) if last is not None else None
    part = last.part + 1 if last is not None else 1
    row = {
        "key": secrets.token_hex(16),
        "receiver": wanted.receiver,
        "kind": wanted.kind.value,
        "group_key": wanted.group_key,
        "part": part,
        "state": DeliveryState.PENDING.value,
        "due": max(wanted.due, left + _spacing(wanted, part)) if left else wanted.due,
        "created_at": now,
        "attempt": 0,
        "text": wanted.text,
        "broadcast": wanted.broadcast,
        "failures": 0,
        "repeat": False,
        "thread_of": wanted.thread_of,
        "episode_id": wanted.episode_id,
    }
    delivery_id: int = connection.execute(_INSERT_DELIVERY, row).scalar_one()
    return delivery_id


def carry(connection: Connection, delivery_id: int, alert_ids: Iterable[int]) -> None:
    """Let the delivery carry these alerts too."""
    rows = [{"delivery_id": delivery_id, "alert_id": alert_id} for alert_id in sorted(alert_ids)]
    if rows:
        connection.execute(_CARRY_ALERTS.on(connection), rows)
