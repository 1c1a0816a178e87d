"""What topics found, for people: counts, days, and the latest matches and near misses."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from monitor.domain.alerts.interactions import Action
from monitor.domain.status.source_view import TopicArticle, TopicView, TopicYield
from monitor.domain.topics.near_misses import Miss, best_each_day
from storage.schema.content import alerts, articles, matches
from storage.schema.outbox import interactions

DAYS = 14
LATEST = 12
MOST_COUNTED = 10_000
"""Matches of one topic that are counted by day; a topic with more is counted from the newest on."""


def topic_counts(connection: Connection, topic: str, now: datetime) -> TopicYield:
    """Return what a topic found in the last DAYS days."""
    since = now - timedelta(days=DAYS)
    oldest = oldest_since(connection, since)
    matched = select(func.count()).where(
        matches.c.topic == topic, matches.c.near.is_(False), matches.c.article_id >= oldest
    )
    raised = select(func.count(), func.max(alerts.c.raised_at)).where(
        alerts.c.topic == topic, alerts.c.raised_at >= since
    )
    count, last = connection.execute(raised).one()
    doubted = (
        interactions.c.topic == topic,
        interactions.c.action == Action.IRRELEVANT.value,
        interactions.c.at >= since,
    )
    return TopicYield(
        matches=connection.execute(matched).scalar_one(),
        near=len(_best_misses(connection, topic, oldest)),
        alerts=count,
        irrelevant=connection.execute(
            select(func.count(func.distinct(interactions.c.article_id))).where(*doubted)
        ).scalar_one(),
        last_alert=last,
    )


def topic_view(connection: Connection, topic: str, now: datetime) -> TopicView:
    """Return what one topic found in the last DAYS days."""
    since = now - timedelta(days=DAYS)
    oldest = oldest_since(connection, since)
    misses = [miss.article_id for miss in _best_misses(connection, topic, oldest)[:LATEST]]
    seen = (
        select(articles.c.first_seen)
        .join_from(matches, articles, articles.c.id == matches.c.article_id)
        .where(
            matches.c.topic == topic,
            matches.c.near.is_(False),
            matches.c.article_id >= oldest,
        )
        .order_by(matches.c.article_id.desc())
        .limit(MOST_COUNTED)
    )
    matched = Counter(at.date() for at in connection.execute(seen).scalars())
    told = select(alerts.c.raised_at).where(alerts.c.topic == topic, alerts.c.raised_at >= since)
    alerted = Counter(at.date() for at in connection.execute(told).scalars())
    days = [(now - timedelta(days=back)).date() for back in range(DAYS - 1, -1, -1)]
    return TopicView(
        counts=topic_counts(connection, topic, now),
        days=tuple((day, matched[day], alerted[day]) for day in days),
        matched=_articles(connection, topic, near=False),
        near=_articles(connection, topic, near=True, only=misses),
    )


def oldest_since(connection: Connection, since: datetime) -> int:
    """Return the id with which articles since then begin; ids grow with time."""
    first = select(articles.c.id).where(articles.c.first_seen >= since).order_by(articles.c.first_seen).limit(1)
    return connection.execute(first).scalar_one_or_none() or 2**62


def _best_misses(connection: Connection, topic: str, oldest: int) -> list[Miss]:
    """Return the nearest misses of each day, newest day first."""
    missed = (
        select(matches.c.article_id, articles.c.first_seen, matches.c.score, matches.c.threshold)
        .join_from(matches, articles, articles.c.id == matches.c.article_id)
        .where(matches.c.topic == topic, matches.c.near.is_(True), matches.c.article_id >= oldest)
        .order_by(matches.c.article_id.desc())
        .limit(MOST_COUNTED)
    )
    return best_each_day(Miss(*row) for row in connection.execute(missed))


def _articles(
    connection: Connection, topic: str, *, near: bool, only: Sequence[int] | None = None
) -> tuple[TopicArticle, ...]:
    """Return the latest articles, or `only` these in their order."""
    chosen = () if only is None else (matches.c.article_id.in_(only),)
    rows = connection.execute(
        select(
            *(articles.c[name] for name in ("id", "story_id", "title", "outlet", "language")),
            func.coalesce(articles.c.published, articles.c.first_seen).label("at"),
            *(matches.c.score, matches.c.threshold, matches.c.missing),
        )
        .join_from(matches, articles, articles.c.id == matches.c.article_id)
        .where(matches.c.topic == topic, matches.c.near.is_(near), *chosen)
        .order_by(matches.c.article_id.desc())
        .limit(LATEST)
    )
    shown = [
        TopicArticle(
            article_id=row.id,
            story_id=row.story_id,
            title=row.title,
            outlet=row.outlet,
            language=row.language,
            at=row.at,
            score=row.score,
            threshold=row.threshold,
            missing=row.missing or "",
        )
        for row in rows
    ]
    return tuple(sorted(shown, key=lambda article: only.index(article.article_id)) if only else shown)
