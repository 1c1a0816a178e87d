"""Have messages that were sent rewritten, after something they show has changed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.domain.alerts.alert import DeliveryKind, DeliveryState, NewDelivery
from storage.schema.content import alerts, articles
from storage.schema.outbox import deliveries, delivery_alerts


def rewrites(connection: Connection, story_id: int, alert_id: int, cause: str, now: datetime) -> list[NewDelivery]:
    """Return an update of every message that shows a story.

    `alert_id` is an alert of it that the updates carry; `cause` begins their group keys.
    """
    standing = connection.execute(
        select(deliveries.c.id, deliveries.c.receiver)
        .distinct()
        .join(delivery_alerts, delivery_alerts.c.delivery_id == deliveries.c.id)
        .join(alerts, alerts.c.id == delivery_alerts.c.alert_id)
        .where(
            alerts.c.story_id == story_id,
            deliveries.c.state == DeliveryState.SENT.value,
            deliveries.c.kind.in_([DeliveryKind.ALERT.value, DeliveryKind.DIGEST.value]),
            deliveries.c.ts.is_not(None),
        )
    )
    return [
        NewDelivery(
            receiver=row.receiver,
            kind=DeliveryKind.UPDATE,
            group_key=f"{cause}:{row.id}",
            due=now,
            recurring=True,
            alert_ids=(alert_id,),
            thread_of=row.id,
        )
        for row in standing
    ]


def rewrites_showing(
    connection: Connection, article_ids: Collection[int], cause: str, now: datetime
) -> list[NewDelivery]:
    """Return an update of every message that may show one of the articles."""
    shown = (
        select(alerts.c.story_id, func.min(alerts.c.id))
        .join(articles, articles.c.story_id == alerts.c.story_id)
        .where(articles.c.id.in_(article_ids))
        .group_by(alerts.c.story_id)
    )
    stories = connection.execute(shown).all()
    return [update for story, alert in stories for update in rewrites(connection, story, alert, cause, now)]
