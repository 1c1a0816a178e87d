"""Name the values that go into the matcher and come out of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # values are imported where nothing is matched; the normaliser loads numpy
    from monitor.domain.topics.text.normalised import NormalisedText


class Field(StrEnum):
    """List the fields that a hit can point into."""

    TITLE = "title"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Hold a title and a text as given, and the facts that a query may ask for.

    `normalised` is the same text normalised before, where another step reads it too.
    """

    title: str = ""
    text: str = ""
    language: str | None = None
    outlet: str = ""
    tags: tuple[str, ...] = ()
    normalised: "NormalisedText | None" = field(default=None, compare=False, repr=False)


class Hit(NamedTuple):
    """Hold one place of a term: code points of the field as given.

    `quote == field[start:end]`.
    """

    term: str
    field: Field
    start: int
    end: int
    quote: str


class Match(NamedTuple):
    """Hold a topic that an article matches: score and evidence, best hits first.

    `parts` are the score's addends in words.
    """

    topic: str
    score: float
    hits: tuple[Hit, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Hold a topic that nearly matches: `score` of `threshold`, and the clause that failed."""

    topic: str
    score: float
    threshold: float
    missing: str
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Hold all topics that one document matches or nearly matches.

    `doubts` tell a reader what the figures leave out ("only the first ...").
    """

    matches: tuple[Match, ...] = ()
    near: tuple[Near, ...] = ()
    doubts: tuple[str, ...] = ()
