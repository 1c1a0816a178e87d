"""Roll many messages up into one: a flood leaves as a digest."""

from datetime import datetime

from sqlalchemy import Connection, Select, exists, select, update

from monitor.domain.alerts.alert import Delivery, DeliveryKind, DeliveryState
from monitor.domain.delivery.attempt import RollUp
from storage.outbox.add import add_deliveries, carry
from storage.schema.content import alerts
from storage.schema.outbox import deliveries, delivery_alerts
from storage.sql.upserts import batches


def roll_up(connection: Connection, seen: Delivery, order: RollUp, why: str | None, now: datetime) -> None:
    """Move the alerts of `seen`, and of others that wait, into one message."""
    into = add_deliveries(connection, [order.into], {}, now)[0]
    others = connection.scalars(_candidates(seen, order, now)).all()
    moved: list[int] = [seen.id]
    for batch in batches(others):
        taken = connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(batch), deliveries.c.state == DeliveryState.PENDING.value)
            .values(state=DeliveryState.ROLLED_UP.value, failure=why)
            .returning(deliveries.c.id)
        )
        moved += [row.id for row in taken]
    for batch in batches(moved):
        carried = select(delivery_alerts.c.alert_id).where(delivery_alerts.c.delivery_id.in_(batch))
        carry(connection, into, set(connection.execute(carried).scalars()))


def _candidates(seen: Delivery, order: RollUp, now: datetime) -> Select[int]:
    waiting = (
        select(deliveries.c.id)
        .where(
            deliveries.c.receiver == seen.receiver,
            deliveries.c.kind == DeliveryKind.ALERT.value,
            deliveries.c.state == DeliveryState.PENDING.value,
            deliveries.c.due <= now,
        )
        .order_by(deliveries.c.due, deliveries.c.id)
        .limit(order.limit - 1)
    )
    if order.below is None:
        return waiting
    louder = (
        select(delivery_alerts.c.delivery_id)
        .join(alerts, alerts.c.id == delivery_alerts.c.alert_id)
        .where(delivery_alerts.c.delivery_id == deliveries.c.id, alerts.c.severity >= int(order.below))
    )
    return waiting.where(~exists(louder))
