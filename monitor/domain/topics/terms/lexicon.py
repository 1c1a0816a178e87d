"""Work out once what each word of a language means to the topics.

The terms of a catalog are indexed by the conditions on their words; the lexicons of all languages share one index.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import chain, islice
from operator import or_

import numpy as np

from monitor.domain.topics.terms.hash_table import HashTable
from monitor.domain.topics.terms.ragged import Numbers, RaggedLists, room
from monitor.domain.topics.terms.terms import Atoms
from monitor.domain.topics.text.folding import MANY, ONE, folded
from monitor.domain.topics.text.stems import script_of, stemming_language, stems
from monitor.domain.topics.text.tokens import PlainText

MOST_WORDS = 100_000
"""Words remembered for one language before starting afresh."""
MOST_PRICED = 1_000
"""Terms of a cell whose price is looked at; larger cells are dear enough."""
_GRAM = 3
"""Letters in a row by which wildcards are looked up."""

Phrases = Mapping[int, Sequence[tuple[int, int]]]
"""The condition that the next word must fulfil -> terms of several words, each with the place of this word in it."""


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
        cells_of: list[list[int]] = [[] for _ in atoms.labels]
        for number, cell in enumerate(atoms.cells):
            for atom in cell.members:
                cells_of[atom].append(number)
        self.cells_of: list[tuple[int, ...]] = list(map(tuple, cells_of))
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
                grams = {word[:2], *(word[at : at + _GRAM] for at in range(len(word) - _GRAM + 1))}
                near = {glob for gram in grams for glob in self._globs.get(gram, ())}
                fulfilled += [number for number, pattern in near if _glob(pattern).fullmatch(word)]
        return found

    def prices(self, atoms: Atoms) -> Callable[[Iterable[int]], float]:
        """Guess how many articles have a term of some cells.

        A topic is filed under its cheapest clause. Nothing is known of the articles, but terms that many topics ask for
        are usually common, and phrases are rare.
        """
        cells_of, parts = self.cells_of, atoms.parts
        prices = [
            sum(len(cells_of[atom]) / len(parts[atom] or (0,)) ** 2 for atom in islice(cell.members, MOST_PRICED))
            for cell in atoms.cells
        ]
        return lambda cells: sum(prices[cell] for cell in cells)


class Lexicon:
    """Map words to meanings by number, 0 for the many without one.

    `conditions` it fulfils. `checked`: terms of this one word that the original text must bear out. `phrases`: terms of
    several words that it and the next word may belong to. `atoms`: the terms it fulfils alone. `topics` filed under
    those. `leads` and `follows`: sets of 64 kinds of conditions, those the next word must fulfil for a phrase to be
    looked at, and those that it fulfils. `unsure`: whether it has terms to be checked.
    """

    def __init__(
        self, index: TermIndex, atoms: Atoms, language: str | None, filed: Mapping[int, tuple[int, ...]]
    ) -> None:
        self.index = index
        self.filed = filed
        self.inactive = frozenset(number for number, cell in enumerate(atoms.cells) if not cell.active(language))
        self.cells_of: Sequence[tuple[int, ...]] = index.cells_of
        if self.inactive:
            self.cells_of = [tuple(c for c in cells if c not in self.inactive) for cells in index.cells_of]
        self.stems = self._stem_index(language)
        self._words = HashTable()
        self._forget()

    def _forget(self) -> None:
        self._words.forget()
        self._numbers: dict[tuple[int, ...], int] = {}
        self.conditions: list[tuple[int, ...]] = []
        self.checked: list[tuple[int, ...]] = []
        self.phrases: list[Phrases] = []
        self.atoms, self.topics = RaggedLists(), RaggedLists()
        self.leads, self.follows, self.unsure = np.zeros((3, 1 << 10), np.uint64)
        self._add([()])

    def _stem_index(self, language: str | None) -> dict[str, dict[str, dict[str, list[int]]]]:
        """Return script -> rules -> stem -> conditions, for atoms of this language only."""
        wanted = {part for atom, cells in enumerate(self.cells_of) if cells for part in self.index.parts[atom]}
        by_rules: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number in self.index.stemmed:
            if number in wanted:
                test = self.index.tests[number]
                by_rules[script_of(test.token), test.language or stemming_language(test.token, language)].append(number)
        by_script: dict[str, dict[str, dict[str, list[int]]]] = defaultdict(dict)
        for (script, rules), numbers in by_rules.items():
            found = defaultdict[str, list[int]](list)
            for number, forms in zip(numbers, stems(rules, [self.index.tests[n].token for n in numbers]), strict=True):
                for stem in forms:
                    found[stem].append(number)
            by_script[script][rules] = dict(found)
        return dict(by_script)

    def read(self, plain: PlainText) -> Numbers:
        """Return the meaning of each word of a text."""
        numbers, unknown = self._words.ask(plain.numbers)
        if len(unknown):
            if len(self._words) > MOST_WORDS:
                self._forget()
                numbers, unknown = self._words.ask(plain.numbers)
            keys = plain.numbers[unknown].tolist()
            places = dict(zip(keys, unknown.tolist(), strict=True))
            learnt = dict(zip(places, self.learn(plain.words([*places.values()])), strict=True))
            self._words.learn(np.array([*learnt], np.uint64), np.array([*learnt.values()], np.int64))
            numbers[unknown] = [learnt[key] for key in keys]
        return numbers

    def learn(self, words: Sequence[str]) -> list[int]:
        """Return the meanings of words met for the first time."""
        spelled, stemmed = self.index.spelled(folded(words)), self._by_stem(words)
        met = [
            tuple(sorted({*by_letters, *by_stem})) if by_letters or by_stem else ()
            for by_letters, by_stem in zip(spelled, stemmed, strict=True)
        ]
        self._add([conditions for conditions in dict.fromkeys(met) if conditions not in self._numbers])
        return [self._numbers[conditions] for conditions in met]

    def _by_stem(self, words: Sequence[str]) -> list[list[int]]:
        """Return the conditions that each word fulfils by its stem."""
        found: list[list[int]] = [[] for _ in words]
        scripts = list(map(script_of, words))
        for script, by_rules in self.stems.items():
            positions = [position for position, other in enumerate(scripts) if other == script]
            written = [words[position] for position in positions]
            for rules, index in by_rules.items():
                for position, forms in zip(positions, stems(rules, written), strict=True):
                    for stem in forms:
                        if stem in index:
                            found[position] += index[stem]
        return found

    def filed_under(self, atoms: Iterable[int]) -> set[int]:
        """Return the topics filed under cells of these atoms."""
        filed = self.filed
        return {topic for atom in atoms for cell in self.cells_of[atom] if cell in filed for topic in filed[cell]}

    def _add(self, several: Sequence[tuple[int, ...]]) -> None:
        """Note what words that fulfil these conditions mean."""
        first, last = len(self.conditions), len(self.conditions) + len(several)
        self._numbers.update(zip(several, range(first, last), strict=True))
        self.conditions += several
        told = list(map(self._atoms_of, several))
        self.atoms.add(told)
        self.topics.add([self.filed_under(atoms) for atoms in told])
        following = self.index.following
        self.leads, self.follows, self.unsure = (room(a, last) for a in (self.leads, self.follows, self.unsure))
        self.leads[first:last] = [_kinds(phrases) if phrases else 0 for phrases in self.phrases[first:]]
        self.follows[first:last] = [_kinds(following.intersection(conditions)) for conditions in several]
        self.unsure[first:last] = list(map(bool, self.checked[first:]))

    def _atoms_of(self, conditions: tuple[int, ...]) -> list[int]:
        """Return the one-word terms that these conditions fulfil.

        Notes the terms to be checked, and those of several words.
        """
        index, counts = self.index, self.cells_of
        atoms, checked, phrases = list[int](), list[int](), list[Phrases]()
        for condition in conditions:
            atom = index.alone[condition]
            if atom is not None and counts[atom]:
                atoms.append(atom)
            if condition in index.checked:
                checked += [signed for signed in index.checked[condition] if counts[signed]]
            if condition in index.phrases:
                phrases.append(index.phrases[condition])
        self.checked.append(tuple(checked))
        joined: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for beside in phrases if len(phrases) > 1 else ():
            for following, terms in beside.items():
                joined[following] += terms
        self.phrases.append(dict(joined) if joined else phrases[0] if phrases else {})
        return atoms


def _kinds(conditions: Iterable[int]) -> int:
    return reduce(or_, [1 << condition % 64 for condition in conditions], 0)


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
