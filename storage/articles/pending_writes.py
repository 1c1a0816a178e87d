"""What a transaction that places articles writes, noted first and written together: a statement for each table instead
of one for each row."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, update

from monitor.domain.alerts.verdict import Verdict
from monitor.domain.articles.article import Article, Stage
from monitor.domain.stories.values import Placed, Placement, Voice
from storage.articles.matches import forget_matches, match_rows, write_match_rows
from storage.counters import count
from storage.ledger import note_rows, write_note_rows
from storage.schema.content import articles, fingerprints, stories
from storage.sql.upserts import replacing

PLACED = "placed"
"""The counter that numbers placings."""

_SEE_AGAIN = update(stories).where(stories.c.id == bindparam("known"))
_OPEN = stories.insert().inline()
_ENTER = update(articles).where(articles.c.id == bindparam("entering"))
_ORIGIN = select(articles.c.origin).where(articles.c.id == bindparam("copied"))
_REMEMBER = replacing(
    fingerprints, "article_id", ("sequence", "story_id", "copy_of", "outlet", "at", "version", "content")
)
_NEXT_STORIES = text(
    "SELECT nextval(pg_get_serial_sequence('stories', 'id')) FROM generate_series(1, CAST(:count AS integer))"
)
_LAST_STORY = text("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'stories'")


@dataclass(slots=True)
class PendingWrites:
    """Rows about to be written; `most` articles at the most. Whoever reads what they change calls `write` first."""

    connection: Connection
    most: int
    _ids: list[int] = field(default_factory=list)
    _sequences: list[int] = field(default_factory=list)
    _origins: dict[int, str] = field(default_factory=dict)
    _opened: dict[int, dict[str, Any]] = field(default_factory=dict)
    _entered: list[dict[str, Any]] = field(default_factory=list)
    _remembered: list[dict[str, Any]] = field(default_factory=list)
    _notes: list[dict[str, Any]] = field(default_factory=list)
    _matches: list[dict[str, Any]] = field(default_factory=list)

    def next_sequence(self) -> int:
        """The next number of a placing, from 1; in the order of commits, for the stories lock is held."""
        if not self._sequences:
            last = count(self.connection, PLACED, self.most)
            self._sequences = list(range(last - self.most + 1, last + 1))
        return self._sequences.pop(0)

    def story(self, seen: Article, placement: Placement, now: datetime) -> int:
        """The id of the story: the one located, now seen again, or a new one."""
        if placement.story_id is not None and self._seen_again(placement.story_id, now):
            return placement.story_id
        story_id = self._new_id()
        self._opened[story_id] = {"id": story_id, "title": seen.title, "first_seen": now, "last_seen": now}
        return story_id

    def enter(self, seen: Article, placed: Placed, revision: str) -> Voice:
        """The article is done, in its story, and seen by later placings; one placed before moves to the end. What it
        counts for in the story."""
        origin = self._origin(seen, placed.copy_of)
        self._origins[seen.id] = origin
        self._entered.append(
            {
                "entering": seen.id,
                "stage": Stage.DONE.value,
                "due": None,
                "attempt": 0,
                "catalog_revision": revision,
                "story_id": placed.story_id,
                "copy_of": placed.copy_of,
                "origin": origin,
            }
        )
        self._remembered.append(
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
        return Voice(text=text, origin=origin, first=seen.first_seen, last=seen.first_seen)

    def judged(self, seen: Article, verdict: Verdict, now: datetime) -> None:
        """What it matched, and why it was decided so."""
        if seen.revision:  # the first has nothing to replace
            forget_matches(self.connection, seen.id)
        self._matches += match_rows(seen.id, seen.revision, verdict.matches)
        self._notes += note_rows(seen.id, verdict.notes, now)

    def write(self) -> None:
        """Write what is noted."""
        if self._opened:
            self.connection.execute(_OPEN, list(self._opened.values()))
        if self._entered:
            self.connection.execute(_ENTER, self._entered)
            self.connection.execute(_REMEMBER.on(self.connection), self._remembered)
        write_match_rows(self.connection, self._matches)
        write_note_rows(self.connection, self._notes)
        for rows in (self._opened, self._entered, self._remembered, self._matches, self._notes):
            rows.clear()

    def _seen_again(self, story_id: int, now: datetime) -> bool:
        """Whether the story is still there; it may have been deleted since it was learnt."""
        if opened := self._opened.get(story_id):
            opened["last_seen"] = now
            return True
        return self.connection.execute(_SEE_AGAIN, {"known": story_id, "last_seen": now}).rowcount == 1

    def _new_id(self) -> int:
        """Ids are taken before the rows are written, so that articles of this transaction can be placed by them."""
        if not self._ids:
            self._ids = self._reserved()
        return self._ids.pop(0)

    def _reserved(self) -> list[int]:
        if self.connection.dialect.name == "postgresql":
            return list(self.connection.scalars(_NEXT_STORIES, {"count": self.most}))
        last: int = self.connection.scalar(_LAST_STORY)
        return list(range(last + 1, last + 1 + self.most))

    def _origin(self, seen: Article, copy_of: int | None) -> str:
        """Who really wrote the text: the agency credited, else the origin of the text copied, else its own outlet."""
        if seen.text is not None and seen.text.credit:
            return seen.text.credit
        if copy_of is None:
            return seen.outlet
        copied = self._origins.get(copy_of) or self.connection.execute(_ORIGIN, {"copied": copy_of}).scalar()
        return copied or seen.outlet
