"""Find the terms of all topics in one document, their weights and evidence, which quotes the original."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.domain.topics.query.syntax import ArticlePart
from monitor.domain.topics.terms.layout import Layout
from monitor.domain.topics.terms.lexicon import Lexicon
from monitor.domain.topics.terms.occurrences import Occurrences
from monitor.domain.topics.terms.ragged import Numbers, spread
from monitor.domain.topics.terms.terms import Atoms
from monitor.domain.topics.values import Document, Field, Hit

MAX_HITS = 100
"""Hits listed for one match."""

Located = tuple[int, int, Hit]
"""Evidence and where it stands: words start..end (exclusive)."""

_START, _MATCH = 8, 40
"""While evidence is sorted, match, start and length are one number; these are the bits below the first two."""


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
    def quotes(self) -> "Quotes":
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


class Quotes:
    """Quote the evidence for atoms, given by their position in `Occurrences.atoms`."""

    def __init__(
        self, document: Document, layout: Layout, occurrences: Occurrences, labels: Sequence[str], lengths: Numbers
    ) -> None:
        self._fields = (Field.TITLE, document.title), (Field.TEXT, document.text)
        self._text_at = layout.text_at
        self._begins, self._ends = layout.plain.located()
        self._occurrences = occurrences
        self._labels, self._lengths = labels, lengths

    def of(self, rank: int) -> list[Located]:
        """Return the first MAX_HITS places of an atom."""
        atom, starts = self._occurrences.atoms.item(rank), self._occurrences.at(rank)[:MAX_HITS]
        length, hit = self._lengths.item(atom), self.hit
        return [(start, start + length, hit(start, start + length, atom)) for start in starts]

    def hit(self, start: int, end: int, atom: int) -> Hit:
        """Return the evidence for the words start..end (exclusive), a place of an atom."""
        return self._hit(atom, start, end, self._begins.item(start), self._ends.item(end - 1))

    def _hit(self, atom: int, start: int, end: int, begin: int, stop: int) -> Hit:
        exactly = self._occurrences.exactly
        if exactly:
            begin, stop = exactly.get((start, end, atom), (begin, stop))
        text_at = self._text_at
        if begin < text_at:
            field, text = self._fields[0]
        else:
            field, text = self._fields[1]
            begin, stop = begin - text_at, stop - text_at
        return Hit(self._labels[atom], field, begin, stop, text[begin:stop])

    def of_each(self, matches: Sequence[Numbers]) -> list[tuple[Hit, ...]]:
        """Return the evidence for several matches, as `listed` makes it of `of`."""
        if not matches:
            return []
        occurrences, ranks = self._occurrences, np.concatenate(matches)
        which, rows = spread(occurrences.starts.take(ranks), np.minimum(occurrences.sizes.take(ranks), MAX_HITS))
        match = np.arange(len(matches)).repeat([len(match) for match in matches]).take(which)
        once = np.zeros(len(occurrences.places), np.bool_)
        once[rows] = True
        places = once.nonzero()[0]
        # the evidence for these places, and a sort key for each
        starts, atoms = occurrences.places.take(places), occurrences.atom_at.take(places)
        lengths = self._lengths.take(atoms)
        ends = starts + lengths
        begins, stops = self._begins.take(starts), self._ends.take(ends - 1)
        hits = list(map(self._hit, atoms.tolist(), starts.tolist(), ends.tolist(), begins.tolist(), stops.tolist()))
        spans = starts << _START | lengths
        which = places.searchsorted(rows)
        keys = match << _MATCH | spans.take(which)
        order = keys.argsort()
        keys = keys.take(order)
        ordered = [hits[at] for at in which.take(order).tolist()]
        bounds = [0, *np.bincount(match).cumsum().tolist()]
        evidence = [tuple(ordered[start : min(end, start + MAX_HITS)]) for start, end in pairwise(bounds)]
        for twice in set((keys[1:][keys[1:] == keys[:-1]] >> _MATCH).tolist()):
            evidence[twice] = listed(chain.from_iterable(map(self.of, matches[twice].tolist())))
        return evidence


def listed(evidence: Iterable[Located]) -> tuple[Hit, ...]:
    """Return hits in order, at most MAX_HITS, one for each span.

    The closest term tells of a span.
    """
    hits: list[Hit] = []
    before_start = before_end = -1
    for start, end, hit in sorted(evidence):
        if start != before_start or end != before_end:
            if len(hits) == MAX_HITS:
                break
            hits.append(hit)
            before_start, before_end = start, end
        elif hit is not hits[-1]:
            quote = hits[-1].quote.casefold()
            hits[-1] = max(hits[-1], hit, key=lambda one: (one.term.casefold() == quote, len(one.term)))
    return tuple(hits)
