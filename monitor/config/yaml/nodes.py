"""Represent a YAML file as a tree of nodes that know their position."""

import re
from dataclasses import dataclass
from typing import NamedTuple


class Scalar(NamedTuple):
    """One word or text. `style` is "" when written plain, else the mark it began with: ' " | >."""

    value: str
    style: str
    start: int
    end: int


class Listing(NamedTuple):
    """A list."""

    items: "tuple[Node, ...]"
    flow: bool
    start: int
    end: int


class Mapping(NamedTuple):
    """Keys and values, in the order of the file."""

    pairs: "dict[str, tuple[Scalar, Node]]"
    flow: bool
    start: int
    end: int


Node = Scalar | Listing | Mapping


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A plain word that some YAML readers take for something else than text; `reading` says for what.

    YAML 1.1 reads `NO` as false, `12:30` as 750 and `017` as 15 (https://yaml.org/type/). Where text is wanted
    such a word is refused; where a time, a duration or a yes/no is wanted it is plain what is meant.
    """

    text: str
    reading: str


Plain = None | bool | int | float | str | Ambiguous

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_WHOLE = re.compile(r"(?:0|-?[1-9][0-9]{0,17})\Z")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}\Z")
_AMBIGUOUS = (
    (re.compile(r"(?:yes|no|on|off)\Z", re.IGNORECASE), "true or false"),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z"), "a number in base 60"),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?\Z", re.DOTALL), "a date"),
    (re.compile(r"[-+]?0[0-7_]+\Z|0o[0-7]+\Z"), "an octal number"),
    (re.compile(r"[-+]?0x[0-9a-fA-F_]+\Z|[-+]?0b[01_]+\Z"), "a number"),
    (re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?\Z"), "a number"),
    (re.compile(r"[-+]?\.inf\Z|\.nan\Z", re.IGNORECASE), "a number"),
    (re.compile(r"(?:<<|=)\Z"), "a special sign"),
)
_LONGEST_NUMBER = 100
_NUMBER_SIGNS = "0123456789_.:+-eExX"
_FIRST = frozenset("0123456789+-.yYnNoO<=")


def plain(scalar: Scalar) -> Plain:
    """Return the value that every YAML reader gives a scalar, or `Ambiguous`; quoted text is always text."""
    word = scalar.value
    if scalar.style:
        return word
    if word in _NULL:
        return None
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    if word[0] not in _FIRST:
        return word
    if len(word) > _LONGEST_NUMBER:  # the patterns below take quadratic time on long runs of digits
        return Ambiguous(word, "a number") if not word.strip(_NUMBER_SIGNS) else word
    if _WHOLE.match(word):
        return int(word)
    if _FRACTION.match(word):
        return float(word)
    for pattern, reading in _AMBIGUOUS:
        if pattern.match(word):
            return Ambiguous(word, reading)
    return word


def bare(node: Node) -> object:
    """Return the tree as lists, dicts and plain values; the reader has bounded its depth."""
    if isinstance(node, Scalar):
        return plain(node)
    if isinstance(node, Listing):
        return [bare(item) for item in node.items]
    return {key: bare(value) for key, (_, value) in node.pairs.items()}


def walk(node: Node) -> "list[Scalar]":
    """Every scalar that is a value, in the order of the file."""
    found: list[Scalar] = []
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Scalar):
            found.append(here)
        elif isinstance(here, Listing):
            waiting.extend(reversed(here.items))
        else:
            waiting.extend(value for _, value in reversed(here.pairs.values()))
    return found
