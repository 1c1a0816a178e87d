"""Placing and judging an article in one transaction, under the stories lock.

Two writers can therefore never open two stories for one event, nor raise one alert twice. The slow parts, matching and
fingerprinting, are done before; the lock is held for the few statements here and the two pure decisions of the judge.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, bindparam, select, update

from monitor.domain.articles import Article, Stage
from monitor.domain.stories.values import Fingerprint, Placed, Placement, Voice
from monitor.domain.verdicts import Judge, Verdict
from storage.alerts import write_alerts
from storage.article_rows import set_if_unchanged
from storage.deliveries import add_deliveries
from storage.ledger import write_notes
from storage.locks import STORIES, exclusive
from storage.matches import write_matches
from storage.schema import articles, fingerprints, stories
from storage.statements import next_number, replacing
from storage.stories import facts_of

PLACED = "placed"
"""The counter that numbers placings."""

_PLACED = select(fingerprints).where(fingerprints.c.sequence > bindparam("after")).order_by(fingerprints.c.sequence)
_PLACED_SINCE = _PLACED.where(fingerprints.c.at >= bindparam("since"))
_PART_PLACED_SINCE = _PLACED_SINCE.limit(bindparam("most", type_=Integer))
_SEE_AGAIN = update(stories).where(stories.c.id == bindparam("known")).returning(stories)
_OPEN = stories.insert().returning(stories)
_ENTER = update(articles).where(articles.c.id == bindparam("entering"))
_ORIGIN = select(articles.c.origin).where(articles.c.id == bindparam("copied"))
_REMEMBER = replacing(
    fingerprints, "article_id", ("sequence", "story_id", "copy_of", "outlet", "at", "version", "content")
)


def place(
    connection: Connection,
    seen: Article,
    fingerprint: Fingerprint,
    after: int,
    judge: Judge,
    revision: str,
    now: datetime,
) -> Verdict | None:
    """Place and judge `seen`, and write the verdict; None when it is no longer the row's state.

    The verdict returned names the story, also a new one. `after` is the highest sequence the judge has learnt,
    `revision` the catalog it judges by.
    """
    exclusive(connection, STORIES)
    if not set_if_unchanged(connection, seen, _done(seen, revision)):
        return None
    placement = judge.locate(placed_after(connection, after))
    story = _story(connection, seen, placement, now)
    own = _enter(connection, seen, placement, story.id)
    _remember(connection, seen, fingerprint, placement, story.id, now)
    facts = (
        facts_of(connection, story.id, seen.id, own, is_new=story.id != placement.story_id) if judge.matched else None
    )
    verdict = judge.judge(facts, placement)
    _write(connection, seen, story.id, verdict, now)
    return replace(verdict, placement=replace(placement, story_id=story.id))


def placed_after(connection: Connection, after: int) -> Sequence[Placed]:
    """What was placed after the sequence `after`, in order."""
    return _read(connection, _PLACED, {"after": after})


def placed_since(connection: Connection, since: datetime, after: int, limit: int | None) -> Sequence[Placed]:
    """What was placed since `since` and after the sequence `after`, in order; at most `limit`."""
    asked = {"since": since, "after": after}
    if limit is None:
        return _read(connection, _PLACED_SINCE, asked)
    return _read(connection, _PART_PLACED_SINCE, {**asked, "most": limit})


def _read(connection: Connection, statement: Select[Any], asked: dict[str, Any]) -> list[Placed]:
    return [
        Placed(
            sequence=row.sequence,
            article_id=row.article_id,
            story_id=row.story_id,
            copy_of=row.copy_of,
            outlet=row.outlet,
            at=row.at,
            fingerprint=Fingerprint(version=row.version, content=bytes(row.content)),
        )
        for row in connection.execute(statement, asked)
    ]


def _done(seen: Article, revision: str) -> dict[str, object]:
    return {"stage": Stage.DONE.value, "due": None, "attempt": 0, "catalog_revision": revision}


def _story(connection: Connection, seen: Article, placement: Placement, now: datetime) -> Row[Any]:
    """The story's row: the one located, now seen again, or a new one."""
    if placement.story_id is not None:
        known = connection.execute(_SEE_AGAIN, {"known": placement.story_id, "last_seen": now}).one_or_none()
        if known is not None:
            return known
    return connection.execute(_OPEN, {"title": seen.title, "first_seen": now, "last_seen": now}).one()


def _enter(connection: Connection, seen: Article, placement: Placement, story_id: int) -> Voice:
    """Make the article one of the story; what it counts for there."""
    origin = _origin(connection, seen, placement)
    values = {"story_id": story_id, "copy_of": placement.copy_of, "origin": origin}
    connection.execute(_ENTER, {"entering": seen.id, **values})
    text = seen.id if placement.copy_of is None else placement.copy_of
    return Voice(text=text, origin=origin, first=seen.first_seen, last=seen.first_seen)


def _origin(connection: Connection, seen: Article, placement: Placement) -> str:
    """Who really wrote the text: the agency credited, else the origin of the text it copies, else its own outlet."""
    if seen.text is not None and seen.text.credit:
        return seen.text.credit
    copied = None
    if placement.copy_of is not None:
        copied = connection.execute(_ORIGIN, {"copied": placement.copy_of}).scalar()
    return copied or seen.outlet


def _remember(
    connection: Connection,
    seen: Article,
    fingerprint: Fingerprint,
    placement: Placement,
    story_id: int,
    now: datetime,
) -> None:
    """Let later placings see this one; a text placed before, in an earlier revision, moves to the end."""
    row = {
        "article_id": seen.id,
        "sequence": next_number(connection, PLACED),
        "story_id": story_id,
        "copy_of": placement.copy_of,
        "outlet": seen.outlet,
        "at": now,
        "version": fingerprint.version,
        "content": fingerprint.content,
    }
    connection.execute(_REMEMBER.on(connection), row)


def _write(connection: Connection, seen: Article, story_id: int, verdict: Verdict, now: datetime) -> None:
    write_matches(connection, seen.id, seen.revision, verdict.matches)
    alert_ids = write_alerts(connection, story_id, seen.id, verdict.alerts, now)
    add_deliveries(connection, verdict.deliveries, alert_ids, now)
    write_notes(connection, seen.id, verdict.notes, now)
