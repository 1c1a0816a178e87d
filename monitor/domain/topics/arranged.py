"""The terms of a catalog, arranged by the conditions on their words; shared by the lexicons of all languages."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice, pairwise

import numpy as np

from monitor.domain.topics.atoms import Atoms, Test
from monitor.domain.topics.folding import MANY, ONE
from monitor.domain.topics.runs import Numbers

MOST_PRICED = 1_000
"""Terms of a cell whose price is looked at; larger cells are dear enough."""
_GRAM = 3
"""Letters in a row by which wildcards are looked up."""


class Arranged:
    """Which terms to think of when a word fulfils a condition, and the look-ups that tell which ones it fulfils."""

    def __init__(self, atoms: Atoms) -> None:
        self.tests = list(atoms.tests)
        self.parts = atoms.parts
        self.alone: list[int | None] = [None] * len(self.tests)
        self.checked: dict[int, list[int]] = {}
        self.phrases: dict[int, dict[int, list[tuple[int, int]]]] = {}
        self.following: set[int] = set()
        """The conditions on the second word of a pair that phrases are looked up by."""
        self.lengths: Numbers = np.fromiter(map(atoms.length, range(len(atoms.parts))), np.int64, len(atoms.parts))
        """How many words a place of each atom covers."""
        self.cells_of = _memberships(atoms)
        uses = _uses(atoms)
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
        for number, test in enumerate(self.tests):
            self._arrange(number, test)
        self._prefix_lengths = tuple(sorted(set(map(len, self._prefix))))

    def _file(self, atom: int, parts: tuple[int, ...], uses: list[int]) -> None:
        """Note a phrase under its rarest two neighbouring words, so that it is not thought of at each of its words."""
        pairs = list(pairwise(parts))
        place = min(range(len(pairs)), key=lambda at: uses[pairs[at][0]] * uses[pairs[at][1]])
        first, second = pairs[place]
        self.phrases.setdefault(first, {}).setdefault(second, []).append((atom, place))
        self.following.add(second)

    def _arrange(self, number: int, test: Test) -> None:
        if test.kind == "exact":
            self._exact[test.token] = number
        elif test.kind == "prefix":
            self._prefix[test.token] = number
        elif test.kind == "glob":
            self._globs[_telling(test.token)].append((number, test.token))
        else:
            self.stemmed.append(number)

    def spelled(self, word: str) -> list[int]:
        """The conditions that a word without diacritics fulfils by its letters."""
        exact = self._exact.get(word)
        found = [] if exact is None else [exact]
        for length in self._prefix_lengths:
            if length > len(word):
                break
            prefixed = self._prefix.get(word[:length])
            if prefixed is not None:
                found.append(prefixed)
        if self._globs:
            grams = {word[:2], *(word[at : at + _GRAM] for at in range(len(word) - _GRAM + 1))}
            for number, pattern in {glob for gram in grams for glob in self._globs.get(gram, ())}:
                if _glob(pattern).fullmatch(word):
                    found.append(number)
        return found

    def prices(self, atoms: Atoms) -> Callable[[Iterable[int]], float]:
        """A guess at how many articles have a term of one of these cells; a topic is filed under its cheapest clause.

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


def _uses(atoms: Atoms) -> list[int]:
    """How many terms each condition is part of."""
    uses = [0] * len(atoms.tests)
    for parts in atoms.parts:
        for part in parts:
            uses[part] += 1
    return uses


def _telling(pattern: str) -> str:
    """Letters that every word fulfilling a wildcard has: the first of its longest run, or the two it begins with."""
    runs = re.split(f"[{MANY}{ONE}]+", pattern)
    longest = max(runs, key=len)
    return longest[:_GRAM] if len(longest) >= _GRAM else runs[0][:2]


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> re.Pattern[str]:
    """A wildcard's pattern; words are short, and `*` and `?` alone cannot explode on them."""
    return re.compile("".join({MANY: ".*", ONE: "."}.get(c, re.escape(c)) for c in pattern))
