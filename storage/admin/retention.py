"""Delete what is old, in small transactions so that sending and polling never wait long.

Texts go first, the rest of an article later; articles that people have labelled stay. Identities stay for good, 32
bytes each: a feed that brings an entry again after years finds it known, and nobody is notified twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

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
        for table, old in _sweeps(ages, now):
            delete_some = partial(_delete_some, table=table, old=old)
            deleted.setdefault(table.name, 0)
            while batch := await self._database.run(delete_some):
                deleted[table.name] += batch
        return deleted


def _delete_some(connection: Connection, table: Table, old: Select[tuple[int]]) -> int:
    """Delete up to ROWS_TOGETHER of the rows found; 0 when another process is sweeping."""
    if not exclusive_if_free(connection, HOUSEKEEPING):
        return 0
    key = next(iter(table.primary_key.columns))
    ids = connection.execute(old.limit(ROWS_TOGETHER)).scalars().all()
    return connection.execute(delete(table).where(key.in_(ids))).rowcount if ids else 0


def _sweeps(ages: Ages, now: datetime) -> Iterator[tuple[Table, Select[tuple[int]]]]:
    """Yield the tables with their old rows, referring tables before those they refer to."""
    long_ago = now - ages.metadata
    yield texts, _old_texts(now - ages.text)
    # versions of articles go with the texts, but for those of labelled articles
    unlabelled = and_(articles.c.first_seen < now - ages.text, articles.c.id.not_in(labelled_articles()))
    yield revisions, select(revisions.c.id).join_from(revisions, articles).where(unlabelled)
    done = and_(rereads.c.due.is_(None), rereads.c.alerted_at < long_ago)
    yield rereads, select(rereads.c.article_id).where(done)
    yield fingerprints, select(fingerprints.c.sequence).where(fingerprints.c.at < now - ages.fingerprints)
    finished = deliveries.c.state.not_in(_UNFINISHED)
    yield deliveries, select(deliveries.c.id).where(deliveries.c.created_at < long_ago, finished)
    carried = exists().where(delivery_alerts.c.alert_id == alerts.c.id)
    is_old = and_(alerts.c.raised_at < long_ago, alerts.c.updated_at < long_ago)
    yield alerts, select(alerts.c.id).where(is_old, ~carried)
    yield articles, _old_articles(long_ago)
    member = exists().where(articles.c.story_id == stories.c.id)
    alerted = exists().where(alerts.c.story_id == stories.c.id)
    yield stories, select(stories.c.id).where(stories.c.last_seen < long_ago, ~member, ~alerted)
    yield silences, select(silences.c.id).where(silences.c.until < long_ago)
    yield episodes, select(episodes.c.id).where(episodes.c.ended_at < long_ago)
    yield audit, select(audit.c.id).where(audit.c.at < long_ago)
    # the newest configuration of each state stays: it is in force, or held
    newest = select(func.max(config_revisions.c.id)).group_by(config_revisions.c.state)
    kept = config_revisions.c.id.in_(newest)
    yield config_revisions, select(config_revisions.c.id).where(config_revisions.c.at < long_ago, ~kept)
    yield ledger, select(ledger.c.id).where(ledger.c.article_id.is_(None), ledger.c.at < long_ago)


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


def _old_articles(before: datetime) -> Select[tuple[int]]:
    """Select old articles, but for those still at work, those labelled, and those whose story has an alert."""
    alerted = exists().where(alerts.c.story_id == articles.c.story_id)
    old = and_(articles.c.first_seen < before, articles.c.stage == Stage.DONE.value)
    unlabelled = articles.c.id.not_in(labelled_articles())
    return select(articles.c.id).where(old, unlabelled, or_(articles.c.story_id.is_(None), ~alerted))
