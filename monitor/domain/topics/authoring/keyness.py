"""Find terms that a few example texts share and that a language seldom uses."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.domain.topics.values import Document

LONGEST_PHRASE = 3
LONGEST_UNSPACED = 6
"""Characters a term may have in a script without spaces."""
ABSORBED = 0.7
"""A term is left out when this share of its occurrences lies within a longer kept one."""
FUNCTION_WORD = 5.75
"""Zipf value from which a word says nothing of a subject: the, of, said, new."""
COMMON_WORD = 5.0
UNLISTED = 3.4
"""Zipf value assumed for a word that the table does not list; a little under the rarest it does."""
COHESION = 3.0
"""How many times more often than by chance the words of a phrase stand together (natural logarithm)."""
MANY = 7
NOTICEABLE = 20.0
"""How many times more frequent than at large a word must be, unless it is a name."""
RARER_TOGETHER = 0.7
"""How much rarer a phrase is taken to be than its rarest word, as a Zipf value."""
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_HAN}]|(?:[^\W\d_{_HAN}]\.){{2,}}|[^\W\d_{_HAN}]+(?:['’\-][^\W\d_{_HAN}]+)*|[^\w\s'’\-]|\n|\d+")
_UNSPACED = re.compile(rf"[{_HAN}]")
_UNSPACED_FUNCTION = frozenset(
    "的了在是和与與及将將对對为為被把从從向以而并也还還就都于於等这這那有不之其所或但再又到说說称稱个個年月日时時"
)
_ADDRESS = re.compile(r"!?\[[^\]]*\]\([^)]*\)|https?://\S+")
_POSSESSIVE = re.compile(r"['’]s$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Hold a term that examples share, as most often written, with its counts.

    `name`: written with a capital wherever it stands. Terms in scripts without capitals are never names.
    """

    term: str
    examples: int
    count: int
    weight: float
    name: bool


def candidates(
    examples: Sequence[Document], background: Mapping[str, float], stem: Callable[[str], str] = str
) -> list[Candidate]:
    """Return the terms of one language's examples, most peculiar first.

    Single words are counted with their inflected forms.

    A term must stand in more than a third of the examples (two at least, when there are several); its weight is the
    share of examples, times the logarithm of how much more frequent it is than in the background (Zipf values by word)
    to the power of 1.5, times the logarithm of its count, of which no more than seven count.
    """
    counts = _Counts(stem)
    for number, example in enumerate(examples):
        for run in _runs(f"{example.title}\n{example.text}"):
            counts.add(number, run, background)
    needed = 1 if len(examples) == 1 else max(2, math.ceil(len(examples) / 3))
    kept = [key for key, where in counts.examples.items() if len(where) >= needed and counts.coheres(key)]
    found = [counts.candidate(key, len(examples), background) for key in kept if not counts.absorbed(key, kept)]
    return sorted((c for c in found if c.weight > 0), key=lambda c: (-c.weight, c.term))


class _Counts:
    """Count every sequence of one to three words by example."""

    def __init__(self, stem: Callable[[str], str]) -> None:
        self.stem = stem
        self.total = 0
        self.count: Counter[str] = Counter()
        self.examples: defaultdict[str, set[int]] = defaultdict(set)
        self.written: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.capital: Counter[str] = Counter()
        self.inside: Counter[str] = Counter()

    def add(self, example: int, run: Sequence[str], background: Mapping[str, float]) -> None:
        self.total += len(run)
        for start in range(len(run)):
            unspaced = bool(_UNSPACED.match(run[start]))
            longest = LONGEST_UNSPACED if unspaced else LONGEST_PHRASE
            for length in range(1, min(longest, len(run) - start) + 1):
                words = run[start : start + length]
                written = ("" if unspaced else " ").join(words)
                key = self.key(words[0]) if length == 1 else written.casefold()
                self.count[key] += 1
                if not _edge(words[0], background) and not _edge(words[-1], background):
                    self._note(example, key, written, start > 0)

    def key(self, word: str) -> str:
        return self.stem(word.casefold())

    def _note(self, example: int, key: str, written: str, inside: bool) -> None:
        self.examples[key].add(example)
        self.written[key][written] += 1
        telling = inside or " " in written
        self.capital[key] += telling and all(word[:1].isupper() for word in written.split(" "))
        self.inside[key] += telling

    def coheres(self, key: str) -> bool:
        """Tell whether the words of a phrase stand together more often than by chance."""
        words: Sequence[str] = key if _UNSPACED.match(key) else key.split(" ")
        if len(words) == 1:
            return not _UNSPACED.match(key)
        chance = math.prod(self.count[self.key(word)] / self.total for word in words) * self.total
        return self.count[key] >= 2 and math.log(self.count[key] / chance) >= COHESION * min(2, len(words) - 1) - 1

    def absorbed(self, key: str, others: Sequence[str]) -> bool:
        """Tell whether nearly all of its occurrences lie within one longer term."""
        written = self.written[key].most_common(1)[0][0].casefold()
        least = self.count[key] * ABSORBED
        edge = "" if _UNSPACED.match(written) else " "  # whole words only, where spaces part them
        longer = (other for other in others if self.count[other] >= least and other not in (key, written))
        return any(f"{edge}{written}{edge}" in f"{edge}{other}{edge}" for other in longer)

    def candidate(self, key: str, examples: int, background: Mapping[str, float]) -> Candidate:
        if " " in key:  # as rare as a phrase's rarest word
            usual = min(background.get(word, UNLISTED) for word in key.split(" ")) - RARER_TOGETHER
        else:  # as common as its commonest form
            usual = max(background.get(form.casefold(), UNLISTED) for form in self.written[key])
        times = self.count[key] / self.total * 1e9 / 10**usual
        name = self.capital[key] >= 0.8 * max(1, self.inside[key])
        peculiar = math.log2(times) if name or times >= NOTICEABLE else 0.0
        share = len(self.examples[key]) / examples
        return Candidate(
            term=self.written[key].most_common(1)[0][0],
            examples=len(self.examples[key]),
            count=self.count[key],
            weight=round(share * peculiar**1.5 * math.log2(1 + min(self.count[key], MANY)), 2),
            name=name,
        )


def _edge(word: str, background: Mapping[str, float]) -> bool:
    """Tell whether a term should not begin or end with this word."""
    plain = word.casefold()
    if _UNSPACED.match(word):
        return word in _UNSPACED_FUNCTION
    return (len(plain) < 2 and plain.isascii()) or word.isdigit() or background.get(plain, 0.0) >= FUNCTION_WORD


def _runs(text: str) -> Iterator[list[str]]:
    """Yield the words between punctuation marks, possessives cut off."""
    run: list[str] = []
    for match in _WORD.finditer(_ADDRESS.sub(" ", text)):
        word = match.group()
        if word[0].isalnum():
            run.append(_POSSESSIVE.sub("", word).replace("’", "'"))
        elif run:
            yield run
            run = []
    if run:
        yield run
