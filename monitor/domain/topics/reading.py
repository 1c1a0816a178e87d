"""One document as the queries see it: which terms stand where, in which field and sentence."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate, chain, compress
from typing import NamedTuple

from monitor.domain.topics.atoms import Atoms
from monitor.domain.topics.folding import fold, unsegmented
from monitor.domain.topics.lexicon import Entry, Lexicon, Part, Phrases
from monitor.domain.topics.plain import Plain
from monitor.domain.topics.sentences import phrase_goes_on, sentence_starts
from monitor.domain.topics.syntax import Place
from monitor.domain.topics.values import Document, Field, Hit

MAX_HITS = 100
"""Hits listed for one match."""
LEAD_SENTENCES = 3
LEAD_CHARACTERS = 700
"""The lead is the title and the first sentences of the text, no further than this."""
TITLE_COUNTS, LEAD_COUNTS = 3, 2
"""A place in the title, or elsewhere in the lead, counts this many times one further down."""
MAX_CHARACTERS = 300_000
"""What is read of a field; the rest is left out, and `Matches.doubts` says so."""


_PLAIN_GAPS = frozenset({"", " ", "-", "\u00a0"})
"""What stands between the words of nearly every phrase."""


class Spot(NamedTuple):
    """A place of a term: tokens start..end (exclusive), its atom, and what it counts."""

    start: int
    end: int
    atom: int
    weight: float = 1.0


class Reading:
    """A document with every term of every topic found. Tokens are numbered through title, a separator, and text."""

    def __init__(self, document: Document, language: str | None, lexicon: Lexicon, atoms: Atoms) -> None:
        self.document = document
        self.language = language
        self.atoms = atoms
        self.title = Plain(document.title[:MAX_CHARACTERS])
        self.text = Plain(document.text[:MAX_CHARACTERS])
        self.title_end = len(self.title.tokens)
        self.size = self.title_end + len(self.text.tokens)
        self.at: dict[int, list[int]] = {}
        self.filed: set[int] = set()
        self.exactly: dict[tuple[int, int, int], tuple[int, int]] = {}
        self.memo: dict[int, list[Spot]] = {}
        self._lexicon = lexicon
        self._has: dict[int, bool] = {}
        self._found: dict[int, list[int]] = {}
        self._worth: dict[int, int] = {}
        self._at_places: dict[int, list[tuple[int, int, int]]] = {}
        self._lead_end: int | None = None
        self._sentences: list[int] | None = None
        self._units: list[int] | None = None
        self._hits: dict[tuple[int, int, int], Hit] = {}
        look = lexicon.__getitem__
        self._find([*map(look, self.title.tokens), None, *map(look, self.text.tokens), None])
        if atoms.regexes:
            self._search()
        self.here = set(self.at)

    def _find(self, entries: list[Entry | Part | None]) -> None:
        """Note every atom's places, lone tokens first, then what must be verified around them."""
        places: dict[Entry, list[int]] = defaultdict(list)
        for position in compress(range(len(entries)), entries):
            places[entries[position]].append(position)  # type: ignore[index]
        at, unsure = self.at, []
        for entry, positions in places.items():
            for atom in entry.atoms:
                at[atom] = sorted(at[atom] + positions) if atom in at else positions
            if entry.cells:
                self.filed.update(entry.cells)
            if entry.phrases or entry.checked:
                unsure.append((entry, positions))
        for entry, positions in unsure:
            for side, beside in entry.phrases:
                self._phrases(side, beside, positions, entries)
            for atom in entry.checked:
                found = [position for position in positions if self._reads(atom, position, position + 1)]
                if found:
                    self._add(atom, found)

    def _phrases(self, side: int, beside: Phrases, positions: list[int], entries: list[Entry | Part | None]) -> None:
        """Note the phrases that have one of their words at these positions, and the next one on that side of it."""
        found: dict[int, list[int]] = {}
        for position in positions:
            neighbour = entries[position + side]
            if neighbour is None:
                continue
            for test in neighbour.tests:
                for atom, place in beside.get(test, ()):
                    start = position - place
                    if self._stands(atom, start, entries):
                        found.setdefault(atom, []).append(start)
        for atom, starts in found.items():
            self._add(atom, starts)

    def _stands(self, atom: int, start: int, entries: list[Entry | Part | None]) -> bool:
        """Whether all the words of a phrase stand there, and nothing that parts them."""
        parts = self.atoms.parts[atom]
        if start < 0 or start + len(parts) > len(entries):
            return False
        if len(parts) > 2:
            for part, entry in zip(parts, entries[start : start + len(parts)], strict=True):
                if entry is None or part not in entry.tests:
                    return False
        return self._reads(atom, start, start + len(parts))

    def _add(self, atom: int, starts: list[int]) -> None:
        known = self.at.get(atom)
        self.at[atom] = starts if known is None else sorted({*known, *starts})
        self.filed.update(self._lexicon.filed_cells(atom))

    def has(self, cells: Iterable[int]) -> bool:
        """Whether the document has an atom of any of these cells, in a list that counts for its language."""
        known = self._has
        for cell in cells:
            here = known.get(cell)
            if here is None:
                members, found = self.atoms.cells[cell].members, self.here
                few = len(members) < len(found)
                apart = found.isdisjoint(members) if few else members.keys().isdisjoint(found)
                here = known[cell] = not apart and cell not in self._lexicon.inactive
            if here:
                return True
        return False

    def found(self, cell: int) -> list[int]:
        """The atoms of a cell that the document has."""
        found = self._found.get(cell)
        if found is None:
            members, here = self.atoms.cells[cell].members, self.here
            if cell in self._lexicon.inactive:
                found = []
            elif len(members) <= len(here):
                found = [atom for atom in members if atom in here]
            else:
                found = [atom for atom in self.at if atom in members]
            self._found[cell] = found
        return found

    def _reads(self, atom: int, start: int, end: int) -> bool:
        """Whether the original text allows it: nothing that ends a phrase in between, its signs and case as asked."""
        plain, shift = self._field(start)
        first, last = start - shift, end - shift
        text, tokens = plain.text, plain.tokens
        start, end = plain.span(first)
        for i in range(first + 1, last):
            next_start, next_end = plain.span(i)
            gap = text[end:next_start]
            if gap not in _PLAIN_GAPS:
                joined = unsegmented(tokens[i - 1][0]) and unsegmented(tokens[i][0])
                if not phrase_goes_on(gap, fold(tokens[i - 1]), joined):
                    return False
            end = next_end
        check = self.atoms.checks.get(atom)
        if check is None:
            return True
        if check.before or check.after:
            place = (first + shift, last + shift, atom)
            self.exactly[place] = (plain.span(first)[0] - check.before, end + check.after)
        return check.holds(text, plain.span(first)[0], end)

    def _search(self) -> None:
        """Find the regular expressions."""
        for plain, shift in ((self.title, 0), (self.text, self.title_end + 1)):
            kept, origin = plain.kept()
            for atom, regex in self.atoms.regexes.items():
                spans = regex.spans(kept)
                found = [self._place(atom, int(origin[a]), int(origin[b - 1]) + 1, plain, shift) for a, b in spans]
                starts = sorted({start for start in found if start is not None})
                if starts:
                    self._add(atom, starts)

    def _place(self, atom: int, start: int, end: int, plain: Plain, shift: int) -> int | None:
        """The token at which a span of the original text begins; one without any word is no place."""
        first, last = plain.covering(start, end)
        if first == last:
            return None
        self.exactly.setdefault((first + shift, first + shift + 1, atom), (start, end))
        return first + shift

    def _field(self, token: int) -> tuple[Plain, int]:
        """The field a token stands in, and the number of that field's first token."""
        return (self.title, 0) if token < self.title_end else (self.text, self.title_end + 1)

    def length(self, atom: int) -> int:
        """How many tokens a place of this atom covers."""
        return len(self.atoms.parts[atom]) or 1

    def spots(self, cell: int) -> list[Spot]:
        """The places of a cell, in order."""
        members = self.atoms.cells[cell].members
        spots = [
            Spot(position, position + self.length(atom), atom, members[atom])
            for atom in self.found(cell)
            for position in self.at[atom]
        ]
        spots.sort()
        return spots

    def mass(self, cell: int) -> float:
        """The places of a cell added up: weight x (title 3, lead 2, further down 1)."""
        members, worth, total = self.atoms.cells[cell].members, self._worth, 0.0
        for atom in self.found(cell):
            count = worth.get(atom)
            if count is None:
                positions = self.at[atom]
                count = len(positions)
                if positions[0] < self.lead_end:
                    count += bisect_left(positions, self.lead_end) + bisect_left(positions, self.title_end)
                worth[atom] = count
            total += count * members[atom]
        return total

    def places(self, atom: int) -> list[tuple[int, int, int]]:
        """The places of an atom as (first token, last + 1, atom); those beyond the most that are listed left out."""
        places = self._at_places.get(atom)
        if places is None:
            length = self.length(atom)
            places = self._at_places[atom] = [(at, at + length, atom) for at in self.at[atom][:MAX_HITS]]
        return places

    def evidence(self, places: Iterable[tuple[int, int, int]]) -> tuple[Hit, ...]:
        """The hits at these places, in order, at most MAX_HITS; one for each span, told by its closest term."""
        hits: list[Hit] = []
        before, labels = (-1, -1), self.atoms.labels
        for place in sorted(places):
            if place[:2] != before:
                if len(hits) == MAX_HITS:
                    break
                hits.append(self.hit(*place))
                before = place[:2]
            elif _closer(labels[place[2]], hits[-1]):
                hits[-1] = self.hit(*place)
        return tuple(hits)

    def counts(self, spot: Spot) -> float:
        """What one place adds to the mass."""
        times = TITLE_COUNTS if spot.start < self.title_end else LEAD_COUNTS if spot.start < self.lead_end else 1
        return times * spot.weight

    @property
    def lead_end(self) -> int:
        """The first token after the lead."""
        if self._lead_end is None:
            text = self.text.text[:LEAD_CHARACTERS]
            starts = sentence_starts(text, LEAD_SENTENCES + 1)
            if len(starts) > LEAD_SENTENCES:
                text = text[: starts[LEAD_SENTENCES]]
            self._lead_end = self.title_end + 1 + self.text.before(len(text))
        return self._lead_end

    def inside(self, spot: Spot, place: Place) -> bool:
        """Whether a place lies in that part of the article."""
        if place is Place.TITLE:
            return spot.start < self.title_end
        return spot.start < self.lead_end if place is Place.LEAD else spot.start > self.title_end

    def sentence(self, token: int) -> int:
        """The number of the sentence a token stands in, those of the title first."""
        if self._sentences is None:
            shift = self.title_end + 1
            begins = (self.text.covering(at, at)[0] + shift for at in sentence_starts(self.text.text))
            titles = (self.title.covering(at, at)[0] for at in sentence_starts(self.title.text))
            self._sentences = sorted({*titles, *begins})
        return bisect_right(self._sentences, token)

    def apart(self, left: Spot, right: Spot) -> float | None:
        """Words between two places, `left` before `right`; None across fields or when they overlap.

        A character of an unsegmented script is half a word.
        """
        if left.end > right.start or (left.start < self.title_end) != (right.start < self.title_end):
            return None
        units = self.units
        return (units[right.start] - units[left.end]) / 2

    @property
    def units(self) -> list[int]:
        """Half-words before each token."""
        if self._units is None:
            tokens = chain(self.title.tokens, " ", self.text.tokens)
            sizes = [1 if unsegmented(token[0]) else 2 for token in tokens]
            self._units = [0, *accumulate(sizes)]
        return self._units

    def hit(self, start: int, end: int, atom: int) -> Hit:
        """The evidence for a place, quoting the original."""
        key = (start, end, atom)
        hit = self._hits.get(key)
        if hit is None:
            hit = self._hits[key] = self._quote(key)
        return hit

    def _quote(self, key: tuple[int, int, int]) -> Hit:
        start, end, atom = key
        plain, shift = self._field(start)
        first, last = self.exactly.get(key) or (plain.span(start - shift)[0], plain.span(end - 1 - shift)[1])
        return Hit(
            term=self.atoms.labels[atom],
            field=Field.TITLE if shift == 0 and start < self.title_end else Field.TEXT,
            start=first,
            end=last,
            quote=plain.text[first:last],
        )


def _closer(term: str, hit: Hit) -> bool:
    """Whether a term tells of a hit's place better than the one it has: it reads like the quote, or is longer."""
    quote = hit.quote.casefold()
    return (term.casefold() == quote, len(term)) > (hit.term.casefold() == quote, len(hit.term))
