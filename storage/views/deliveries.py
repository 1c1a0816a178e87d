"""The outbox for people: messages with their headlines, and what a person decides about held ones."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, select, update

from monitor.domain.alerts.alert import Delivery, DeliveryState
from monitor.domain.catalog import Severity
from storage.outbox.read import delivery_of
from storage.schema.content import alerts, stories
from storage.schema.outbox import deliveries, delivery_alerts
from storage.sql.database import Database

_STUCK = (DeliveryState.HELD.value, DeliveryState.DEAD.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A delivery with the headline, topic and severity of its first alert, and how many it carries."""

    delivery: Delivery
    title: str
    topic: str
    severity: Severity | None
    alerts: int


class SqlSent:
    """Lists deliveries, and requeues or releases those that wait for a person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, since: datetime, states: Collection[DeliveryState], limit: int) -> Sequence[Sent]:
        """Return deliveries made since then, newest first; of all states where none is named."""
        return await self._database.read(lambda connection: _list(connection, since, states, limit))

    async def requeue(self, ids: Collection[int], now: datetime) -> Sequence[int]:
        """Send held and dead deliveries (again); a held one says that it may be a repeat. The ids that changed."""
        values = {
            "state": DeliveryState.PENDING.value,
            "due": now,
            "failures": 0,
            "repeat": case((deliveries.c.state == DeliveryState.HELD.value, True), else_=deliveries.c.repeat),
        }
        return await self._database.run(lambda connection: _change(connection, ids, _STUCK, values))

    async def release(self, ids: Collection[int], now: datetime) -> Sequence[int]:
        """Record that held deliveries did arrive. The ids that changed."""
        values = {"state": DeliveryState.SENT.value, "due": now, "sent_at": deliveries.c.attempted_at, "failure": None}
        return await self._database.run(lambda connection: _change(connection, ids, _STUCK[:1], values))


def _change(
    connection: Connection, ids: Collection[int], states: Sequence[str], values: dict[str, object]
) -> list[int]:
    changed = (
        update(deliveries)
        .where(deliveries.c.id.in_(ids), deliveries.c.state.in_(states))
        .values(values)
        .returning(deliveries.c.id)
    )
    return sorted(row.id for row in connection.execute(changed))


def _list(connection: Connection, since: datetime, states: Collection[DeliveryState], limit: int) -> list[Sent]:
    wanted = select(deliveries).where(deliveries.c.created_at >= since)
    if states:
        wanted = wanted.where(deliveries.c.state.in_([state.value for state in states]))
    rows = connection.execute(wanted.order_by(deliveries.c.id.desc()).limit(limit)).all()
    return [_sent(connection, delivery_of(row)) for row in rows]


def _sent(connection: Connection, delivery: Delivery) -> Sent:
    carried = connection.execute(
        select(stories.c.title, alerts.c.topic, alerts.c.severity)
        .select_from(delivery_alerts.join(alerts, alerts.c.id == delivery_alerts.c.alert_id))
        .join(stories, stories.c.id == alerts.c.story_id)
        .where(delivery_alerts.c.delivery_id == delivery.id)
        .order_by(alerts.c.severity.desc(), alerts.c.id)
    ).all()
    if not carried:
        return Sent(delivery=delivery, title=delivery.text, topic="", severity=None, alerts=0)
    title, topic, severity = carried[0]
    return Sent(delivery=delivery, title=title, topic=topic, severity=Severity(severity), alerts=len(carried))
