"""One document as the queries see it: groups of terms found in it, what they count, and the evidence for them."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from monitor.domain.topics.atoms import Atoms
from monitor.domain.topics.finding import Finding
from monitor.domain.topics.layout import Layout
from monitor.domain.topics.lexicon import Lexicon
from monitor.domain.topics.syntax import Place
from monitor.domain.topics.values import Document, Hit

MAX_HITS = 100
"""Hits listed for one match."""


class Spot(NamedTuple):
    """A place of a term: words start..end (exclusive), its atom, and what it counts."""

    start: int
    end: int
    atom: int
    weight: float = 1.0


Located = tuple[int, int, Hit]
"""Evidence and where it stands: words start..end (exclusive)."""


class Reading:
    """A document with every term of every topic found. Words are numbered as `layout.Layout` does."""

    def __init__(self, document: Document, language: str | None, lexicon: Lexicon, atoms: Atoms) -> None:
        self.document = document
        self.language = language
        self.layout = Layout(document)
        self.finding = Finding(self.layout, lexicon, atoms)
        self.half = min(5.0, 1.0 + self.layout.size / 300)
        self.here = self.finding.here
        self.memo: dict[int, list[Spot]] = {}
        self._cells = atoms.cells
        self._labels = atoms.labels
        self._inactive = lexicon.inactive
        """The mass that makes a strength of one half: 1 for an empty article, 2 at 300 words, 5 at most."""
        self._has: dict[int, bool] = {}
        self._found: dict[int, Collection[int]] = {}
        self._told: dict[int, tuple[int, list[Located]]] = {}

    def has(self, cells: Iterable[int]) -> bool:
        """Whether the document has an atom of any of these cells, in a list that counts for its language."""
        known = self._has
        for cell in cells:
            here = known.get(cell)
            if here is None:
                members, found = self._cells[cell].members, self.here
                few = len(members) < len(found)
                apart = found.isdisjoint(members) if few else members.keys().isdisjoint(found)
                here = known[cell] = not apart and cell not in self._inactive
            if here:
                return True
        return False

    def found(self, cell: int) -> Collection[int]:
        """The atoms of a cell that the document has."""
        found: Collection[int] | None = self._found.get(cell)
        if found is None:
            members, here = self._cells[cell].members, self.here
            if cell in self._inactive:
                found = ()
            elif len(members) < len(here):
                found = [atom for atom in members if atom in here]
            else:
                found = sorted(members.keys() & here)
            self._found[cell] = found
        return found

    def spots(self, cell: int) -> list[Spot]:
        """The places of a cell, in order."""
        members, finding = self._cells[cell].members, self.finding
        spots = [
            Spot(position, position + finding.length(atom), atom, members[atom])
            for atom in self.found(cell)
            for position in finding.at(atom)
        ]
        spots.sort()
        return spots

    def mass(self, cell: int) -> float:
        """The places of a cell added up: weight x (title 3, lead 2, further down 1)."""
        members, told, total = self._cells[cell].members, self.told, 0.0
        for atom in self.found(cell):
            total += told(atom)[0] * members[atom]
        return total

    def told(self, atom: int) -> tuple[int, list[Located]]:
        """What the places of an atom count together, and the first MAX_HITS of them with their evidence."""
        told = self._told.get(atom)
        if told is None:
            at, length, hit = self.finding.at(atom), self.finding.length(atom), self.hit
            places = [(start, start + length, hit(start, start + length, atom)) for start in at[:MAX_HITS]]
            told = self._told[atom] = self.layout.worth(at), places
        return told

    def counts(self, spot: Spot) -> float:
        """What one place adds to the mass."""
        return self.layout.worth((spot.start,)) * spot.weight

    def inside(self, spot: Spot, place: Place) -> bool:
        """Whether a place lies in that part of the article."""
        return self.layout.inside(spot.start, place)

    def hit(self, start: int, end: int, atom: int) -> Hit:
        """The evidence for a place, quoting the original."""
        begins, ends = self.layout.plain.spans()
        exactly = self.finding.exactly
        first, last = begins[start], ends[end - 1]
        if exactly:
            first, last = exactly.get((start, end, atom), (first, last))
        return self.layout.quoted(self._labels[atom], first, last)


def listed(evidence: Iterable[Located]) -> tuple[Hit, ...]:
    """Hits in order, at most MAX_HITS; one for each span, told by its closest term."""
    hits: list[Hit] = []
    before_start = before_end = -1
    for start, end, hit in sorted(evidence):
        if start != before_start or end != before_end:
            if len(hits) == MAX_HITS:
                break
            hits.append(hit)
            before_start, before_end = start, end
        elif hit is not hits[-1] and _closer(hit.term, hits[-1]):
            hits[-1] = hit
    return tuple(hits)


def _closer(term: str, hit: Hit) -> bool:
    """Whether a term tells of a hit's place better than the one it has: it reads like the quote, or is longer."""
    quote = hit.quote.casefold()
    return (term.casefold() == quote, len(term)) > (hit.term.casefold() == quote, len(hit.term))
