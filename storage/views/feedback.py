"""Articles that people marked as not relevant, by topic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, select

from monitor.domain.alerts.alert import Evidence
from monitor.domain.alerts.interactions import Action
from monitor.domain.articles.article import Article
from storage.articles.rows import article_of, with_texts
from storage.schema.content import alerts, articles
from storage.schema.outbox import interactions
from storage.sql.database import Database
from storage.stories.alerts import evidence_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """An article that a person found not to belong to a topic, and by which words the topic had taken it."""

    topic: str
    article: Article
    evidence: tuple[Evidence, ...]
    author: str
    at: datetime


class SqlLabels:
    """The labels in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def labels(self, topic: str | None = None) -> Sequence[Label]:
        """Return articles marked as not relevant, oldest first; each once for a topic, whoever else said so too."""
        return await self._database.read(lambda connection: _labels(connection, topic))


def labelled_articles() -> Select[tuple[int]]:
    """Select the ids of articles that somebody labelled."""
    named = interactions.c.article_id.is_not(None)
    return select(interactions.c.article_id).where(interactions.c.action == Action.IRRELEVANT.value, named)


def _labels(connection: Connection, topic: str | None) -> list[Label]:
    wanted = (
        with_texts()
        .add_columns(
            interactions.c.topic.label("label_topic"),
            interactions.c.author.label("label_author"),
            interactions.c.at.label("label_at"),
            alerts.c.evidence.label("label_evidence"),
        )
        .join(interactions, interactions.c.article_id == articles.c.id)
        .join(alerts, alerts.c.id == interactions.c.alert_id, isouter=True)
        .where(interactions.c.action == Action.IRRELEVANT.value)
        .order_by(interactions.c.id)
    )
    if topic is not None:
        wanted = wanted.where(interactions.c.topic == topic)
    labels: dict[tuple[str, int], Label] = {}
    for row in connection.execute(wanted):
        label = Label(
            topic=row.label_topic,
            article=article_of(row),
            evidence=evidence_of(row.label_evidence or ()),
            author=row.label_author,
            at=row.label_at,
        )
        labels.setdefault((label.topic, label.article.id), label)
    return list(labels.values())
