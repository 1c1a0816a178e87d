"""What people did with alerts: each click once, with its consequences, and the labels it gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from monitor.domain.alerts import Alert, DeliveryKind, DeliveryState, NewDelivery
from monitor.domain.interactions import Action, Consequence
from storage.alerts import alert_of
from storage.database import Database
from storage.deliveries import add_deliveries
from storage.outbox_schema import deliveries, delivery_alerts, interactions, silences
from storage.schema import alerts, articles
from storage.statements import upsert

_QUOTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """An article that a person found not to belong to a topic; `text` is the beginning of what the feed said."""

    topic: str
    article_id: int
    title: str
    text: str
    language: str | None
    url: str | None
    author: str
    at: datetime


class SqlInteractions:
    """Clicks in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def alert(self, alert_id: int) -> Alert | None:
        """The alert as it stands."""
        row = await self._database.read(
            lambda connection: connection.execute(select(alerts).where(alerts.c.id == alert_id)).one_or_none()
        )
        return None if row is None else alert_of(row)

    async def record(self, consequence: Consequence) -> bool:
        """Write a click's consequence, and have every message of the alert rewritten; False when it was known."""
        return await self._database.run(lambda connection: _record(connection, consequence))

    async def labels(self, topic: str | None = None) -> Sequence[Label]:
        """Articles marked as not relevant, oldest first."""
        return await self._database.read(lambda connection: _labels(connection, topic))


def _record(connection: Connection, done: Consequence) -> bool:
    row = {
        "key": done.click.key,
        "action": done.click.action.value,
        "alert_id": done.alert.id,
        "article_id": done.alert.article_id,
        "topic": done.alert.topic,
        "author": done.click.author,
        "text": done.click.until.value if done.click.until else "",
        "at": done.at,
    }
    new = connection.execute(upsert(connection, interactions).values(row).on_conflict_do_nothing())
    if new.rowcount != 1:
        return False
    if done.acknowledges:
        first = (alerts.c.id == done.alert.id, alerts.c.acknowledged_by.is_(None))
        connection.execute(
            update(alerts).where(*first).values(acknowledged_by=done.click.author, acknowledged_at=done.at)
        )
    if done.silence is not None:
        muted = {
            "topic": done.silence.topic,
            "story_id": done.silence.story_id,
            "until": done.silence.until,
            "reason": done.silence.reason,
            "author": done.click.author,
            "created_at": done.at,
        }
        connection.execute(silences.insert().values(muted))
    add_deliveries(connection, _rewrites(connection, done), {}, done.at)
    return True


def _rewrites(connection: Connection, done: Consequence) -> list[NewDelivery]:
    """An update of every message that shows the alert."""
    standing = connection.execute(
        select(deliveries.c.id, deliveries.c.receiver)
        .join(delivery_alerts, delivery_alerts.c.delivery_id == deliveries.c.id)
        .where(
            delivery_alerts.c.alert_id == done.alert.id,
            deliveries.c.state == DeliveryState.SENT.value,
            deliveries.c.kind.in_([DeliveryKind.ALERT.value, DeliveryKind.DIGEST.value]),
            deliveries.c.ts.is_not(None),
        )
    )
    return [
        NewDelivery(
            receiver=row.receiver,
            kind=DeliveryKind.UPDATE,
            window=f"click:{row.id}",
            due=done.at,
            recurring=True,
            alert_ids=(done.alert.id,),
            thread_of=row.id,
        )
        for row in standing
    ]


def _labels(connection: Connection, topic: str | None) -> list[Label]:
    wanted = (
        select(interactions, articles.c.title, articles.c.summary, articles.c.language, articles.c.url)
        .join(articles, articles.c.id == interactions.c.article_id)
        .where(interactions.c.action == Action.IRRELEVANT.value)
        .order_by(interactions.c.id)
    )
    if topic is not None:
        wanted = wanted.where(interactions.c.topic == topic)
    return [
        Label(
            topic=row.topic,
            article_id=row.article_id,
            title=row.title,
            text=row.summary[:_QUOTED],
            language=row.language,
            url=row.url,
            author=row.author,
            at=row.at,
        )
        for row in connection.execute(wanted)
    ]
