"""A search of the archive and what it found, for people."""

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.topics.values import Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilter:
    """Where to search; an empty field means everywhere. `before` is the id of the last article looked at."""

    since: datetime | None = None
    topic: str = ""
    outlet: str = ""
    language: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """An article found: `title` and `snippet` in stretches, each with whether it is what was searched for."""

    article_id: int
    story_id: int | None
    title: tuple[tuple[str, bool], ...]
    snippet: tuple[tuple[str, bool], ...]
    url: str | None
    outlet: str
    at: datetime
    language: str | None
    topics: tuple[str, ...] = ()
    score: float | None = None
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """One page of what was found, newest first. `next` is where older articles go on, None at the end.

    `read` counts the articles that a search by query looked at.
    """

    hits: tuple[SearchHit, ...]
    next: int | None = None
    read: int | None = None
