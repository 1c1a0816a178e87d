"""How the work stands, in one consistent reading.

Every count comes from an index that holds waiting rows only, or from a short span of one by time.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from monitor.domain.alerts.alert import DeliveryState
from monitor.domain.articles.article import Stage
from monitor.domain.catalog import Severity
from monitor.domain.delivery.attempt import throttle_in_words
from monitor.domain.status.overview import AlertOverview, FeedOverview, Overview, Queue
from storage.cluster.processes import read_processes, read_recovered
from storage.schema.content import alerts, articles, feeds, stories
from storage.schema.outbox import deliveries, delivery_alerts, throttles
from storage.sql.database import Database
from storage.views.coverage import Known, known_blindness

_ALERTS_SHOWN = 50
_STAGES = (Stage.EXTRACT, Stage.TRIAGE)
_WAITING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.HELD, DeliveryState.DEAD)


class SqlStatus:
    """Reads the `Overview`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def overview(self, now: datetime) -> Overview:
        """Return how the work stands at `now`."""
        return await self._database.read(lambda connection: read_overview(connection, now))


def read_overview(connection: Connection, now: datetime) -> Overview:
    """Return the `Overview` inside a transaction."""
    due, oldest = _outbox_due(connection, now)
    return Overview(
        at=now,
        queues=(_feeds_queue(connection, now), *(_articles_queue(connection, stage, now) for stage in _STAGES)),
        outbox=_outbox(connection),
        outbox_oldest_due=oldest,
        outbox_due=due,
        sent_today=_sent_since(connection, now - timedelta(days=1)),
        feeds=_feeds(connection),
        workers=read_processes(connection),
        alerts=_alerts(connection),
        closed=_closed(connection),
        articles=_newest_id(connection, articles),
        stories=_newest_id(connection, stories),
        recovered=read_recovered(connection),
        coverage=tuple(quiet.text for quiet in known_blindness(connection)[1].values()),
    )


def _feeds_queue(connection: Connection, now: datetime) -> Queue:
    row = connection.execute(select(func.count(), func.min(feeds.c.due)).where(feeds.c.due <= now)).one()
    return Queue(step="poll", due=row[0], oldest_due=row[1])


def _articles_queue(connection: Connection, stage: Stage, now: datetime) -> Queue:
    due = (articles.c.stage == stage.value, articles.c.due <= now)
    row = connection.execute(select(func.count(), func.min(articles.c.due)).where(*due)).one()
    return Queue(step=stage.value, due=row[0], oldest_due=row[1])


def _outbox(connection: Connection) -> dict[str, int]:
    """Count deliveries in each state that is not an end; a held and a dead one wait for a person."""
    states = [state.value for state in _WAITING]
    statement = select(deliveries.c.state, func.count()).where(deliveries.c.state.in_(states))
    found = {row[0]: row[1] for row in connection.execute(statement.group_by(deliveries.c.state))}
    return {state: found.get(state, 0) for state in states}


def _outbox_due(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    due = (deliveries.c.state == DeliveryState.PENDING.value, deliveries.c.due <= now)
    row = connection.execute(select(func.count(), func.min(deliveries.c.due)).where(*due)).one()
    return row[0], row[1]


def _sent_since(connection: Connection, since: datetime) -> int:
    """Count messages sent since then; found through `created_at`, for a message leaves within a day of being made."""
    sent = (
        deliveries.c.created_at > since - timedelta(days=1),
        deliveries.c.sent_at > since,
        deliveries.c.state == DeliveryState.SENT.value,
    )
    return connection.execute(select(func.count()).where(*sent)).scalar_one()


def _feeds(connection: Connection) -> tuple[FeedOverview, ...]:
    """Return the configured feeds, those in trouble first."""
    rows = connection.execute(select(feeds).where(feeds.c.configured).order_by(feeds.c.key))
    blind = known_blindness(connection)[0]
    return tuple(sorted((_feed(row, blind) for row in rows), key=lambda feed: feed.trouble is None))


def _feed(row: Row[Any], blind: Known) -> FeedOverview:
    trouble = row.disabled_reason or row.failure or row.reported
    since = row.failing_since or row.gone_since or row.succeeded_at
    if not trouble and (hidden := blind.get(row.key)):
        trouble, since = hidden.text, hidden.since
    return FeedOverview(
        key=row.key,
        title=row.title or row.key,
        polled_at=row.polled_at,
        succeeded_at=row.succeeded_at,
        due=row.due,
        entries_last=row.entries_last,
        trouble=trouble,
        since=since if trouble else None,
    )


def _alerts(connection: Connection) -> tuple[AlertOverview, ...]:
    """Return the latest alerts with the states of their deliveries."""
    raised = (
        select(alerts, articles.c.title, articles.c.url)
        .join_from(alerts, articles, alerts.c.article_id == articles.c.id, isouter=True)
        .order_by(alerts.c.raised_at.desc(), alerts.c.id.desc())
        .limit(_ALERTS_SHOWN)
    )
    rows = connection.execute(raised).all()
    delivered = _deliveries_by_alert(connection, [row.id for row in rows])
    outlets = _outlets(connection, [row.story_id for row in rows])
    return tuple(_alert(row, outlets.get(row.story_id, 0), tuple(delivered.get(row.id, ()))) for row in rows)


def _alert(row: Row[Any], outlets: int, delivered: tuple[tuple[str, str], ...]) -> AlertOverview:
    return AlertOverview(
        id=row.id,
        topic=row.topic,
        severity=Severity(row.severity).word,
        title=row.title or "",
        url=row.url,
        outlets=outlets,
        raised_at=row.raised_at,
        deliveries=delivered,
    )


def _deliveries_by_alert(connection: Connection, alert_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    statement = (
        select(delivery_alerts.c.alert_id, deliveries.c.receiver, deliveries.c.state)
        .join_from(delivery_alerts, deliveries)
        .where(delivery_alerts.c.alert_id.in_(alert_ids))
        .order_by(deliveries.c.id)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.alert_id, []).append((row.receiver, row.state))
    return found


def _outlets(connection: Connection, story_ids: list[int]) -> dict[int, int]:
    statement = select(articles.c.story_id, func.count(func.distinct(articles.c.outlet)))
    statement = statement.where(articles.c.story_id.in_(story_ids)).group_by(articles.c.story_id)
    return {row[0]: row[1] for row in connection.execute(statement)}


def _closed(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Return the throttles that nothing is sent through at present, and why."""
    statement = (
        select(throttles.c.name, throttles.c.reason).where(throttles.c.reason.is_not(None)).order_by(throttles.c.name)
    )
    return tuple((throttle_in_words(row[0]), row[1]) for row in connection.execute(statement))


def _newest_id(connection: Connection, table: Table) -> int:
    """Return how many rows there have ever been, at most: counting a hundred million of them takes minutes."""
    return connection.execute(select(func.max(table.c.id))).scalar_one() or 0
