"""Values that story recognition reads and returns."""

from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.topics.text.normalised import NormalisedText

WALLS = 3
"""Earlier articles with the same text under headlines of other matters that make it a cookie wall or the like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportText:
    """The text of a report that a fingerprint is made from.

    `text` may be a two-line feed description or a whole article. `normalised` holds title and text normalised before,
    where another step reads them too.
    """

    title: str
    text: str
    language: str | None
    outlet: str
    credit: str | None = None
    published: datetime | None = None
    normalised: NormalisedText | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Bytes (under 1 KB) that storage keeps with an article so that it can be compared.

    Its content belongs to `monitor.domain.stories`; `version` names the layout, and a store drops
    fingerprints of another version when the index is loaded.
    """

    version: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An article already placed, as the index learns it; `sequence` grows in the order of placing."""

    sequence: int
    article_id: int
    story_id: int
    copy_of: int | None
    outlet: str
    at: datetime
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where an article belongs: `story_id` None means a story of its own.

    `reason` is for the ledger, in words. `copy_of` is the earliest article whose text this one repeats. `novelty` names
    what is new against the story (names, numbers, sentences); empty for a copy. `walls` counts earlier articles with
    the same text under headlines that it has nothing to do with (32 at most): where they are several, the text is a
    cookie wall or the like. `near` are other stories that may report the same event, to be looked at for a join.
    `follows` is the story that this one continues, when it begins its own: a reaction, a denial, the next day.
    """

    story_id: int | None = None
    copy_of: int | None = None
    similarity: float = 0.0
    reason: str = "no earlier report resembles it"
    novelty: tuple[str, ...] = ()
    walls: int = 0
    near: tuple[int, ...] = ()
    follows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMember:
    """One article of a story, as far as alerts and messages need it.

    `origin` is who really wrote the text: the agency credited, else the outlet of the text it copies, else its own
    outlet.
    """

    article_id: int
    outlet: str
    origin: str
    copy_of: int | None
    at: datetime
    title: str
    url: str | None
    language: str | None = None
    tier: int = 2
    topics: tuple[tuple[str, float], ...] = ()
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """Reports of a story that repeat one text and go back to one `origin`, counted as one.

    `text` is the article that had the text first; `first` and `last` are when the earliest and the latest came.
    """

    text: int
    origin: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A cluster of articles about one event. Members are in the order of arrival."""

    id: int
    title: str
    first_seen: datetime
    last_seen: datetime
    members: tuple[StoryMember, ...] = ()
