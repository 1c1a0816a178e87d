"""Everything that happened to one article, from the ledger and from what the steps left."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from monitor.domain.ledger import Note
from monitor.domain.status.article_history import ArticleHistory, LedgerLine
from storage.articles.matches import read_matches
from storage.articles.revisions import versions_of
from storage.articles.rows import article_of, with_texts
from storage.schema.content import alerts, articles, ledger, sightings
from storage.schema.outbox import deliveries, delivery_alerts
from storage.sql.database import Database
from storage.sql.upserts import url_key
from storage.stories.alerts import alerts_of_story
from storage.stories.stories import story_of


class SqlLedger:
    """Reads what happened to articles."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def history(self, name: str) -> ArticleHistory | None:
        """Return the article with that id or that canonical address, the latest of several; None when unknown."""
        return await self._database.read(lambda connection: history_of(connection, name))


def history_of(connection: Connection, name: str) -> ArticleHistory | None:
    """`SqlLedger.history` inside a transaction."""
    row = _find(connection, name)
    if row is None:
        return None
    return ArticleHistory(
        article=article_of(row),
        feeds=((row.feed_key, row.first_seen), *_feeds(connection, row.id)),
        lines=_lines(connection, row.id),
        matches=read_matches(connection, row.id),
        copy_of=row.copy_of,
        story=None if row.story_id is None else story_of(connection, row.story_id),
        judged_by=row.catalog_revision,
        alerts=() if row.story_id is None else alerts_of_story(connection, row.story_id),
        deliveries=_deliveries(connection, row.story_id),
        versions=tuple(versions_of(connection, row.id)),
    )


def _find(connection: Connection, name: str) -> Row[Any] | None:
    named = (
        articles.c.id == int(name)
        if _is_id(name)
        else and_(articles.c.url_key == url_key(name), articles.c.url == name)
    )
    return connection.execute(with_texts().where(named).order_by(articles.c.id.desc()).limit(1)).one_or_none()


def _is_id(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 19


def _feeds(connection: Connection, article_id: int) -> tuple[tuple[str, datetime], ...]:
    statement = select(sightings.c.feed_key, sightings.c.first_seen).where(sightings.c.article_id == article_id)
    return tuple((row[0], row[1]) for row in connection.execute(statement.order_by(sightings.c.first_seen)))


def _lines(connection: Connection, article_id: int) -> tuple[LedgerLine, ...]:
    rows = connection.execute(select(ledger).where(ledger.c.article_id == article_id).order_by(ledger.c.id))
    return tuple(LedgerLine(at=row.at, note=Note(step=row.step, text=row.text, facts=row.facts)) for row in rows)


def _deliveries(connection: Connection, story_id: int | None) -> tuple[tuple[str, str, datetime], ...]:
    statement = (
        select(deliveries.c.id, deliveries.c.receiver, deliveries.c.state, deliveries.c.due)
        .distinct()
        .select_from(deliveries.join(delivery_alerts).join(alerts))
        .where(alerts.c.story_id == story_id)
        .order_by(deliveries.c.id)
    )
    return tuple((row.receiver, row.state, row.due) for row in connection.execute(statement))
