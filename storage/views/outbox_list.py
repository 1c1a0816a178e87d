"""The outbox as a list for people: each message with the headline, topic and count of its alerts."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from monitor.domain.alerts.alert import DeliveryState
from monitor.domain.status.source_view import OutboxLine
from storage.outbox.read import delivery_of
from storage.schema.content import alerts, stories
from storage.schema.outbox import deliveries, delivery_alerts


def outbox_lines(
    connection: Connection, states: Collection[DeliveryState], since: datetime, before: int | None, limit: int
) -> tuple[OutboxLine, ...]:
    """Return deliveries made since then, newest first; of all states where none is named, before that id."""
    wanted = select(deliveries).where(deliveries.c.created_at >= since)
    if states:
        wanted = wanted.where(deliveries.c.state.in_([state.value for state in states]))
    if before is not None:
        wanted = wanted.where(deliveries.c.id < before)
    found = [delivery_of(row) for row in connection.execute(wanted.order_by(deliveries.c.id.desc()).limit(limit))]
    carried = (
        select(delivery_alerts.c.delivery_id, stories.c.title, alerts.c.topic, alerts.c.story_id)
        .join_from(delivery_alerts, alerts, alerts.c.id == delivery_alerts.c.alert_id)
        .join(stories, stories.c.id == alerts.c.story_id)
        .where(delivery_alerts.c.delivery_id.in_([delivery.id for delivery in found]))
        .order_by(alerts.c.severity, alerts.c.id.desc())
    )
    first: dict[int, tuple[str, str, int]] = {}
    counts: dict[int, int] = {}
    for row in connection.execute(carried):
        first[row.delivery_id] = (row.title, row.topic, row.story_id)  # the most severe comes last
        counts[row.delivery_id] = counts.get(row.delivery_id, 0) + 1
    nothing: tuple[str, str, int | None] = ("", "", None)
    lines = []
    for delivery in found:
        title, topic, story_id = first.get(delivery.id, nothing)
        lines.append(
            OutboxLine(
                delivery=delivery, title=title, topic=topic, story_id=story_id, alerts=counts.get(delivery.id, 0)
            )
        )
    return tuple(lines)
