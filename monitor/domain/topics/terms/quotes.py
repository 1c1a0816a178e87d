"""Quote the original at the places of terms."""

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

import numpy as np

from monitor.domain.topics.terms.layout import Layout
from monitor.domain.topics.terms.occurrences import Occurrences
from monitor.domain.topics.terms.ragged import Numbers, spread
from monitor.domain.topics.values import Document, Field, Hit

MAX_HITS = 100
"""Hits listed for one match."""

Located = tuple[int, int, Hit]
"""Evidence and where it stands: words start..end (exclusive)."""

_START, _MATCH = 8, 40
"""While evidence is sorted, match, start and length are one number; these are the bits below the first two."""


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
        hits, spans = self._hits(places)
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

    def _hits(self, rows: Numbers) -> tuple[list[Hit], Numbers]:
        """Return the evidence for some of `Occurrences.places`, and a sort key for each."""
        starts, atoms = self._occurrences.places.take(rows), self._occurrences.atom_at.take(rows)
        lengths = self._lengths.take(atoms)
        ends = starts + lengths
        begins, stops = self._begins.take(starts), self._ends.take(ends - 1)
        told = map(self._hit, atoms.tolist(), starts.tolist(), ends.tolist(), begins.tolist(), stops.tolist())
        return list(told), starts << _START | lengths


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
        elif hit is not hits[-1] and _closer(hit.term, hits[-1]):
            hits[-1] = hit
    return tuple(hits)


def _closer(term: str, hit: Hit) -> bool:
    """Tell whether a term describes a hit's place better than the one it has."""
    quote = hit.quote.casefold()
    return (term.casefold() == quote, len(term)) > (hit.term.casefold() == quote, len(hit.term))
