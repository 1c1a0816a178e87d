"""Count stories by time: those of a topic, and all of them by the feed that brought their first report."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.domain.catalog import Topic
from monitor.domain.volume.history import HISTORY, bin_of
from storage.schema.content import articles, feeds, matches, stories
from storage.schema.volume import watched_topics
from storage.sql.database import Database
from storage.sql.upserts import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicReport:
    """A report that matched a topic; `is_first` of its story among them, `is_copy` of another's text."""

    article_id: int
    story_id: int
    feed: str
    at: datetime
    is_first: bool
    is_copy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a configured feed stands."""

    feed: str
    succeeded_at: datetime | None
    failing_since: datetime | None
    disabled: bool


class SqlStoryCounts:
    """Counts of stories in a database.

    All stories of four weeks are read once for each process, later only those that came since.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bins: dict[str, Counter[int]] = {}
        self._last_id = 0

    async def by_feed(self, now: datetime) -> dict[str, Counter[int]]:
        """Return how many stories each feed brought first, by bin of time, for as long as counts are compared."""
        since, after = now - HISTORY, self._last_id
        rows = await self._database.read(lambda connection: _stories_after(connection, after, since))
        oldest = bin_of(since)
        for story_id, feed, at in rows:
            self._bins.setdefault(feed, Counter())[bin_of(at)] += 1
            self._last_id = max(self._last_id, story_id)
        for feed, bins in list(self._bins.items()):
            for number in [number for number in bins if number < oldest]:
                del bins[number]
            if not bins:
                del self._bins[feed]
        return self._bins

    async def reports(self, topics: Collection[str], since: datetime) -> Sequence[TopicReport]:
        """Return the reports since then that matched any of the topics, oldest first, without a backfill's."""
        return await self._database.read(lambda connection: _reports(connection, topics, since))

    async def sources(self) -> Sequence[SourceState]:
        """Return the state of every configured feed."""
        statement = select(feeds.c.key, feeds.c.succeeded_at, feeds.c.failing_since, feeds.c.disabled_reason).where(
            feeds.c.configured
        )
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [
            SourceState(
                feed=row.key,
                succeeded_at=row.succeeded_at,
                failing_since=row.failing_since,
                disabled=row.disabled_reason is not None,
            )
            for row in rows
        ]

    async def begins(self, topics: Collection[Topic]) -> dict[str, datetime]:
        """Return since when topics are counted; one that was never counted nor matched is left out."""
        names = {topic.key: (topic.key, *topic.volume.formerly) for topic in topics}
        found = await self._database.read(
            lambda connection: {key: _watched_since(connection, keys) for key, keys in names.items()}
        )
        return {key: min(known.values()) for key, known in found.items() if known}

    async def watched_since(self, topic: str, formerly: Collection[str], now: datetime) -> datetime:
        """Return when the topic, or an earlier key of it, was first counted or had its first match; now if never."""
        names = [topic, *formerly]
        known = await self._database.read(lambda connection: _watched_since(connection, names))
        if topic in known:
            return min(known.values())
        first = min([*known.values(), now])
        await self._database.run(
            lambda connection: connection.execute(
                upsert(connection, watched_topics).values(topic=topic, since=first).on_conflict_do_nothing()
            )
        )
        return first


def _stories_after(connection: Connection, after: int, since: datetime) -> list[tuple[int, str, datetime]]:
    """Return (id, feed of the first report, time) of the stories made after `after` and since `since`."""
    first = (
        select(articles.c.story_id, func.min(articles.c.id).label("id"))
        .where(articles.c.story_id > after, articles.c.first_seen >= since)
        .group_by(articles.c.story_id)
        .subquery()
    )
    statement = (
        select(stories.c.id, articles.c.feed_key, stories.c.first_seen)
        .join(first, first.c.story_id == stories.c.id)
        .join(articles, articles.c.id == first.c.id)
        .where(stories.c.id > after, stories.c.first_seen >= since, articles.c.baseline.is_(False))
    )
    return [(row.id, row.feed_key, row.first_seen) for row in connection.execute(statement)]


def _reports(connection: Connection, topics: Collection[str], since: datetime) -> list[TopicReport]:
    statement = (
        select(articles.c.id, articles.c.story_id, articles.c.feed_key, articles.c.first_seen, articles.c.copy_of)
        .distinct()
        .join(matches, matches.c.article_id == articles.c.id)
        .where(
            matches.c.topic.in_(topics),
            matches.c.near.is_(False),
            articles.c.first_seen >= since,
            articles.c.story_id.is_not(None),
            articles.c.baseline.is_(False),
        )
        .order_by(articles.c.first_seen, articles.c.id)
    )
    known: set[int] = set()
    found = []
    for row in connection.execute(statement):
        found.append(
            TopicReport(
                article_id=row.id,
                story_id=row.story_id,
                feed=row.feed_key,
                at=row.first_seen,
                is_first=row.story_id not in known,
                is_copy=row.copy_of is not None,
            )
        )
        known.add(row.story_id)
    return found


def _watched_since(connection: Connection, names: Collection[str]) -> dict[str, datetime]:
    """Return since when each name is watched; a name never counted before has its first match."""
    rows = connection.execute(select(watched_topics).where(watched_topics.c.topic.in_(names)))
    known = {row.topic: row.since for row in rows}
    for name in set(names) - set(known):
        first = (
            select(articles.c.first_seen)
            .join(matches, matches.c.article_id == articles.c.id)
            .where(matches.c.topic == name, matches.c.near.is_(False), articles.c.baseline.is_(False))
            .order_by(matches.c.article_id)
            .limit(1)
        )
        at = connection.execute(first).scalar_one_or_none()
        if at is not None:
            known[f"matched {name}"] = at
    return known
