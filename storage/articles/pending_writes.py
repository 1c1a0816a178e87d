"""Collect the rows of a transaction that places articles, and write them together.

One statement for each table instead of one for each row.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, update

from monitor.domain.alerts.verdict import Verdict
from monitor.domain.articles.article import Article, Stage
from monitor.domain.stories.values import Placed, Placement, SourceText
from storage.articles.matches import delete_matches, match_rows, write_match_rows
from storage.counters import count
from storage.ledger import note_rows, write_note_rows
from storage.schema.content import articles, fingerprints, stories
from storage.sql.upserts import replacing

PLACED = "placed"
"""The counter that numbers placings."""

_UPDATE_LAST_SEEN = update(stories).where(stories.c.id == bindparam("known"), stories.c.joined_into.is_(None))
_JOINED_INTO = select(stories.c.joined_into).where(stories.c.id == bindparam("known"))
_INSERT_STORY = stories.insert().inline()
_MARK_DONE = update(articles).where(articles.c.id == bindparam("placed_id"))
_ORIGIN = select(articles.c.origin).where(articles.c.id == bindparam("copied"))
_STORE_FINGERPRINT = replacing(
    fingerprints, "article_id", ("sequence", "story_id", "copy_of", "outlet", "at", "version", "content")
)
_NEXT_STORIES = text(
    "SELECT nextval(pg_get_serial_sequence('stories', 'id')) FROM generate_series(1, CAST(:count AS integer))"
)
_LAST_STORY = text("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'stories'")


@dataclass(slots=True)
class PendingWrites:
    """Rows collected in one transaction, of at most `most` articles.

    Call `write` before reading a table they change.
    """

    connection: Connection
    most: int
    _ids: list[int] = field(default_factory=list)
    _sequences: list[int] = field(default_factory=list)
    _origins: dict[int, str] = field(default_factory=dict)
    _new_stories: dict[int, dict[str, Any]] = field(default_factory=dict)
    _placed_articles: list[dict[str, Any]] = field(default_factory=list)
    _fingerprints: list[dict[str, Any]] = field(default_factory=list)
    _notes: list[dict[str, Any]] = field(default_factory=list)
    _matches: list[dict[str, Any]] = field(default_factory=list)

    def next_sequence(self) -> int:
        """Return the next sequence of a placing, from 1.

        Sequences are in the order of commits, because the stories lock is held.
        """
        if not self._sequences:
            last = count(self.connection, PLACED, self.most)
            self._sequences = list(range(last - self.most + 1, last + 1))
        return self._sequences.pop(0)

    def story(self, seen: Article, placement: Placement, now: datetime) -> int:
        """Return the id of the located story, now seen again, or of a new one."""
        known = None if placement.story_id is None else self._seen_again(placement.story_id, now)
        if known is not None:
            return known
        story_id = self._new_id()
        self._new_stories[story_id] = {
            "id": story_id,
            "title": seen.title,
            "first_seen": now,
            "last_seen": now,
            "joined_into": None,
        }
        return story_id

    def add_placed(self, seen: Article, placed: Placed, revision: str) -> SourceText:
        """Mark the article done and record its fingerprint for later placements.

        An article placed before moves to the end of the order. Returns its source text in the story.
        """
        origin = self._origin(seen, placed.copy_of)
        self._origins[seen.id] = origin
        self._placed_articles.append(
            {
                "placed_id": seen.id,
                "stage": Stage.DONE.value,
                "due": None,
                "attempt": 0,
                "catalog_revision": revision,
                "story_id": placed.story_id,
                "copy_of": placed.copy_of,
                "origin": origin,
            }
        )
        self._fingerprints.append(
            {
                "article_id": placed.article_id,
                "sequence": placed.sequence,
                "story_id": placed.story_id,
                "copy_of": placed.copy_of,
                "outlet": placed.outlet,
                "at": placed.at,
                "version": placed.fingerprint.version,
                "content": placed.fingerprint.content,
            }
        )
        text = seen.id if placed.copy_of is None else placed.copy_of
        return SourceText(text=text, origin=origin, first=seen.first_seen, last=seen.first_seen)

    def add_verdict(self, seen: Article, verdict: Verdict, now: datetime) -> None:
        """Collect what the article matched and the reasons of the decision."""
        if seen.revision:  # the first has nothing to replace
            delete_matches(self.connection, seen.id)
        self._matches += match_rows(seen.id, seen.revision, verdict.matches)
        self._notes += note_rows(seen.id, verdict.notes, now)

    def write(self) -> None:
        """Write the rows collected, and empty the collection."""
        if self._new_stories:
            self.connection.execute(_INSERT_STORY, list(self._new_stories.values()))
        if self._placed_articles:
            self.connection.execute(_MARK_DONE, self._placed_articles)
            self.connection.execute(_STORE_FINGERPRINT.on(self.connection), self._fingerprints)
        write_match_rows(self.connection, self._matches)
        write_note_rows(self.connection, self._notes)
        for rows in (self._new_stories, self._placed_articles, self._fingerprints, self._matches, self._notes):
            rows.clear()

    def _seen_again(self, story_id: int, now: datetime) -> int | None:
        """Update the last report of a story, or of the one it was joined into; return that story's id.

        None when the story was deleted since it was learnt.
        """
        if opened := self._new_stories.get(story_id):
            opened["last_seen"] = now
            return story_id
        row = {"known": story_id, "last_seen": now}
        if self.connection.execute(_UPDATE_LAST_SEEN, row).rowcount == 1:
            return story_id
        # Seldom: an article that was read before its story was joined into another.
        into = self.connection.execute(_JOINED_INTO, {"known": story_id}).scalar_one_or_none()
        return None if into is None else self._seen_again(into, now)

    def renumber(self) -> None:
        """Give back sequences reserved and unused: other rows have taken higher ones meanwhile."""
        self._sequences.clear()

    def _new_id(self) -> int:
        """Return an unused story id.

        Ids are taken before the rows are written, so that articles of this transaction can be placed by them.
        """
        if not self._ids:
            self._ids = self._reserved()
        return self._ids.pop(0)

    def _reserved(self) -> list[int]:
        if self.connection.dialect.name == "postgresql":
            return list(self.connection.scalars(_NEXT_STORIES, {"count": self.most}))
        last: int = self.connection.scalar(_LAST_STORY)
        return list(range(last + 1, last + 1 + self.most))

    def _origin(self, seen: Article, copy_of: int | None) -> str:
        """Return who wrote the text: the agency credited, the origin of its original, or the outlet."""
        if seen.text is not None and seen.text.credit:
            return seen.text.credit
        if copy_of is None:
            return seen.outlet
        copied = self._origins.get(copy_of) or self.connection.execute(_ORIGIN, {"copied": copy_of}).scalar()
        return copied or seen.outlet
