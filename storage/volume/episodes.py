"""Write episodes with the messages that tell of them, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from monitor.domain.alerts.alert import DeliveryKind, NewDelivery
from monitor.domain.volume.episode import Episode, EpisodeChange, StoryLine
from monitor.domain.volume.rules import Rule
from monitor.domain.volume.wording import over
from storage.outbox.add import add_deliveries
from storage.schema.content import articles, stories, texts
from storage.schema.outbox import deliveries
from storage.schema.volume import episodes, seen_names
from storage.sql.database import Database
from storage.sql.upserts import upsert
from storage.volume.rows import episode_by_id, episode_of, figures_as_json


class SqlEpisodes:
    """Episodes in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lasting(self) -> Sequence[Episode]:
        """Return the episodes that have not ended."""
        statement = select(episodes).where(episodes.c.ended_at.is_(None)).order_by(episodes.c.id)
        return await self._database.read(lambda connection: [episode_of(row) for row in connection.execute(statement)])

    async def recent(self, topic: str, since: datetime) -> Sequence[Episode]:
        """Return the episodes of a topic that began since then, newest first."""
        statement = select(episodes).where(episodes.c.topic == topic, episodes.c.began_at >= since)
        newest = statement.order_by(episodes.c.id.desc())
        return await self._database.read(lambda connection: [episode_of(row) for row in connection.execute(newest)])

    async def apply(self, change: EpisodeChange, now: datetime) -> bool:
        """Begin, change or end an episode; False when another process was first."""
        return await self._database.run(lambda connection: _apply(connection, change, now))

    async def name(
        self, topic: str, names: Mapping[str, datetime], change: EpisodeChange | None, now: datetime
    ) -> None:
        """Record names with the time they were last seen, and in the same transaction tell of those in `change`."""
        await self._database.run(lambda connection: _name(connection, topic, names, change, now))

    async def names(self, topics: Collection[str], since: datetime) -> set[str]:
        """Return the names seen under any of the topics since then."""
        statement = select(seen_names.c.name).where(seen_names.c.topic.in_(topics), seen_names.c.last_at >= since)
        return await self._database.read(lambda connection: set(connection.scalars(statement)))

    async def texts(self, article_ids: Collection[int]) -> dict[int, tuple[str, str, str | None]]:
        """Return title, text and language of articles, by id."""
        statement = (
            select(articles.c.id, articles.c.title, articles.c.summary, articles.c.language, texts.c.body)
            .outerjoin(texts, texts.c.article_id == articles.c.id)
            .where(articles.c.id.in_(article_ids))
        )
        return await self._database.read(
            lambda connection: {
                row.id: (row.title, row.body or row.summary, row.language) for row in connection.execute(statement)
            }
        )

    async def lines(self, article_ids: Sequence[int]) -> tuple[StoryLine, ...]:
        """Return the stories of these reports as a message names them, in the same order."""
        statement = (
            select(
                articles.c.id,
                articles.c.story_id,
                articles.c.title,
                articles.c.url,
                articles.c.outlet,
                articles.c.first_seen,
            )
            .join(stories, stories.c.id == articles.c.story_id)
            .where(articles.c.id.in_(article_ids))
        )
        rows = await self._database.read(lambda connection: {row.id: row for row in connection.execute(statement)})
        return tuple(
            StoryLine(story_id=row.story_id, title=row.title, url=row.url, outlet=row.outlet, at=row.first_seen)
            for row in (rows[number] for number in article_ids if number in rows)
        )


def _apply(connection: Connection, change: EpisodeChange, now: datetime) -> bool:
    if change.id is None:
        return _begin(connection, change, now)
    values = {"updated_at": now, "figures": figures_as_json(change.figures), "ended_at": now if change.ends else None}
    still = update(episodes).where(episodes.c.id == change.id, episodes.c.ended_at.is_(None)).values(values)
    if connection.execute(still).rowcount != 1:
        return False
    add_deliveries(connection, _later(connection, change, now), {}, now)
    return True


def _begin(connection: Connection, change: EpisodeChange, now: datetime) -> bool:
    row = {
        "topic": change.topic,
        "title": change.title,
        "severity": int(change.severity),
        "rule": change.rule.value,
        "subject": change.subject,
        "began_at": now,
        "updated_at": now,
        "ended_at": now if change.ends else None,
        "figures": figures_as_json(change.figures),
    }
    new = upsert(connection, episodes).values(row).on_conflict_do_nothing().returning(episodes.c.id)
    number = connection.execute(new).scalar_one_or_none()
    if number is None:
        return False  # one of this topic and rule lasts already
    wanted = [
        NewDelivery(
            receiver=receiver, kind=DeliveryKind.VOLUME, group_key=f"volume:{number}", due=due, episode_id=number
        )
        for receiver, due in change.notify
    ]
    add_deliveries(connection, wanted, {}, now)
    return True


def _later(connection: Connection, change: EpisodeChange, now: datetime) -> list[NewDelivery]:
    """Return an edit of each message of the episode, and an answer once it is over."""
    assert change.id is not None
    messages = connection.execute(
        select(deliveries.c.id, deliveries.c.receiver).where(
            deliveries.c.episode_id == change.id, deliveries.c.kind == DeliveryKind.VOLUME.value
        )
    ).all()
    wanted = [
        NewDelivery(
            receiver=row.receiver,
            kind=DeliveryKind.UPDATE,
            group_key=f"update:volume:{row.id}",
            due=now,
            recurring=True,
            thread_of=row.id,
            episode_id=change.id,
        )
        for row in messages
    ]
    episode = episode_by_id(connection, change.id)
    if change.ends and episode is not None and episode.rule is not Rule.FIRST_SEEN:
        wanted += [
            NewDelivery(
                receiver=row.receiver,
                kind=DeliveryKind.REPLY,
                group_key=f"over:volume:{row.id}",
                due=now,
                text=over(episode),
                thread_of=row.id,
                episode_id=change.id,
            )
            for row in messages
        ]
    return wanted


def _name(
    connection: Connection, topic: str, names: Mapping[str, datetime], change: EpisodeChange | None, now: datetime
) -> None:
    rows = [{"topic": topic, "name": name, "last_at": at} for name, at in sorted(names.items())]
    if rows:
        new = upsert(connection, seen_names).values(rows)
        connection.execute(
            new.on_conflict_do_update(index_elements=["topic", "name"], set_={"last_at": new.excluded.last_at})
        )
    if change is not None:
        _begin(connection, change, now)
