"""Mark what an edit changed inside a line of text, until an adapter decides how it looks.

The marks are Unicode noncharacters, reserved for use inside a program: no text of a feed or a page may hold them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """Kinds of marked text; the value opens it."""

    REMOVED = "\ufdd0"
    ADDED = "\ufdd1"
    STRONG = "\ufdd2"


_END = "\ufdd3"
_MARKS = re.compile("[\ufdd0-\ufdd3]")
_MARKED = re.compile(f"([{''.join(mark.value for mark in Mark)}])([^{_END}]*){_END}")
_REPLACED = re.compile(f"{Mark.REMOVED.value}([^{_END}]*){_END} ?{Mark.ADDED.value}([^{_END}]*){_END}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedPiece:
    """A part of a line; `mark` is None for text that stands as it is."""

    text: str
    mark: Mark | None = None


def marked(text: str, mark: Mark) -> str:
    """Return the text in marks; "" where there is none."""
    inner = unmarked(text)
    return f"{mark.value}{inner}{_END}" if inner else ""


def unmarked(text: str) -> str:
    """Return foreign text without characters that would pass for marks."""
    return _MARKS.sub("", text)


def pieces(line: str) -> Iterator[MarkedPiece]:
    """Split a marked line; one without marks is one piece."""
    here = 0
    for found in _MARKED.finditer(line):
        if found.start() > here:
            yield MarkedPiece(text=unmarked(line[here : found.start()]))
        yield MarkedPiece(text=found.group(2), mark=Mark(found.group(1)))
        here = found.end()
    if here < len(line):
        yield MarkedPiece(text=unmarked(line[here:]))


def plain(line: str) -> str:
    """Return a marked line in plain characters: "carried [12 → 14] people", "[added: two dogs]"."""
    if not _MARKS.search(line):
        return line
    line = _REPLACED.sub(r"[\1 → \2]", line)
    return "".join(_PLAIN[piece.mark].format(piece.text) for piece in pieces(line))


_PLAIN = {None: "{}", Mark.STRONG: "{}", Mark.REMOVED: "[removed: {}]", Mark.ADDED: "[added: {}]"}
