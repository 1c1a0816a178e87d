"""Alerts for people: what was raised, on which report, in which story, and what became of its deliveries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.domain.alerts.alert import Delivery, DeliveryState, Evidence
from monitor.domain.catalog import Severity
from storage.outbox.read import delivery_of
from storage.schema.content import alerts, articles, matches, stories
from storage.schema.outbox import deliveries, delivery_alerts
from storage.sql.database import Database
from storage.stories.alerts import evidence_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReport:
    """An article of an alert's story, in the order in which it was seen."""

    article_id: int
    outlet: str
    title: str
    url: str | None
    at: datetime
    copy_of: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAlert:
    """An alert with the headline it was raised on. `outlets` counts independent texts, `copies` the other articles.

    `deliveries` are oldest first. `evidence` and `reports` are read for one alert only.
    """

    id: int
    story_id: int
    topic: str
    severity: Severity
    score: float
    raised_at: datetime
    updated_at: datetime
    acknowledged_by: str | None
    news: str
    title: str
    outlet: str
    url: str | None
    published: datetime | None
    outlets: int = 0
    copies: int = 0
    deliveries: tuple[Delivery, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reports: tuple[StoryReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """An article that a topic nearly matched, and the clause that it lacks."""

    topic: str
    title: str
    outlet: str
    score: float
    threshold: float
    missing: str


class SqlAlerts:
    """The alerts in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(
        self, *, since: datetime, topic: str | None, states: Collection[DeliveryState], limit: int
    ) -> Sequence[ListedAlert]:
        """Return alerts changed since then, newest first; with `states`, those with a delivery in one of them."""

        def work(connection: Connection) -> list[ListedAlert]:
            wanted = select(alerts.c.id).where(alerts.c.updated_at >= since)
            if topic is not None:
                wanted = wanted.where(alerts.c.topic == topic)
            if states:
                named = [state.value for state in states]
                carried = select(delivery_alerts.c.alert_id).join(deliveries).where(deliveries.c.state.in_(named))
                wanted = wanted.where(alerts.c.id.in_(carried))
            ids = connection.scalars(wanted.order_by(alerts.c.updated_at.desc(), alerts.c.id.desc()).limit(limit)).all()
            found = {alert.id: alert for alert in _read(connection, ids)}
            return [found[alert_id] for alert_id in ids]

        return await self._database.read(work)

    async def near_misses(self, since: datetime, limit: int) -> Sequence[NearMiss]:
        """Return the misses nearest to their threshold among articles seen since then, nearest first."""
        share = matches.c.score / matches.c.threshold
        nearest = (
            select(matches, articles.c.title, articles.c.outlet)
            .join_from(matches, articles, articles.c.id == matches.c.article_id)
            .where(matches.c.near, matches.c.threshold > 0, articles.c.first_seen >= since)
            .order_by(share.desc(), articles.c.id)
            .limit(limit)
        )
        return await self._database.read(
            lambda connection: [
                NearMiss(
                    topic=row.topic,
                    title=row.title,
                    outlet=row.outlet,
                    score=row.score,
                    threshold=row.threshold,
                    missing=row.missing or "",
                )
                for row in connection.execute(nearest)
            ]
        )

    async def show(self, alert_id: int) -> ListedAlert | None:
        """Return one alert with its evidence and the reports of its story; None when there is none."""

        def work(connection: Connection) -> ListedAlert | None:
            return next(iter(_read(connection, [alert_id], whole=True)), None)

        return await self._database.read(work)


def _read(connection: Connection, ids: Collection[int], *, whole: bool = False) -> list[ListedAlert]:
    rows = connection.execute(
        select(
            alerts,
            articles.c.title,
            articles.c.outlet,
            articles.c.url,
            articles.c.published,
            stories.c.title.label("story"),
        )
        .join_from(alerts, stories, stories.c.id == alerts.c.story_id, isouter=True)
        .join(articles, articles.c.id == alerts.c.article_id, isouter=True)
        .where(alerts.c.id.in_(ids))
    ).all()
    counts = _counts(connection, [row.story_id for row in rows])
    sent = _deliveries(connection, ids)
    return [
        ListedAlert(
            id=row.id,
            story_id=row.story_id,
            topic=row.topic,
            severity=Severity(row.severity),
            score=row.score,
            raised_at=row.raised_at,
            updated_at=row.updated_at,
            acknowledged_by=row.acknowledged_by,
            news=row.news,
            title=row.title or row.story or "",
            outlet=row.outlet or "",
            url=row.url,
            published=row.published,
            outlets=counts.get(row.story_id, (0, 0))[0],
            copies=counts.get(row.story_id, (0, 0))[1],
            deliveries=tuple(sent.get(row.id, ())),
            evidence=tuple(evidence_of(row.evidence)) if whole else (),
            reports=_reports(connection, row.story_id) if whole else (),
        )
        for row in rows
    ]


def _counts(connection: Connection, story_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return independent texts and copies, by story."""
    independent = func.count(func.distinct(func.coalesce(articles.c.origin, articles.c.outlet)))
    counted = select(articles.c.story_id, independent, func.count(articles.c.copy_of))
    counted = counted.where(articles.c.story_id.in_(story_ids)).group_by(articles.c.story_id)
    return {row[0]: (row[1], row[2]) for row in connection.execute(counted)}


def _deliveries(connection: Connection, ids: Collection[int]) -> dict[int, list[Delivery]]:
    carried = (
        select(deliveries, delivery_alerts.c.alert_id.label("of_alert"))
        .join_from(delivery_alerts, deliveries)
        .where(delivery_alerts.c.alert_id.in_(ids))
        .order_by(deliveries.c.id)
    )
    found: dict[int, list[Delivery]] = {}
    for row in connection.execute(carried):
        found.setdefault(row.of_alert, []).append(delivery_of(row))
    return found


def _reports(connection: Connection, story_id: int) -> tuple[StoryReport, ...]:
    listed = select(articles).where(articles.c.story_id == story_id).order_by(articles.c.first_seen, articles.c.id)
    return tuple(
        StoryReport(
            article_id=row.id,
            outlet=row.outlet,
            title=row.title,
            url=row.url,
            at=row.published or row.first_seen,
            copy_of=row.copy_of,
        )
        for row in connection.execute(listed)
    )
