"""Index the terms of a catalog by the conditions on their words.

The lexicons of all languages share one index.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice

import numpy as np

from monitor.domain.topics.terms.ragged import Numbers
from monitor.domain.topics.terms.terms import Atoms
from monitor.domain.topics.text.folding import MANY, ONE

MOST_PRICED = 1_000
"""Terms of a cell whose price is looked at; larger cells are dear enough."""
_GRAM = 3
"""Letters in a row by which wildcards are looked up."""


class TermIndex:
    """Tell which conditions a word fulfils, and which terms to think of then."""

    def __init__(self, atoms: Atoms) -> None:
        self.tests = list(atoms.tests)
        self.parts = atoms.parts
        self.alone: list[int | None] = [None] * len(self.tests)
        self.checked: dict[int, list[int]] = {}
        self.phrases: dict[int, dict[int, list[tuple[int, int]]]] = {}
        self.following: set[int] = set()
        """The conditions on the second word of a pair that phrases are looked up by."""
        self.lengths: Numbers = np.fromiter((len(parts) or 1 for parts in atoms.parts), np.int64, len(atoms.parts))
        """How many words a place of each atom covers."""
        self.cells_of = _memberships(atoms)
        # How many terms each condition is part of.
        counted = Counter(chain.from_iterable(atoms.parts))
        uses = [counted[test] for test in range(len(atoms.tests))]
        for atom, parts in enumerate(atoms.parts):
            if len(parts) > 1:
                self._file(atom, parts, uses)
            elif parts and atom in atoms.checks:
                self.checked.setdefault(parts[0], []).append(atom)
            elif parts:
                self.alone[parts[0]] = atom
        self._exact: dict[str, int] = {}
        self._prefix: dict[str, int] = {}
        self._globs: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.stemmed: list[int] = []
        for number, (kind, token, _) in enumerate(self.tests):
            if kind == "stem":
                self.stemmed.append(number)
            elif kind == "exact":
                self._exact[token] = number
            elif kind == "prefix":
                self._prefix[token] = number
            else:
                self._globs[_telling(token)].append((number, token))
        self._lengths_after: dict[str, tuple[int, ...]] = {}
        """The lengths of the prefixes that begin with these two letters; none is shorter."""
        for start, length in sorted({(prefix[:2], len(prefix)) for prefix in self._prefix}):
            self._lengths_after[start] = (*self._lengths_after.get(start, ()), length)

    def _file(self, atom: int, parts: tuple[int, ...], uses: list[int]) -> None:
        """File a phrase under its rarest two neighbouring words."""
        place = 0
        if len(parts) > 2:
            place = min(range(len(parts) - 1), key=lambda at: uses[parts[at]] * uses[parts[at + 1]])
        first, second = parts[place : place + 2]
        self.phrases.setdefault(first, {}).setdefault(second, []).append((atom, place))
        self.following.add(second)

    def spelled(self, words: Sequence[str]) -> list[list[int]]:
        """Return the conditions that each word without diacritics fulfils by its letters."""
        exact, prefix, lengths_after = self._exact, self._prefix, self._lengths_after
        found = [[exact[word]] if word in exact else [] for word in words]
        for word, fulfilled in zip(words, found, strict=True):
            for length in lengths_after.get(word[:2], ()):
                if word[:length] in prefix:
                    fulfilled.append(prefix[word[:length]])
            if self._globs:
                fulfilled += self._by_glob(word)
        return found

    def _by_glob(self, word: str) -> Iterator[int]:
        grams = {word[:2], *(word[at : at + _GRAM] for at in range(len(word) - _GRAM + 1))}
        for number, pattern in {glob for gram in grams for glob in self._globs.get(gram, ())}:
            if _glob(pattern).fullmatch(word):
                yield number

    def prices(self, atoms: Atoms) -> Callable[[Iterable[int]], float]:
        """Guess how many articles have a term of some cells.

        A topic is filed under its cheapest clause. Nothing is known of the articles, but terms that many topics ask for
        are usually common, and phrases are rare.

        Nothing is known of the articles, but what many topics ask for is usually common, and phrases are rare.
        """
        cells_of, parts = self.cells_of, atoms.parts
        prices = [
            sum(len(cells_of[atom]) / len(parts[atom] or (0,)) ** 2 for atom in islice(cell.members, MOST_PRICED))
            for cell in atoms.cells
        ]
        return lambda cells: sum(prices[cell] for cell in cells)


def _memberships(atoms: Atoms) -> list[tuple[int, ...]]:
    cells_of: list[list[int]] = [[] for _ in atoms.labels]
    for number, cell in enumerate(atoms.cells):
        for atom in cell.members:
            cells_of[atom].append(number)
    return [tuple(cells) for cells in cells_of]


def _telling(pattern: str) -> str:
    """Return letters that every word fulfilling a wildcard has.

    The first of its longest run, or the two it begins with.
    """
    runs = re.split(f"[{MANY}{ONE}]+", pattern)
    longest = max(runs, key=len)
    return longest[:_GRAM] if len(longest) >= _GRAM else runs[0][:2]


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> re.Pattern[str]:
    """Return a wildcard's pattern; words are short, so `*` and `?` cannot explode."""
    return re.compile("".join({MANY: ".*", ONE: "."}.get(c, re.escape(c)) for c in pattern))
