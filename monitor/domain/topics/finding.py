"""Where the terms of all topics stand in one article: words looked up, phrases and signs verified."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

from monitor.domain.topics.atoms import Atoms
from monitor.domain.topics.folding import fold, unsegmented
from monitor.domain.topics.layout import Layout
from monitor.domain.topics.lexicon import Lexicon
from monitor.domain.topics.sentences import phrase_goes_on
from monitor.domain.topics.spelling import words_of

_PLAIN_GAPS = frozenset({"", " ", "-", "\u00a0"})
"""What stands between the words of nearly every phrase."""


class Finding:
    """`here`: the atoms an article has. `topics`: those filed under one of them. Places are word numbers, in order."""

    def __init__(self, layout: Layout, lexicon: Lexicon, atoms: Atoms) -> None:
        self._layout = layout
        self._lexicon = lexicon
        self._atoms = atoms
        self._plain = layout.plain
        self.exactly: dict[tuple[int, int, int], tuple[int, int]] = {}
        """Places of which the term covers another part of the original than its words do."""
        self._numbers = lexicon.read(layout.plain)
        live = self._numbers.nonzero()[0]
        self._live = live.tolist()
        self._meant: list[int] = self._numbers[live].tolist()
        self._present = set(self._meant)
        self._at: dict[int, list[int]] = {}
        self._places: dict[int, list[int]] | None = None
        self.here: set[int] = set().union(*map(lexicon.atoms.__getitem__, self._present))
        self.topics: set[int] = set().union(*map(lexicon.topics.__getitem__, self._present))
        pairs = lexicon.pairs(live, self._numbers)
        if pairs:
            self._phrases(pairs)
        if not lexicon.unsure.isdisjoint(self._present):
            self._check()
        if atoms.regexes:
            self._search()
        if self._at:
            self.here.update(self._at)
            self.topics |= lexicon.filed_under(self._at)

    def at(self, atom: int) -> list[int]:
        """The words at which the places of an atom begin."""
        known = self._at.get(atom)
        if known is None:
            places = self.places()
            found = [places[meaning] for meaning in self._lexicon.holders[atom] & self._present]
            known = found[0] if len(found) == 1 else sorted(chain.from_iterable(found))
            self._at[atom] = known
        return known

    def places(self) -> dict[int, list[int]]:
        """Where each meaning stands."""
        if self._places is None:
            places = self._places = dict[int, list[int]]()
            for place, meaning in zip(self._live, self._meant, strict=True):
                if meaning in places:
                    places[meaning].append(place)
                else:
                    places[meaning] = [place]
        return self._places

    def length(self, atom: int) -> int:
        """How many words a place of this atom covers."""
        return len(self._atoms.parts[atom]) or 1

    def _phrases(self, pairs: Sequence[int]) -> None:
        """Note the phrases that have two neighbouring words at one of these places."""
        live, meant, counts = self._live, self._meant, self._lexicon.cells_of
        phrases_of, conditions_of = self._lexicon.phrases, self._lexicon.conditions
        found: dict[int, list[int]] = {}
        for index in pairs:
            phrases = phrases_of[meant[index]]
            for condition in conditions_of[meant[index + 1]]:
                for atom, place in phrases.get(condition, ()):
                    start = live[index] - place
                    if counts[atom] and self._stands(atom, start):
                        found.setdefault(atom, []).append(start)
        self._note(found)

    def _stands(self, atom: int, start: int) -> bool:
        """Whether all the words of a phrase stand there, and nothing that parts them."""
        parts = self._atoms.parts[atom]
        end = start + len(parts)
        if len(parts) > 2:
            if start < 0 or end > len(self._numbers):
                return False
            conditions_of = self._lexicon.conditions
            for part, number in zip(parts, self._numbers[start:end].tolist(), strict=True):
                if part not in conditions_of[number]:
                    return False
        return self._reads(atom, start, end)

    def _check(self) -> None:
        """Note the single words that the original text bears out."""
        places, found = self.places(), defaultdict[int, list[int]](list)
        for number in self._lexicon.unsure & self._present:
            for atom in self._lexicon.checked[number]:
                found[atom] += [at for at in places[number] if self._reads(atom, at, at + 1)]
        self._note(found)

    def _note(self, found: dict[int, list[int]]) -> None:
        self._at.update((atom, sorted(set(places))) for atom, places in found.items() if places)

    def _reads(self, atom: int, start: int, end: int) -> bool:
        """Whether the original text allows it: nothing that ends a phrase in between, its signs and case as asked."""
        text = self._plain.text
        begins, ends = self._plain.spans()
        for word in range(start + 1, end):
            gap = text[ends[word - 1] : begins[word]]
            if gap not in _PLAIN_GAPS:
                before, after = text[begins[word - 1] : ends[word - 1]], text[begins[word] : ends[word]]
                if not self._goes_on(gap, before, after):
                    return False
        check = self._atoms.checks.get(atom)
        if check is None:
            return True
        low, high = self._bounds(start)
        first, last = begins[start], ends[end - 1]
        if not check.holds(text[low:high], first - low, last - low):
            return False
        if check.before or check.after:
            self.exactly[start, end, atom] = first - check.before, last + check.after
        return True

    def _goes_on(self, gap: str, before: str, after: str) -> bool:
        one, other = words_of(before)[-1], words_of(after)[0]
        return phrase_goes_on(gap, fold(one), unsegmented(one[0]) and unsegmented(other[0]))

    def _bounds(self, word: int) -> tuple[int, int]:
        """Where the field of a word begins and ends in the text."""
        layout = self._layout
        return (0, len(layout.title)) if word < layout.title_end else (layout.text_at, len(self._plain.text))

    def _search(self) -> None:
        """Note the regular expressions."""
        found = defaultdict[int, list[int]](list)
        for word in (0, self._layout.title_end + 1):
            kept, origin = self._plain.kept(*self._bounds(word))
            for atom, regex in self._atoms.regexes.items():
                spans = [(origin.item(a), origin.item(b - 1) + 1) for a, b in regex.spans(kept)]
                found[atom] += [first for span in spans if (first := self._place(atom, span)) is not None]
        self._note(found)

    def _place(self, atom: int, span: tuple[int, int]) -> int | None:
        """The word at which a span of the text begins; one without any word is no place."""
        first, last = self._plain.covering(*span)
        if first == last:
            return None
        self.exactly.setdefault((first, first + 1, atom), span)
        return first
