"""A logistic model over words that starts from the query's own verdict.

Without verdicts the model decides as the query does. Each verdict moves the weights of the words of its article, the
less the fewer verdicts there are: the weights have a Gaussian prior around zero, the query's match one around a
strong weight. The model only speaks of articles that the query matched: it ranks and doubts, it never rescues a miss.
Trained by Newton's method on the verdicts (Bishop, Pattern Recognition and Machine Learning, 4.3.3 and 4.5), in the
space of the verdicts, so that a hundred verdicts take milliseconds however many words there are.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.domain.topics.learning.words import TITLE

RANKS_FROM = 20
"""Verdicts from which a model ranks and marks; measured: below that it does harm as often as good."""
EACH_KIND = 5
"""Verdicts needed of both kinds."""
HOLDS_FROM = 50
"""Verdicts from which a topic with `learn: hold` may hold alerts back."""

SURE = 0.3
"""Probability of being relevant below which an alert is held back: holding needs more than an even chance."""

PRIOR_SCALE = 2.0
"""Standard deviation of a word's weight before any verdict."""
QUERY_WEIGHT = 2.0
"""Log-odds that the query's match contributes before any verdict."""
QUERY_SCALE = 0.3
"""Standard deviation of the query's weight. Small: a wide one lets a few verdicts overrule the query for every article
(measured by `scripts/evaluate learn`: F1 of a weak query after 20 verdicts 0.40 with 0.3 and 0.19 with 1.5)."""
_ROUNDS = 30
_ENOUGH = 1e-6

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedArticle:
    """A person's judgement of an article: relevant to the topic or not, and whether the query matched it.

    `words` are those of `words_of`. `strength` is 1 for a verdict that was given; an acknowledgement counts for less.
    """

    words: Mapping[str, str]
    relevant: bool
    matched: bool = True
    strength: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """The model's probability that an article is relevant, and the words that moved it most, as written."""

    probability: float
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    may_hold: bool = False

    @property
    def relevant(self) -> bool:
        """Whether the article is rather relevant than not."""
        return self.probability >= 0.5

    @property
    def holds(self) -> bool:
        """Whether there are verdicts enough, and these speak clearly enough, to hold an alert back."""
        return self.may_hold and self.probability < SURE


@dataclass(frozen=True, slots=True, kw_only=True)
class WordModel:
    """The learnt weights: of words, of the query's verdict, and the bias."""

    verdicts: int
    relevant: int
    words: Mapping[str, float]
    rarity: Mapping[str, float]
    query: float = QUERY_WEIGHT
    bias: float = 0.0

    @property
    def ranks(self) -> bool:
        """Whether there are verdicts enough to rank and mark articles."""
        return self.verdicts >= RANKS_FROM and min(self.relevant, self.verdicts - self.relevant) >= EACH_KIND

    @property
    def may_hold(self) -> bool:
        """Whether there are verdicts enough to hold back alerts, where the topic allows that."""
        return self.ranks and self.verdicts >= HOLDS_FROM

    def opinion(self, written: Mapping[str, str]) -> Opinion:
        """Return the model's opinion of an article that the query matched, given its words by `words_of`."""
        values = _values(written, self.rarity)
        moved = {word: self.words[word] * value for word, value in values.items() if word in self.words}
        log_odds = self.bias + self.query + sum(moved.values())
        order = sorted(moved, key=lambda word: -abs(moved[word]))
        return Opinion(
            may_hold=self.may_hold,
            probability=1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds)))),
            up=_shown(written, [word for word in order if moved[word] > _TELLING]),
            down=_shown(written, [word for word in order if moved[word] < -_TELLING]),
        )


_TELLING = 0.05
"""Log-odds below which a word is not named as a reason."""
_NAMED = 4


def _shown(written: Mapping[str, str], words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(written[word] for word in words))[:_NAMED]


def _values(words: Mapping[str, str], rarity: Mapping[str, float]) -> dict[str, float]:
    """Return the values of a document's features: rarer words weigh more, and all together have length one."""
    values = {word: rarity.get(word, UNJUDGED) * (_TITLE_VALUE if word.startswith(TITLE) else 1.0) for word in words}
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    return {word: _LENGTH * value / length for word, value in values.items()}


UNJUDGED = 0.3
"""Value of a word that stands in no judged article: such words tell nothing, and should not drown the others."""
_TITLE_VALUE = 1.5
_LENGTH = 4.0
"""Length of a document's vector: how far a single verdict moves a document that is just like it."""


def train(verdicts: Sequence[JudgedArticle]) -> WordModel:
    """Return the model of these verdicts; without any it repeats the query's verdict."""
    words = [verdict.words for verdict in verdicts]
    frequency = Counter(word for found in words for word in found)
    # A word in every judged article tells nothing; one in few tells more (inverse document frequency).
    rarity = {word: math.log((1 + len(words)) / (0.5 + count)) for word, count in frequency.items()}
    relevant = sum(verdict.relevant for verdict in verdicts)
    if not verdicts:
        return WordModel(verdicts=0, relevant=0, words={}, rarity={})
    numbers = {word: number for number, word in enumerate(frequency)}
    inputs = np.zeros((len(verdicts), len(numbers)))
    for row, found in enumerate(words):
        for word, value in _values(found, rarity).items():
            inputs[row, numbers[word]] = value
    signs = np.array([1.0 if verdict.matched else -1.0 for verdict in verdicts])
    kernel = PRIOR_SCALE**2 * (inputs @ inputs.T) + QUERY_SCALE**2 * np.outer(signs, signs) + QUERY_SCALE**2
    targets = np.array([float(verdict.relevant) for verdict in verdicts])
    strength = np.array([verdict.strength for verdict in verdicts])
    alpha = _dual(kernel, QUERY_WEIGHT * signs, targets, strength)
    weights = PRIOR_SCALE**2 * (inputs.T @ alpha)
    return WordModel(
        verdicts=len(verdicts),
        relevant=relevant,
        words={word: float(weights[number]) for word, number in numbers.items()},
        rarity=rarity,
        query=QUERY_WEIGHT + QUERY_SCALE**2 * float(signs @ alpha),
        bias=QUERY_SCALE**2 * float(alpha.sum()),
    )


def _dual(kernel: Array, offset: Array, targets: Array, strength: Array) -> Array:
    """Return the dual variables: the gradient of the likelihood at the most probable log-odds.

    Newton's method as in Rasmussen and Williams, Gaussian Processes for Machine Learning, algorithm 3.1.
    """
    size = len(targets)
    log_odds = np.zeros(size)
    alpha = np.zeros(size)
    for _ in range(_ROUNDS):
        probability = 1 / (1 + np.exp(-(log_odds + offset)))
        curvature = strength * probability * (1 - probability)
        gradient = strength * (targets - probability)
        root = np.sqrt(curvature)
        system = np.eye(size) + root[:, None] * kernel * root[None, :]
        step = curvature * log_odds + gradient
        alpha = step - root * np.linalg.solve(system, root * (kernel @ step))
        renewed = kernel @ alpha
        if float(np.abs(renewed - log_odds).max()) < _ENOUGH:
            break
        log_odds = renewed
    return alpha
