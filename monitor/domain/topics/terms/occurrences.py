"""Find the terms of all topics in an article; verify phrases and signs."""

import numpy as np

from monitor.domain.topics.terms.layout import Layout
from monitor.domain.topics.terms.lexicon import Lexicon
from monitor.domain.topics.terms.ragged import Numbers
from monitor.domain.topics.terms.terms import Atoms
from monitor.domain.topics.text.folding import fold, unsegmented
from monitor.domain.topics.text.sentences import phrase_goes_on

_PLAIN_GAPS = frozenset({"", " ", "-", "\u00a0"})
"""What stands between the words of nearly every phrase."""
_HALF = 32
"""While they are sorted, an atom and a place of it are one number; the place has the lower half of the bits."""
_LOWER = (1 << _HALF) - 1
_BEFORE_ALL, _AFTER_ALL = np.array([[-1], [1 << 62]], np.int64)


class Occurrences:
    """Hold the atoms that an article has, in order, with the words they begin at.

    `atoms[i]` has `sizes[i]` places, from `places[starts[i]]` on; `atom_at` tells of each place which atom's it is.
    `topics`: those filed under one of the atoms, in no order, some several times.
    """

    def __init__(self, layout: Layout, lexicon: Lexicon, atoms: Atoms) -> None:
        self._layout = layout
        self._lexicon = lexicon
        self._atoms = atoms
        self._plain = layout.plain
        self.exactly: dict[tuple[int, int, int], tuple[int, int]] = {}
        """Places of which the term covers another part of the original than its words do."""
        self._numbers = numbers = lexicon.read(layout.plain)
        self._verified: set[tuple[int, int]] = set()
        self._verify()
        words = numbers.nonzero()[0]
        meanings = numbers.take(words)
        which, alone = lexicon.atoms.of(meanings)
        alone <<= _HALF
        alone |= words.take(which)
        verified = np.array([atom << _HALF | place for atom, place in self._verified], np.int64)
        places = np.concatenate([_BEFORE_ALL, alone, verified, _AFTER_ALL])
        places.sort()
        found = places >> _HALF
        bounds = (found[1:] != found[:-1]).nonzero()[0]
        self.starts: Numbers = bounds[:-1]
        self.sizes: Numbers = bounds[1:] - bounds[:-1]
        self.places: Numbers = places[1:-1] & _LOWER
        self.atom_at: Numbers = found[1:-1]
        self.atoms: Numbers = self.atom_at.take(self.starts)
        self.topics: Numbers = lexicon.topics.of(meanings)[1]
        if self._verified:
            more = lexicon.filed_under({atom for atom, _ in self._verified})
            self.topics = np.concatenate([self.topics, np.fromiter(more, np.int64, len(more))])

    def at(self, rank: int) -> list[int]:
        """Return the places of `atoms[rank]`."""
        start = self.starts.item(rank)
        found: list[int] = self.places[start : start + self.sizes.item(rank)].tolist()
        return found

    def among(self, atoms: Numbers) -> tuple[Numbers, Numbers]:
        """Return which of these atoms the article has, and their positions in `atoms`."""
        known = np.zeros(len(self._atoms.parts), np.int32)
        known[self.atoms] = np.arange(1, len(self.atoms) + 1)
        ranks = known.take(atoms)
        here = ranks.nonzero()[0]
        return here, ranks.take(here).astype(np.int64) - 1

    def _verify(self) -> None:
        """Find what has to be compared with the original."""
        lexicon, numbers = self._lexicon, self._numbers
        pairs = (lexicon.leads.take(numbers[:-1]) & lexicon.follows.take(numbers[1:])).nonzero()[0]
        if len(pairs):
            self._phrases(pairs)
        # single words that the original text must bear out
        unsure = lexicon.unsure.take(numbers).nonzero()[0] if lexicon.index.checked else numbers[:0]
        for word, number in zip(unsure.tolist(), numbers.take(unsure).tolist(), strict=True):
            for atom in lexicon.checked[number]:
                if self._reads(atom, word, word + 1):
                    self._verified.add((atom, word))
        if self._atoms.regexes:
            self._search()

    def _phrases(self, pairs: Numbers) -> None:
        """Note the phrases that have two neighbouring words at one of these places."""
        counts, phrases_of, conditions_of = self._lexicon.cells_of, self._lexicon.phrases, self._lexicon.conditions
        firsts, seconds = self._numbers.take(pairs).tolist(), self._numbers.take(pairs + 1).tolist()
        for word, first, second in zip(pairs.tolist(), firsts, seconds, strict=True):
            phrases = phrases_of[first]
            for condition in conditions_of[second]:
                for atom, place in phrases.get(condition, ()):
                    start = word - place
                    if counts[atom] and self._stands(atom, start):
                        self._verified.add((atom, start))

    def _stands(self, atom: int, start: int) -> bool:
        """Tell whether all words of a phrase stand there, with nothing that parts them."""
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

    def _reads(self, atom: int, start: int, end: int) -> bool:
        """Tell whether the original text bears out the words, signs and case of a term."""
        text = self._plain.text
        begins, ends = self._plain.located()
        check = self._atoms.checks.get(atom)
        for word in range(start + 1, end):
            low, high = ends.item(word - 1), begins.item(word)
            gap, parted = text[low:high], False
            if gap not in _PLAIN_GAPS:
                one, other = self._plain.word(word - 1), self._plain.word(word)
                parted = not phrase_goes_on(gap, fold(one), unsegmented(one[0]) and unsegmented(other[0]))
            if parted if check is None else not check.goes_on(word - start - 1, gap, parted):
                return False
        if check is None:
            return True
        low, high = self._bounds(start)
        first, last = begins.item(start), ends.item(end - 1)
        span = check.span(text[low:high], first - low, last - low)
        if span is None:
            return False
        if check.before or check.after:
            self.exactly[start, end, atom] = low + span[0], low + span[1]
        return True

    def _bounds(self, word: int) -> tuple[int, int]:
        """Return where the field of a word begins and ends in the text."""
        layout = self._layout
        return (0, len(layout.title)) if word < layout.title_end else (layout.text_at, len(self._plain.text))

    def _search(self) -> None:
        """Note the regular expressions."""
        for word in (0, self._layout.title_end + 1):
            kept, origin = self._plain.kept(*self._bounds(word))
            for atom, regex in self._atoms.regexes.items():
                for start, end in regex.spans(kept):
                    span = origin.item(start), origin.item(end - 1) + 1
                    first, last = self._plain.covering(*span)
                    if first != last:  # it touches a word
                        self.exactly.setdefault((first, first + 1, atom), span)
                        self._verified.add((atom, first))
