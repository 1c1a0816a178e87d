"""Find the terms of all topics in one document, their weights and evidence."""

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.domain.topics.query.syntax import ArticlePart
from monitor.domain.topics.terms.layout import Layout
from monitor.domain.topics.terms.lexicon import Lexicon
from monitor.domain.topics.terms.occurrences import Occurrences
from monitor.domain.topics.terms.quotes import Located, Quotes
from monitor.domain.topics.terms.terms import Atoms
from monitor.domain.topics.values import Document, Hit


class Spot(NamedTuple):
    """Hold a place of a term: words start..end (exclusive), atom and weight."""

    start: int
    end: int
    atom: int
    weight: float = 1.0


class DocumentTerms:
    """Hold a document with every term of every topic found.

    Words are numbered as `layout.Layout` does.
    """

    def __init__(self, document: Document, language: str | None, lexicon: Lexicon, atoms: Atoms) -> None:
        self.document = document
        self.language = language
        self.layout = Layout(document)
        self.occurrences = Occurrences(self.layout, lexicon, atoms)
        self.half = min(5.0, 1.0 + self.layout.size / 300)
        """The mass that makes a strength of one half: 1 for an empty article, 2 at 300 words, 5 at most."""
        self.memo: dict[int, list[Spot]] = {}
        self._atoms = atoms
        self._cells = atoms.cells
        self._lengths = lexicon.index.lengths
        self._inactive = lexicon.inactive
        self._has: dict[int, bool] = {}
        self._found: dict[int, Collection[int]] = {}

    @cached_property
    def here(self) -> dict[int, int]:
        """Return the found atoms, each with its position in `occurrences.atoms`."""
        return {atom: rank for rank, atom in enumerate(self.occurrences.atoms.tolist())}

    @cached_property
    def worths(self) -> NDArray[np.int64]:
        """Return the worth of all places of each of `occurrences.atoms`."""
        return np.add.reduceat(self.layout.worths(self.occurrences.places), self.occurrences.starts)

    @cached_property
    def quotes(self) -> Quotes:
        """Return the evidence for each of `occurrences.atoms`."""
        return Quotes(self.document, self.layout, self.occurrences, self._atoms.labels, self._lengths)

    def has(self, cells: Iterable[int]) -> bool:
        """Tell whether the document has an atom of a cell that counts for its language."""
        known = self._has
        for cell in cells:
            here = known.get(cell)
            if here is None:
                members, found = self._cells[cell].members, self.here.keys()
                apart = found.isdisjoint(members) if len(members) < len(found) else members.keys().isdisjoint(found)
                here = known[cell] = not apart and cell not in self._inactive
            if here:
                return True
        return False

    def found(self, cell: int) -> Collection[int]:
        """Return the atoms of a cell that the document has."""
        found: Collection[int] | None = self._found.get(cell)
        if found is None:
            members, here = self._cells[cell].members, self.here
            if cell in self._inactive:
                found = ()
            elif len(members) < len(here):
                found = [atom for atom in members if atom in here]
            else:
                found = sorted(members.keys() & here.keys())
            self._found[cell] = found
        return found

    def spots(self, cell: int) -> list[Spot]:
        """Return the places of a cell, in order."""
        members, here, at, length = self._cells[cell].members, self.here, self.occurrences.at, self._atoms.length
        spots = [
            Spot(start, start + length(atom), atom, members[atom])
            for atom in self.found(cell)
            for start in at(here[atom])
        ]
        spots.sort()
        return spots

    def mass(self, cell: int) -> float:
        """Add up the places of a cell: weight x (title 3, lead 2, further down 1)."""
        members, here, worth, total = self._cells[cell].members, self.here, self.worths.item, 0.0
        for atom in self.found(cell):
            total += worth(here[atom]) * members[atom]
        return total

    def label(self, atom: int) -> str:
        """Return a term as its author wrote it."""
        return self._atoms.labels[atom]

    def quoted(self, atom: int) -> list[Located]:
        """Return the evidence for an atom that the document has."""
        return self.quotes.of(self.here[atom])

    def counts(self, spot: Spot) -> float:
        """Return the mass that one place adds."""
        return self.layout.worth(spot.start) * spot.weight

    def inside(self, spot: Spot, place: ArticlePart) -> bool:
        """Tell whether a place lies in that part of the article."""
        return self.layout.inside(spot.start, place)

    def hit(self, start: int, end: int, atom: int) -> Hit:
        """Return the evidence for a place, quoting the original."""
        return self.quotes.hit(start, end, atom)
