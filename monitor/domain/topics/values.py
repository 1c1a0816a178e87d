"""What goes into the matcher and what comes out of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # values are imported where nothing is matched; the normaliser loads numpy
    from monitor.domain.topics.text.normalised import NormalisedText


class Field(StrEnum):
    """The fields a hit can point into."""

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
    """One place where a term was found: code points of the field as given, `quote == field[start:end]`."""

    term: str
    field: Field
    start: int
    end: int
    quote: str


class Match(NamedTuple):
    """Article x topic: the score and the evidence for it, best hits first. `parts` are the score's addends in words."""

    topic: str
    score: float
    hits: tuple[Hit, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A topic that missed: by how much (`score` against `threshold`) and which clause failed, in words."""

    topic: str
    score: float
    threshold: float
    missing: str
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """All that one document matched and nearly matched. `doubts`: what a reader should know ("only the first ...")."""

    matches: tuple[Match, ...] = ()
    near: tuple[Near, ...] = ()
    doubts: tuple[str, ...] = ()
