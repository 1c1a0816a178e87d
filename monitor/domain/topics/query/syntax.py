"""Define the syntax tree of a query. `start` and `end` are code points of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """List the ways in which a term is compared with the text."""

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
    """Hold the place of a node in the query."""

    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Span):
    """Hold a term; `text` is without its quotes or mark."""

    kind: Kind
    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Span):
    """Hold a vocabulary, `$name`."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class All(Span):
    """Hold an AND; `silent` are the places between two items without a written AND."""

    items: tuple["Node", ...]
    silent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Either(Span):
    """Hold an OR."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Without(Span):
    """Hold a NOT."""

    item: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Span):
    """Hold a NEAR/n or, when `ordered`, BEFORE/n: at most `distance` words between."""

    left: "Node"
    right: "Node"
    distance: int
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Together(Span):
    """Hold a SAME: both in one sentence."""

    left: "Node"
    right: "Node"


class ArticlePart(StrEnum):
    """List the parts of an article that a query can be limited to."""

    TITLE = "title"
    LEAD = "lead"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside(Span):
    """Hold a scope: `title:( )`, `lead:( )`, `text:( )`."""

    place: ArticlePart
    item: "Node"


class Fact(StrEnum):
    """List the facts about an article that a query can ask for."""

    OUTLET = "outlet"
    LANG = "lang"
    TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Span):
    """Hold `outlet:`, `lang:` or `tag:` with values any of which will do."""

    fact: Fact
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast(Span):
    """Hold a `{n}`: that many places or, when `distinct`, different terms."""

    item: "Node"
    count: int
    distinct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Span):
    """Hold a `^w` after something other than a single term."""

    item: "Node"
    weight: float


Node = Term | Named | All | Either | Without | Close | Together | Inside | Asked | AtLeast | Weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """Hold a `MAYBE item^points` or, negative, a `LESS item^points`."""

    item: Node
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Hold the required part, and the parts that add to or take from the score."""

    root: Node
    extras: tuple[Extra, ...] = field(default=())


def walk(query: Query) -> Iterator[Node]:
    """Yield every node of a query."""
    todo: list[Node] = [query.root, *(extra.item for extra in query.extras)]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, All | Either):
            todo += node.items
        elif isinstance(node, Close | Together):
            todo += (node.left, node.right)
        elif isinstance(node, Without | Inside | AtLeast | Weighed):
            todo.append(node.item)
