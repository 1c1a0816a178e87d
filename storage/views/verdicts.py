"""Read people's verdicts on a topic, with the texts they were given on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from monitor.domain.alerts.interactions import Action
from monitor.domain.topics.values import Document
from storage.articles.rows import article_of, with_texts
from storage.schema.content import articles
from storage.schema.outbox import interactions
from storage.sql.database import Database

WEAK = 0.3
"""What an acknowledgement counts for: who acknowledges has read the alert, and may find it relevant or not."""

_STRENGTHS = {
    Action.RELEVANT.value: (True, 1.0),
    Action.MISSED.value: (True, 1.0),
    Action.IRRELEVANT.value: (False, 1.0),
    Action.ACKNOWLEDGE.value: (True, WEAK),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVerdict:
    """A person's verdict. `text_of` is the article whose text it was given on: copies of one text share it."""

    topic: str
    document: Document
    relevant: bool
    strength: float
    text_of: int | None
    author: str
    at: datetime


class SqlVerdicts:
    """The verdicts in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, topic: str) -> Sequence[StoredVerdict]:
        """Return the verdicts on a topic, oldest first, each text once: the last clear verdict on it counts."""
        return await self._database.read(lambda connection: _verdicts(connection, topic))


def _verdicts(connection: Connection, topic: str) -> list[StoredVerdict]:
    labelled = (
        interactions.c.id.label("label_id"),
        interactions.c.action.label("label_action"),
        interactions.c.author.label("label_author"),
        interactions.c.at.label("label_at"),
        articles.c.copy_of.label("label_copy_of"),
    )
    known = (
        with_texts()
        .add_columns(*labelled)
        .join(interactions, interactions.c.article_id == articles.c.id)
        .where(interactions.c.topic == topic, interactions.c.action.in_(list(_STRENGTHS)))
        .order_by(interactions.c.id)
    )
    verdicts = [(row.label_id, _of_article(topic, row)) for row in connection.execute(known)]
    unknown = select(interactions).where(
        interactions.c.topic == topic,
        interactions.c.action == Action.MISSED.value,
        interactions.c.article_id.is_(None),
    )
    verdicts += [(row.id, _of_page(topic, row)) for row in connection.execute(unknown)]
    return _one_a_text([verdict for _, verdict in sorted(verdicts, key=lambda pair: pair[0])])


def _of_article(topic: str, row: Row[Any]) -> StoredVerdict:
    article = article_of(row)
    relevant, strength = _STRENGTHS[row.label_action]
    text = article.text
    return StoredVerdict(
        topic=topic,
        document=Document(
            title=article.title,
            text=text.body if text and text.body else article.summary,
            language=article.language,
            outlet=article.outlet,
            tags=article.tags,
        ),
        relevant=relevant,
        strength=strength,
        text_of=row.label_copy_of or article.id,
        author=row.label_author,
        at=row.label_at,
    )


def _of_page(topic: str, row: Row[Any]) -> StoredVerdict:
    """Read a missed page that no source listed: its text was kept with the verdict."""
    page: dict[str, str | None] = json.loads(row.text)
    return StoredVerdict(
        topic=topic,
        document=Document(
            title=page["title"] or "",
            text=page["text"] or "",
            language=page["language"],
            outlet=page["outlet"] or "",
        ),
        relevant=True,
        strength=1.0,
        text_of=None,
        author=row.author,
        at=row.at,
    )


def _one_a_text(verdicts: Sequence[StoredVerdict]) -> list[StoredVerdict]:
    """Keep the last verdict on each text; an acknowledgement never replaces a clear verdict."""
    kept: dict[object, StoredVerdict] = {}
    for number, verdict in enumerate(verdicts):
        key: object = verdict.text_of if verdict.text_of is not None else f"page {number}"
        if key not in kept or verdict.strength >= kept[key].strength:
            kept[key] = verdict
    return list(kept.values())
