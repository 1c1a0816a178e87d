"""What goes into the matcher and what comes out of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Field(StrEnum):
    """The fields a hit can point into."""

    TITLE = "title"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is matched: the title and the text as given, and the facts scopes may ask for."""

    title: str = ""
    text: str = ""
    language: str | None = None
    outlet: str = ""
    tags: tuple[str, ...] = ()


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
