"""Delete what is old, in small transactions so that sending and polling never wait long.

Texts go first, the rest of an article later; articles that people have labelled stay. Identities stay for good, 32
bytes each: a feed that brings an entry again after years finds it known, and nobody is notified twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, Table, and_, delete, exists, func, or_, select

from monitor.domain.alerts.alert import DeliveryState
from monitor.domain.articles.article import Stage
from storage.schema.content import alerts, articles, fingerprints, ledger, rereads, revisions, stories, texts
from storage.schema.history import audit, config_revisions
from storage.schema.outbox import deliveries, delivery_alerts, silences
from storage.schema.volume import episodes
from storage.sql.database import Database
from storage.sql.transaction_locks import HOUSEKEEPING, exclusive_if_free
from storage.views.feedback import labelled_articles

ROWS_TOGETHER = 500
"""Rows deleted in one transaction: a few milliseconds on either database."""

_UNFINISHED = (DeliveryState.PENDING.value, DeliveryState.SENDING.value, DeliveryState.HELD.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """How long each kind of thing is kept after it was last of use."""

    text: timedelta = timedelta(days=90)
    metadata: timedelta = timedelta(days=400)
    fingerprints: timedelta = timedelta(days=30)


class SqlHousekeeping:
    """Deletes what is old."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sweep(self, ages: Ages, now: datetime) -> dict[str, int]:
        """Delete what has passed its age; how many rows of each table. Nothing that is still to be sent is touched."""
        deleted: dict[str, int] = {}
        for table, find in _sweeps(ages, now):
            deleted[table.name] = deleted.get(table.name, 0) + await self._sweep(table, find)
        return deleted

    async def _sweep(self, table: Table, find: Callable[[], Select[tuple[int]]]) -> int:
        total = 0
        while batch := await self._database.run(lambda connection: _delete_some(connection, table, find())):
            total += batch
        return total


def _delete_some(connection: Connection, table: Table, old: Select[tuple[int]]) -> int:
    """Delete up to ROWS_TOGETHER of the rows found; 0 when another process is sweeping."""
    if not exclusive_if_free(connection, HOUSEKEEPING):
        return 0
    key = next(iter(table.primary_key.columns))
    ids = connection.execute(old.limit(ROWS_TOGETHER)).scalars().all()
    return connection.execute(delete(table).where(key.in_(ids))).rowcount if ids else 0


def _sweeps(ages: Ages, now: datetime) -> list[tuple[Table, Callable[[], Select[tuple[int]]]]]:
    """Return the tables with their old rows, referring tables before those they refer to."""
    long_ago = now - ages.metadata
    return [
        (texts, lambda: _old_texts(now - ages.text)),
        (revisions, lambda: _old_versions(now - ages.text)),
        (rereads, lambda: select(rereads.c.article_id).where(rereads.c.due.is_(None), rereads.c.alerted_at < long_ago)),
        (fingerprints, lambda: select(fingerprints.c.sequence).where(fingerprints.c.at < now - ages.fingerprints)),
        (
            deliveries,
            lambda: select(deliveries.c.id).where(
                deliveries.c.created_at < long_ago, deliveries.c.state.not_in(_UNFINISHED)
            ),
        ),
        (alerts, lambda: _old_alerts(long_ago)),
        (articles, lambda: _old_articles(long_ago)),
        (stories, lambda: _old_stories(long_ago)),
        (silences, lambda: select(silences.c.id).where(silences.c.until < long_ago)),
        (episodes, lambda: select(episodes.c.id).where(episodes.c.ended_at < long_ago)),
        (audit, lambda: select(audit.c.id).where(audit.c.at < long_ago)),
        (config_revisions, lambda: _old_revisions(long_ago)),
        (ledger, lambda: select(ledger.c.id).where(ledger.c.article_id.is_(None), ledger.c.at < long_ago)),
    ]


def _old_texts(before: datetime) -> Select[tuple[int]]:
    """Select the texts of old articles, but for those still at work and those labelled.

    Ids grow with time, so the newest old article bounds the texts to look at; all but a few below it are gone already.
    """
    newest_old = (
        select(articles.c.id).where(articles.c.first_seen < before).order_by(articles.c.first_seen.desc()).limit(1)
    )
    done = and_(articles.c.first_seen < before, articles.c.stage == Stage.DONE.value)
    bounded = texts.c.article_id <= newest_old.scalar_subquery()
    unlabelled = texts.c.article_id.not_in(labelled_articles())
    return select(texts.c.article_id).join_from(texts, articles).where(bounded, done, unlabelled)


def _old_revisions(before: datetime) -> Select[tuple[int]]:
    """Select configurations from long ago, but for the newest of each state: it is in force, or held."""
    newest = select(func.max(config_revisions.c.id)).group_by(config_revisions.c.state)
    return select(config_revisions.c.id).where(config_revisions.c.at < before, config_revisions.c.id.not_in(newest))


def _old_versions(before: datetime) -> Select[tuple[int]]:
    """Select the versions of old articles, but for those labelled: they go with the texts."""
    return (
        select(revisions.c.id)
        .join_from(revisions, articles)
        .where(articles.c.first_seen < before, articles.c.id.not_in(labelled_articles()))
    )


def _old_alerts(before: datetime) -> Select[tuple[int]]:
    carried = exists().where(delivery_alerts.c.alert_id == alerts.c.id)
    return select(alerts.c.id).where(alerts.c.raised_at < before, alerts.c.updated_at < before, ~carried)


def _old_articles(before: datetime) -> Select[tuple[int]]:
    """Select old articles, but for those still at work, those labelled, and those whose story has an alert."""
    alerted = exists().where(alerts.c.story_id == articles.c.story_id)
    old = and_(articles.c.first_seen < before, articles.c.stage == Stage.DONE.value)
    unlabelled = articles.c.id.not_in(labelled_articles())
    return select(articles.c.id).where(old, unlabelled, or_(articles.c.story_id.is_(None), ~alerted))


def _old_stories(before: datetime) -> Select[tuple[int]]:
    """Select old stories without members or alerts."""
    member = exists().where(articles.c.story_id == stories.c.id)
    alerted = exists().where(alerts.c.story_id == stories.c.id)
    return select(stories.c.id).where(stories.c.last_seen < before, ~member, ~alerted)
