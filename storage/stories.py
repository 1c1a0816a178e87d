"""Stories with their members, read back."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select

from monitor.domain.stories.values import Member, Story
from storage.schema import articles, feeds, matches, stories

_MEMBER = ("id", "outlet", "origin", "copy_of", "first_seen", "title", "url", "language")
_MEMBERS = (
    select(*(articles.c[name] for name in _MEMBER), feeds.c.tier, matches.c.topic, matches.c.score)
    .join_from(articles, feeds, articles.c.feed_key == feeds.c.key, isouter=True)
    .join(matches, and_(matches.c.article_id == articles.c.id, matches.c.near.is_(False)), isouter=True)
    .where(articles.c.story_id == bindparam("story_id"))
    .order_by(articles.c.id, matches.c.score.desc(), matches.c.topic)
)
_STORY = select(stories).where(stories.c.id == bindparam("story_id"))


def story_of(connection: Connection, story_id: int) -> Story:
    """The story with its members in the order of arrival; the store holds it, or the caller is at fault."""
    return with_members(connection, connection.execute(_STORY, {"story_id": story_id}).one())


def with_members(connection: Connection, row: Row[Any]) -> Story:
    """The story in a row of `stories`, with its members in the order of arrival."""
    rows: Iterable[Row[Any]] = connection.execute(_MEMBERS, {"story_id": row.id})
    members = tuple(_member(same) for _, same in groupby(rows, attrgetter("id")))
    return Story(id=row.id, title=row.title, first_seen=row.first_seen, last_seen=row.last_seen, members=members)


def _member(rows: Iterable[Row[Any]]) -> Member:
    """One article, in a row for each topic it matched, best first, or in one without a topic."""
    row, *more = rows
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
        topics=tuple((one.topic, one.score) for one in (row, *more) if one.topic is not None),
    )
