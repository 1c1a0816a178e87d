"""Reads for the explanation of one article: find it by any spelling, its messages, its source's past states."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, select

from monitor.domain.alerts.alert import DeliveryKind, DeliveryState
from monitor.domain.status.explanation import SentTo
from storage.schema.content import alerts, articles, feeds, identities, ledger
from storage.schema.outbox import deliveries, delivery_alerts
from storage.sql.database import Database

TITLES_SEARCHED = 100_000
"""Newest articles whose titles are searched; a title older than that is found by its address or id only."""
STATES_SHOWN = 12
"""Lines of a source's past shown around the time of an article."""


class SqlExplain:
    """Reads what an explanation needs beside the history of the article."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def article_known_by(self, keys: Sequence[bytes]) -> int | None:
        """Return the article that one of these identity keys belongs to."""
        statement = select(identities.c.article_id).where(identities.c.hash.in_(keys)).limit(1)
        return await self._database.read(lambda connection: connection.execute(statement).scalar_one_or_none())

    async def article_titled(self, words: str) -> int | None:
        """Return the newest article whose title and outlet hold all these words."""
        return await self._database.read(lambda connection: _titled(connection, words))

    async def sent(self, story_id: int) -> tuple[SentTo, ...]:
        """Return every delivery of the story's alerts, oldest first."""
        return await self._database.read(lambda connection: _sent(connection, story_id))

    async def source_states(self, outlet: str, at: datetime) -> tuple[str, ...]:
        """Return what polls of the outlet's feeds found in the day around `at`, in words, repetitions joined."""
        return await self._database.read(lambda connection: _source_states(connection, outlet, at))


def _titled(connection: Connection, words: str) -> int | None:
    newest = connection.execute(select(func.max(articles.c.id))).scalar_one()
    if newest is None:
        return None
    said = func.lower(articles.c.title + " " + articles.c.outlet)
    held = [said.contains(word, autoescape=True) for word in words.lower().split()]
    statement = select(articles.c.id).where(articles.c.id > newest - TITLES_SEARCHED, *held)
    return connection.execute(statement.order_by(articles.c.id.desc()).limit(1)).scalar_one_or_none()


def _sent(connection: Connection, story_id: int) -> tuple[SentTo, ...]:
    statement = (
        select(
            deliveries.c.receiver,
            alerts.c.topic,
            deliveries.c.kind,
            deliveries.c.state,
            deliveries.c.due,
            deliveries.c.sent_at,
            deliveries.c.failure,
            deliveries.c.text,
        )
        .select_from(deliveries.join(delivery_alerts).join(alerts))
        .where(alerts.c.story_id == story_id)
        .order_by(deliveries.c.id)
    )
    return tuple(
        SentTo(
            receiver=row.receiver,
            topic=row.topic,
            kind=DeliveryKind(row.kind),
            state=DeliveryState(row.state),
            due=row.due,
            sent_at=row.sent_at,
            failure=row.failure,
            text=row.text,
        )
        for row in connection.execute(statement)
    )


def _source_states(connection: Connection, outlet: str, at: datetime) -> tuple[str, ...]:
    keys = select(feeds.c.key).where(feeds.c.url.contains(outlet, autoescape=True))
    day = timedelta(days=1)
    statement = (
        select(ledger.c.feed_key, ledger.c.at, ledger.c.text)
        .where(and_(ledger.c.feed_key.in_(keys), ledger.c.at.between(at - day, at + day)))
        .order_by(ledger.c.feed_key, ledger.c.id)
    )
    lines: list[tuple[str, datetime, datetime, str]] = []
    for key, moment, text in connection.execute(statement):
        if lines and lines[-1][0] == key and lines[-1][3] == text:
            lines[-1] = (key, lines[-1][1], moment, text)
        else:
            lines.append((key, moment, moment, text))
    return tuple(f"{key} {_span(first, last)}: {text}" for key, first, last, text in lines[-STATES_SHOWN:])


def _span(first: datetime, last: datetime) -> str:
    return f"{first:%H:%M}" if first == last else f"{first:%H:%M} to {last:%H:%M}"
