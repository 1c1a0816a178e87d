"""Escalate critical alerts that nobody acknowledges to the next receiver."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from monitor.domain.alerts.alert import DeliveryKind, DeliveryState, NewDelivery
from monitor.domain.catalog import Receiver, Severity
from storage.outbox.add import add_deliveries
from storage.schema.content import alerts
from storage.schema.outbox import deliveries, delivery_alerts

_ESCALATED_FOR = timedelta(days=7)
"""Alerts older than this are no longer escalated: whoever turns escalation on is not flooded with the past."""


def escalate(connection: Connection, receiver: Receiver, raised_before: datetime, now: datetime) -> int:
    """Notify `receiver.escalate_to` of each unacknowledged critical alert, once; return how many."""
    if receiver.escalate_to is None:
        return 0
    late = connection.execute(
        select(alerts.c.id, func.min(deliveries.c.sent_at))
        .join(delivery_alerts, delivery_alerts.c.alert_id == alerts.c.id)
        .join(deliveries, deliveries.c.id == delivery_alerts.c.delivery_id)
        .where(
            alerts.c.severity >= int(Severity.CRITICAL),
            alerts.c.acknowledged_at.is_(None),
            deliveries.c.receiver == receiver.name,
            deliveries.c.state == DeliveryState.SENT.value,
            deliveries.c.sent_at.between(now - _ESCALATED_FOR, raised_before),
        )
        .group_by(alerts.c.id)
        .order_by(alerts.c.id)
    ).all()
    wanted = [_escalation(receiver, *row, now) for row in late]
    known = select(deliveries.c.group_key).where(
        deliveries.c.receiver == receiver.escalate_to, deliveries.c.group_key.in_([one.group_key for one in wanted])
    )
    escalated = set(connection.scalars(known))
    return len(add_deliveries(connection, [one for one in wanted if one.group_key not in escalated], {}, now))


def _escalation(receiver: Receiver, alert_id: int, sent_at: datetime, now: datetime) -> NewDelivery:
    assert receiver.escalate_to is not None
    minutes = int((now - sent_at).total_seconds() // 60)
    return NewDelivery(
        receiver=receiver.escalate_to,
        kind=DeliveryKind.ALERT,
        group_key=f"escalation:{receiver.name}:{alert_id}",
        due=now,
        text=f"{receiver.name} was notified {minutes} minutes ago, and nobody has acknowledged it.",
        alert_ids=(alert_id,),
    )
