"""What the words of articles in one language stand for: worked out once for each word, then looked up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_

import numpy as np

from monitor.domain.topics.arranged import Arranged
from monitor.domain.topics.atoms import Atoms
from monitor.domain.topics.folding import fold
from monitor.domain.topics.plain import Plain
from monitor.domain.topics.remembered import Keys, Remembered
from monitor.domain.topics.runs import Numbers, Runs
from monitor.domain.topics.stems import script_of, stemming_language, stems

MOST_WORDS = 100_000
"""Words remembered for one language before starting afresh."""

Phrases = Mapping[int, Sequence[tuple[int, int]]]
"""The condition that the next word must fulfil -> terms of several words, each with the place of this word in it."""


class Lexicon:
    """Words -> meanings by number, 0 for the many that mean nothing here; and what each meaning says, in lists.

    `conditions` it fulfils. `atoms`: the terms it fulfils alone. `checked`: terms of this one word that the original
    text must bear out. `phrases`: terms of several words that it and the next word may belong to. `topics` filed under
    its atoms. `leads` and `follows`: sets of 64 kinds of conditions, those the next word must fulfil for a phrase to be
    looked at, and those that it fulfils. `unsure`: whether it has terms to be checked.
    """

    def __init__(
        self, arranged: Arranged, atoms: Atoms, language: str | None, filed: Mapping[int, tuple[int, ...]]
    ) -> None:
        self.arranged = arranged
        self.filed = filed
        self.inactive = frozenset(number for number, cell in enumerate(atoms.cells) if not cell.active(language))
        self.cells_of: Sequence[tuple[int, ...]] = arranged.cells_of
        if self.inactive:
            self.cells_of = [tuple(c for c in cells if c not in self.inactive) for cells in arranged.cells_of]
        self.stems = self._stem_index(language)
        self._words = Remembered()
        self._forget()

    def _forget(self) -> None:
        self._words.forget()
        self._numbers: dict[tuple[int, ...], int] = {(): 0}
        self.conditions: list[tuple[int, ...]] = [()]
        self.checked: list[tuple[int, ...]] = [()]
        self.phrases: list[Phrases] = [{}]
        self.atoms, self.topics = Runs([()]), Runs([()])
        self.leads, self.follows, self.unsure = np.zeros((3, 1 << 10), np.uint64)

    def _stem_index(self, language: str | None) -> dict[str, dict[str, dict[str, list[int]]]]:
        """Script -> rules -> stem -> conditions; those alone that belong to an atom that counts for this language."""
        arranged = self.arranged
        wanted = {part for atom, cells in enumerate(self.cells_of) if cells for part in arranged.parts[atom]}
        by_rules: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number in arranged.stemmed:
            if number in wanted:
                test = arranged.tests[number]
                by_rules[script_of(test.token), test.language or stemming_language(test.token, language)].append(number)
        index: dict[str, dict[str, dict[str, list[int]]]] = defaultdict(dict)
        for (script, rules), numbers in by_rules.items():
            found = defaultdict[str, list[int]](list)
            for number, forms in zip(numbers, stems(rules, [arranged.tests[n].token for n in numbers]), strict=True):
                for stem in forms:
                    found[stem].append(number)
            index[script][rules] = dict(found)
        return dict(index)

    def read(self, plain: Plain) -> Numbers:
        """The meaning of each word of a text."""
        numbers, unknown = self._words.ask(plain.numbers)
        if len(unknown):
            if len(self._words) > MOST_WORDS:
                self._forget()
                numbers, unknown = self._words.ask(plain.numbers)
            keys, first, which = np.unique(plain.numbers[unknown], return_index=True, return_inverse=True)
            new = np.array(self.learn(plain.words(unknown[first].tolist())), np.int64)
            self._words.learn(keys, new)
            numbers[unknown] = new[which]
        return numbers

    def learn(self, words: Sequence[str]) -> list[int]:
        """The meanings of words met for the first time."""
        folded = [fold(word) for word in words]
        found = self._by_stem(words)
        arranged = self.arranged
        return [
            self._number(tuple(sorted({*arranged.spelled(form), *stemmed})))
            for form, stemmed in zip(folded, found, strict=True)
        ]

    def _by_stem(self, words: Sequence[str]) -> list[list[int]]:
        """The conditions that each word fulfils by its stem."""
        found: list[list[int]] = [[] for _ in words]
        by_script: dict[str, list[int]] = defaultdict(list)
        for position, word in enumerate(words):
            by_script[script_of(word)].append(position)
        for script, positions in by_script.items():
            for rules, index in self.stems.get(script, {}).items():
                stemmed = stems(rules, [words[position] for position in positions])
                for position, forms in zip(positions, stemmed, strict=True):
                    for stem in forms:
                        found[position] += index.get(stem, ())
        return found

    def filed_under(self, atoms: Iterable[int]) -> set[int]:
        """The topics filed under cells of these atoms."""
        filed = self.filed
        return {topic for atom in atoms for cell in self.cells_of[atom] if cell in filed for topic in filed[cell]}

    def _number(self, conditions: tuple[int, ...]) -> int:
        number = self._numbers.get(conditions)
        if number is None:
            number = self._numbers[conditions] = len(self.conditions)
            self._add(number, conditions)
        return number

    def _add(self, number: int, conditions: tuple[int, ...]) -> None:
        arranged, counts = self.arranged, self.cells_of
        alone = (arranged.alone[condition] for condition in conditions)
        atoms = tuple(atom for atom in alone if atom is not None and counts[atom])
        signed = (atom for condition in conditions for atom in arranged.checked.get(condition, ()))
        checked = tuple(atom for atom in signed if counts[atom])
        phrases = _joined([arranged.phrases[condition] for condition in conditions if condition in arranged.phrases])
        self.conditions.append(conditions)
        self.checked.append(checked)
        self.phrases.append(phrases)
        self.atoms.add(atoms)
        self.topics.add(tuple(self.filed_under(atoms)))
        if number >= len(self.leads):
            self.leads, self.follows, self.unsure = map(_doubled, (self.leads, self.follows, self.unsure))
        self.leads[number] = _kinds(phrases)
        self.follows[number] = _kinds(arranged.following.intersection(conditions))
        self.unsure[number] = bool(checked)


def _kinds(conditions: Iterable[int]) -> int:
    return reduce(or_, (1 << condition % 64 for condition in conditions), 0)


def _doubled(array: Keys) -> Keys:
    return np.concatenate([array, np.zeros_like(array)])


def _joined(several: Sequence[Phrases]) -> Phrases:
    if len(several) == 1:
        return several[0]
    joined: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for beside in several:
        for condition, terms in beside.items():
            joined[condition] += terms
    return dict(joined)
