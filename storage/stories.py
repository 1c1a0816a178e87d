"""Stories with their members, read back."""

from typing import Any

from sqlalchemy import Connection, Row, select

from monitor.domain.stories.values import Member, Story
from storage.schema import articles, feeds, matches, stories


def story_of(connection: Connection, story_id: int) -> Story:
    """The story with its members in the order of arrival; the store holds it, or the caller is at fault."""
    row = connection.execute(select(stories).where(stories.c.id == story_id)).one()
    topics = _topics(connection, story_id)
    members = tuple(_member(member, topics.get(member.id, ())) for member in _members(connection, story_id))
    return Story(id=row.id, title=row.title, first_seen=row.first_seen, last_seen=row.last_seen, members=members)


def _members(connection: Connection, story_id: int) -> list[Row[Any]]:
    columns = ("id", "outlet", "origin", "copy_of", "first_seen", "title", "url", "language")
    statement = (
        select(*(articles.c[name] for name in columns), feeds.c.tier)
        .join_from(articles, feeds, articles.c.feed_key == feeds.c.key, isouter=True)
        .where(articles.c.story_id == story_id)
        .order_by(articles.c.id)
    )
    return list(connection.execute(statement))


def _topics(connection: Connection, story_id: int) -> dict[int, tuple[tuple[str, float], ...]]:
    """What each member matched, best first."""
    statement = (
        select(matches.c.article_id, matches.c.topic, matches.c.score)
        .join_from(articles, matches, articles.c.id == matches.c.article_id)
        .where(articles.c.story_id == story_id, matches.c.near.is_(False))
        .order_by(matches.c.score.desc(), matches.c.topic)
    )
    found: dict[int, tuple[tuple[str, float], ...]] = {}
    for row in connection.execute(statement):
        found[row.article_id] = (*found.get(row.article_id, ()), (row.topic, row.score))
    return found


def _member(row: Row[Any], topics: tuple[tuple[str, float], ...]) -> Member:
    return Member(
        article_id=row.id,
        outlet=row.outlet,
        origin=row.origin or row.outlet,
        copy_of=row.copy_of,
        at=row.first_seen,
        title=row.title,
        url=row.url,
        language=row.language,
        tier=2 if row.tier is None else row.tier,
        topics=topics,
    )
