"""Which atoms a token stands for, in articles of one language: worked out once for each token, then looked up."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from itertools import islice

from monitor.domain.topics.atoms import Atoms, Test
from monitor.domain.topics.folding import MANY, ONE, fold
from monitor.domain.topics.stems import stemming_language, stems

MOST_TOKENS = 100_000
"""Tokens remembered for one language before starting afresh."""


MOST_PRICED = 1_000
"""Terms of a cell whose price is looked at; larger cells are dear enough."""


Phrases = dict[int, list[tuple[int, int]]]
"""The test a neighbour must fulfil -> the terms, as (atom, place in it of the word they are looked up by)."""


class Entry:
    """What a token stands for.

    `atoms`: the terms it fulfils alone, and `cells` those of theirs that topics are filed under. `checked`: terms of
    this one word that the original text must bear out. `phrases`: terms of several words it may be part of, by the
    neighbour they must have. `tests`: all the conditions it fulfils.
    """

    __slots__ = ("atoms", "cells", "checked", "phrases", "tests")

    def __init__(
        self,
        atoms: tuple[int, ...],
        cells: tuple[int, ...],
        checked: tuple[int, ...],
        phrases: tuple[tuple[int, Phrases], ...],
        tests: tuple[int, ...],
    ) -> None:
        self.atoms = atoms
        self.cells = cells
        self.checked = checked
        self.phrases = phrases
        self.tests = tests


class Part(tuple[()]):
    """A token that is only ever a later part of terms found by another token: false, so that nobody stops at it."""

    tests: tuple[int, ...]


class Terms:
    """The atoms of a catalog, arranged by their tests; shared by the lexicons of all languages."""

    def __init__(self, atoms: Atoms) -> None:
        self.tests = list(atoms.tests)
        self.alone: list[int | None] = [None] * len(self.tests)
        self.checked: dict[int, list[int]] = defaultdict(list)
        self.phrases: dict[int, dict[int, Phrases]] = defaultdict(lambda: {1: {}, -1: {}})
        self.cells_of: list[tuple[int, ...]] = _memberships(atoms)
        self.tests_of = atoms.parts
        uses = _uses(atoms)
        for atom, parts in enumerate(atoms.parts):
            if len(parts) == 1 and atom not in atoms.checks:
                self.alone[parts[0]] = atom
            elif len(parts) == 1:
                self.checked[parts[0]].append(atom)
            elif parts:
                place = min(range(len(parts)), key=lambda i: (uses[parts[i]], -len(self.tests[parts[i]].token)))
                side = 1 if place + 1 < len(parts) else -1
                beside = self.phrases[parts[place]][side]
                beside.setdefault(parts[place + side], []).append((atom, place))
        self.exact: dict[str, list[int]] = defaultdict(list)
        self.prefix: dict[str, list[int]] = defaultdict(list)
        self.globs: list[tuple[int, str]] = []
        self.stemmed: list[int] = []
        for number, test in enumerate(self.tests):
            self._arrange(number, test)
        self.checked, self.phrases = dict(self.checked), dict(self.phrases)
        self.prefix_lengths = tuple(sorted(set(map(len, self.prefix))))

    def _arrange(self, number: int, test: Test) -> None:
        if test.kind == "exact":
            self.exact[test.token].append(number)
        elif test.kind == "prefix":
            self.prefix[test.token].append(number)
        elif test.kind == "glob":
            self.globs.append((number, test.token))
        else:
            self.stemmed.append(number)

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
    """How many terms each test is part of: the rarest part of a phrase is the one to look it up by."""
    uses = [0] * len(atoms.tests)
    for parts in atoms.parts:
        for part in parts:
            uses[part] += 1
    return uses


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> re.Pattern[str]:
    """A wildcard's pattern; tokens are short, and `*` and `?` alone cannot explode on them."""
    return re.compile("".join({MANY: ".*", ONE: "."}.get(c, re.escape(c)) for c in pattern))


class Lexicon(dict[str, Entry | Part | None]):
    """Token -> entry, or None for the many that mean nothing here; asks itself when it does not know yet."""

    def __init__(self, terms: Terms, atoms: Atoms, language: str | None, filed: Collection[int]) -> None:
        super().__init__()
        self.terms = terms
        self.filed = filed
        self.inactive = frozenset(number for number, cell in enumerate(atoms.cells) if not cell.active(language))
        self.cells_of = terms.cells_of
        if self.inactive:
            self.cells_of = [tuple(c for c in cells if c not in self.inactive) for cells in terms.cells_of]
        self.stems = self._stem_index(language)
        self._entries: dict[tuple[int, ...], Entry | Part | None] = {(): None}

    def _wanted(self) -> set[int]:
        """The tests that belong to an atom that counts for this language."""
        return {test for atom, cells in enumerate(self.cells_of) if cells for test in self.terms.tests_of[atom]}

    def _stem_index(self, language: str | None) -> dict[str, dict[str, list[int]]]:
        wanted = self._wanted()
        index: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number in self.terms.stemmed:
            if number in wanted:
                test = self.terms.tests[number]
                rules = test.language or stemming_language(test.token, language)
                for stem in stems(rules, test.token, fold(test.token)):
                    index[rules][stem].append(number)
        return {rules: dict(found) for rules, found in index.items()}

    def __missing__(self, token: str) -> Entry | Part | None:
        if len(self) >= MOST_TOKENS:
            self.clear()
        entry = self[token] = self._entry(self._tests(token))
        return entry

    def _tests(self, token: str) -> tuple[int, ...]:
        terms = self.terms
        folded = fold(token)
        found = list(terms.exact.get(folded, ()))
        for rules, index in self.stems.items():
            for stem in stems(rules, token, folded):
                if stem in index:
                    found += index[stem]
        for length in terms.prefix_lengths:
            prefixed = terms.prefix.get(folded[:length])
            if prefixed and len(folded) >= length:
                found += prefixed
        found += [number for number, pattern in terms.globs if _glob(pattern).fullmatch(folded)]
        return tuple(sorted(set(found)))

    def filed_cells(self, atom: int) -> list[int]:
        """The cells of an atom that topics are filed under."""
        return [cell for cell in self.cells_of[atom] if cell in self.filed]

    def _entry(self, tests: tuple[int, ...]) -> Entry | Part | None:
        if tests in self._entries:
            return self._entries[tests]
        alone = (self.terms.alone[test] for test in tests)
        atoms = tuple(atom for atom in alone if atom is not None and self.cells_of[atom])
        checked = tuple(atom for test in tests for atom in self.terms.checked.get(test, ()) if self.cells_of[atom])
        sides = (self.terms.phrases[test].items() for test in tests if test in self.terms.phrases)
        phrases = tuple((side, beside) for both in sides for side, beside in both if beside)
        if not atoms and not checked and not phrases:
            part = self._entries[tests] = Part()
            part.tests = tests
            return part
        cells = tuple({cell for atom in atoms for cell in self.filed_cells(atom)})
        entry = self._entries[tests] = Entry(atoms, cells, checked, phrases, tests)
        return entry
