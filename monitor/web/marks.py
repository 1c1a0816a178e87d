"""Texts with their hits marked: one colour for each clause of a query."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from monitor.domain.topics.values import Field, Hit

COLOURS = 6
"""Colours of `style.css`; further terms begin again with the first."""


class Piece(NamedTuple):
    """A stretch of text; `colour` counts from 1, 0 for plain text. `term` is what found it."""

    text: str
    colour: int = 0
    term: str = ""


def colours_of(hits: Iterable[Hit], clauses: Mapping[str, str]) -> tuple[dict[str, int], dict[str, int]]:
    """Return a colour for each term, and for each clause in the order in which the hits come.

    `clauses` names the clause of a term: the vocabulary it comes from. A term of none is a clause of its own.
    """
    named = {hit.term: clauses.get(hit.term, hit.term) for hit in hits}
    legend = {clause: number % COLOURS + 1 for number, clause in enumerate(dict.fromkeys(named.values()))}
    return {term: legend[clause] for term, clause in named.items()}, legend


def marked(text: str, field: Field, hits: Sequence[Hit], colours: dict[str, int]) -> Iterator[Piece]:
    """Yield the text in pieces. A hit whose quote no longer stands there, as after an edit, is left out."""
    at = 0
    for hit in sorted((hit for hit in hits if hit.field is field), key=lambda hit: (hit.start, -hit.end)):
        if hit.start < at or text[hit.start : hit.end] != hit.quote:
            continue
        if hit.start > at:
            yield Piece(text[at : hit.start])
        yield Piece(hit.quote, colours.get(hit.term, 1), hit.term)
        at = hit.end
    if at < len(text):
        yield Piece(text[at:])


def paragraphs(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield paragraphs, cut at line breaks outside and inside of marks."""
    current: list[Piece] = []
    for piece in pieces:
        first, *more = piece.text.split("\n")
        if first:
            current.append(piece._replace(text=first))
        for line in more:
            if current:
                yield current
            current = [piece._replace(text=line)] if line else []
    if current:
        yield current
