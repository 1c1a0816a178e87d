"""Read stories with their members, and the facts that judging needs of them."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select

from monitor.domain.alerts.verdict import StoryFacts
from monitor.domain.stories.values import SourceText, Story, StoryMember
from storage.schema.content import articles, feeds, matches, stories
from storage.stories.alerts import alerts_of_story

_MEMBER = ("id", "outlet", "origin", "copy_of", "first_seen", "title", "url", "language", "published")
_MEMBERS = (
    select(*(articles.c[name] for name in _MEMBER), feeds.c.tier, matches.c.topic, matches.c.score)
    .join_from(articles, feeds, articles.c.feed_key == feeds.c.key, isouter=True)
    .join(matches, and_(matches.c.article_id == articles.c.id, matches.c.near.is_(False)), isouter=True)
    .where(articles.c.story_id == bindparam("story_id"))
    .order_by(articles.c.id, matches.c.score.desc(), matches.c.topic)
)
_TEXT = func.coalesce(articles.c.copy_of, articles.c.id)
_ORIGIN = func.coalesce(articles.c.origin, articles.c.outlet)
_OTHERS = (
    select(
        _TEXT.label("text"),
        _ORIGIN.label("origin"),
        func.min(articles.c.first_seen).label("first"),
        func.max(articles.c.first_seen).label("last"),
    )
    .where(articles.c.story_id == bindparam("story_id"), articles.c.id != bindparam("article_id"))
    .group_by(_TEXT, _ORIGIN)
    .order_by(func.min(articles.c.id))
)
_MATCHED_TOPICS = (
    select(matches.c.topic, (matches.c.article_id == bindparam("article_id")).label("itself"))
    .distinct()
    .join_from(articles, matches, and_(matches.c.article_id == articles.c.id, matches.c.near.is_(False)))
    .where(articles.c.story_id == bindparam("story_id"))
)
_STORY = select(stories).where(stories.c.id == bindparam("story_id"))


def facts_of(connection: Connection, story_id: int, article_id: int, own: SourceText, *, is_new: bool) -> StoryFacts:
    """Read the facts of a story that judging an article needs.

    The database counts: one row for each text and origin. `is_new` when the article is the story's first.
    """
    if is_new:
        return StoryFacts(id=story_id, own=own)
    asked = {"story_id": story_id, "article_id": article_id}
    topics = connection.execute(_MATCHED_TOPICS, asked).all()
    return StoryFacts(
        id=story_id,
        own=own,
        others=tuple(
            SourceText(text=text, origin=origin, first=first, last=last)
            for text, origin, first, last in connection.execute(_OTHERS, asked).all()
        ),
        reported_topics=frozenset(row.topic for row in topics if not row.itself),
        own_topics=frozenset(row.topic for row in topics if row.itself),
        alerts=alerts_of_story(connection, story_id),
    )


def story_of(connection: Connection, story_id: int) -> Story:
    """Read a story with its members in the order of arrival.

    Raises NoResultFound when the store does not hold it.
    """
    row = connection.execute(_STORY, {"story_id": story_id}).one()
    rows: Iterable[Row[Any]] = connection.execute(_MEMBERS, {"story_id": story_id})
    members = tuple(_member(same) for _, same in groupby(rows, attrgetter("id")))
    return Story(id=row.id, title=row.title, first_seen=row.first_seen, last_seen=row.last_seen, members=members)


def _member(rows: Iterable[Row[Any]]) -> StoryMember:
    """Read one article from its rows: one for each topic it matched, best first."""
    row, *more = rows
    return StoryMember(
        article_id=row.id,
        outlet=row.outlet,
        origin=row.origin or row.outlet,
        copy_of=row.copy_of,
        at=row.first_seen,
        title=row.title,
        url=row.url,
        language=row.language,
        published=row.published,
        tier=2 if row.tier is None else row.tier,
        topics=tuple((one.topic, one.score) for one in (row, *more) if one.topic is not None),
    )
