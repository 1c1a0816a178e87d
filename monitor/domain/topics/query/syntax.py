"""A query as it was written: the syntax tree. `start` and `end` are code points of the query."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How a term is compared with the text."""

    WORD = "word"
    """Inflected forms in the article's language, every word of it."""
    EXACT = "exact"
    """The very words, upper or lower case."""
    CASED = "cased"
    """The very words in this case."""
    REGEX = "regex"
    """A regular expression on plain text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where in the query a node stands."""

    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Span):
    """A term; `text` without its quotes or mark."""

    kind: Kind
    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Span):
    """A vocabulary, `$name`."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class All(Span):
    """AND; `silent` marks the places between two items where no AND was written."""

    items: tuple["Node", ...]
    silent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Either(Span):
    """OR."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Without(Span):
    """NOT."""

    item: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Span):
    """NEAR/n and, when `ordered`, BEFORE/n: at most `distance` words between the two."""

    left: "Node"
    right: "Node"
    distance: int
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Together(Span):
    """SAME: both in one sentence."""

    left: "Node"
    right: "Node"


class ArticlePart(StrEnum):
    """A part of the article a query can be limited to."""

    TITLE = "title"
    LEAD = "lead"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside(Span):
    """`title:( )`, `lead:( )`, `text:( )`."""

    place: ArticlePart
    item: "Node"


class Fact(StrEnum):
    """A fact about the article that a query can ask for."""

    OUTLET = "outlet"
    LANG = "lang"
    TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Span):
    """`outlet:`, `lang:`, `tag:` with the values any of which will do."""

    fact: Fact
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast(Span):
    """`{n}`: at least that many places, or (`distinct`) that many different terms."""

    item: "Node"
    count: int
    distinct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Span):
    """`^w` after something other than a single term."""

    item: "Node"
    weight: float


Node = Term | Named | All | Either | Without | Close | Together | Inside | Asked | AtLeast | Weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """`MAYBE item^points` (positive) or `LESS item^points` (negative): changes the score, is never required."""

    item: Node
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is required, and what adds to or takes from the score."""

    root: Node
    extras: tuple[Extra, ...] = field(default=())
