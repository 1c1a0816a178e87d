"""How many matches, near misses, alerts and marks of "not relevant" each topic had since a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.domain.alerts.interactions import Action
from storage.schema.content import alerts, articles, matches
from storage.schema.outbox import interactions
from storage.sql.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCounts:
    """Counts of one topic; `irrelevant` counts articles that people marked as not relevant."""

    matches: int = 0
    near: int = 0
    alerts: int = 0
    irrelevant: int = 0


class SqlTopicCounts:
    """The counts in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, since: datetime) -> dict[str, TopicCounts]:
        """Return the counts by topic key; topics without any are left out."""
        return await self._database.read(lambda connection: topic_counts(connection, since))


def topic_counts(connection: Connection, since: datetime) -> dict[str, TopicCounts]:
    """Return the counts by topic key inside a transaction."""
    seen = (
        select(matches.c.topic, matches.c.near, func.count())
        .join_from(matches, articles, articles.c.id == matches.c.article_id)
        .where(articles.c.first_seen >= since)
        .group_by(matches.c.topic, matches.c.near)
    )
    raised = select(alerts.c.topic, func.count()).where(alerts.c.raised_at >= since).group_by(alerts.c.topic)
    marked = (
        select(interactions.c.topic, func.count(func.distinct(interactions.c.article_id)))
        .where(
            interactions.c.action == Action.IRRELEVANT.value,
            interactions.c.at >= since,
            interactions.c.topic.is_not(None),
        )
        .group_by(interactions.c.topic)
    )
    counts: dict[str, dict[str, int]] = {}
    for topic, near, count in connection.execute(seen):
        counts.setdefault(topic, {})["near" if near else "matches"] = count
    for name, statement in (("alerts", raised), ("irrelevant", marked)):
        for topic, count in connection.execute(statement):
            counts.setdefault(topic, {})[name] = count
    return {topic: TopicCounts(**found) for topic, found in counts.items()}
