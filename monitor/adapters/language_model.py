"""The model of py3langid, held in a quarter of the memory: what is learnt about byte sequences, without the automaton.

The library walks a text's bytes through a table of 256 next states for each state, 40 of the 60 MB it takes. That
table is the automaton of Aho and Corasick: the state after any byte is the longest known sequence of bytes that ends
there. So it is enough to know the sequences, 105,000 of at most six bytes: their numbers, sorted, are 1 MB, and all
bytes of a text are looked up at once. Scores are computed as the library computes them and are equal to the last bit.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Collection
from typing import Self

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_DIR, MODEL_FILE
from py3langid.modelio import load_model

_ROOT = 0
_NONE = -1
"""For states: no feature; the library's mark. For positions: no state."""
_AT_ONCE = 4096
"""States whose rows are looked at together: 4 MB of them."""

Sequences = tuple[NDArray[np.unsignedinteger], NDArray[np.int32]]
"""Sequences of one length as big-endian numbers, ascending, and the feature of each."""


class LanguageModel:
    """How likely a text is in each of some languages."""

    def __init__(
        self,
        codes: Collection[str],
        sequences: tuple[Sequences, ...],
        weights: NDArray[np.float16],
        priors: NDArray[np.float32],
    ) -> None:
        """`weights`: a row for each feature, a column for each of `codes`, which may name a language twice."""
        self._sequences, self._weights, self._priors = sequences, weights, priors
        self._languages = tuple(dict.fromkeys(codes))
        self._language_of = np.array([self._languages.index(code) for code in codes])

    @classmethod
    def load(cls, languages: Collection[str]) -> Self:
        """The model that comes with py3langid, of these languages only; ValueError names those it has not."""
        weights, priors, codes, moves, rows, features = load_model(MODEL_DIR / MODEL_FILE)
        if missing := set(languages).difference(codes):
            raise ValueError(f"not in the model: {', '.join(sorted(missing))}")
        kept = [column for column, code in enumerate(codes) if code in languages]
        table = np.asarray(moves).reshape(-1, 256)
        sequences = _sequences(table, np.asarray(rows), np.array(features, np.int32))
        return cls([codes[n] for n in kept], sequences, np.ascontiguousarray(weights[:, kept]), priors[kept])

    def likelihoods(self, text: str) -> dict[str, float]:
        """The probability of each language; they add up to 1 and are all alike when nothing in the text is known."""
        octets = _octets(text)
        counts = Counter(self._features(octets).tolist())
        scores = np.zeros_like(self._priors)
        if counts:
            known = np.fromiter(counts.keys(), np.intp, len(counts))
            often = np.fromiter(counts.values(), np.float32, len(counts))
            scores = np.log1p(often) @ self._weights[known] + self._priors
        scores *= 1.0 / math.sqrt(len(octets) or 1)
        np.exp(scores - scores.max(), out=scores)
        scores /= scores.sum()
        likely = np.zeros(len(self._languages), np.float32)
        np.add.at(likely, self._language_of, scores)
        return dict(zip(self._languages, likely.tolist(), strict=True))

    def _features(self, octets: bytes) -> NDArray[np.int32]:
        """The feature of the longest known sequence that ends at each byte, where that has one."""
        single = np.frombuffer(octets, np.uint8).astype(np.uint64)
        endings, longest = np.zeros_like(single), np.full(len(single), _NONE, np.int32)
        for before, (known, features) in zip(range(len(single)), self._sequences, strict=False):
            endings[before:] |= single[: len(single) - before] << np.uint64(8 * before)
            wanted = endings[before:].astype(known.dtype)
            at = known.searchsorted(wanted)
            equal = known.take(at, mode="clip") == wanted
            longest[before:][equal] = features[at[equal]]
        found: NDArray[np.int32] = longest[longest != _NONE]
        return found


def _octets(text: str) -> bytes:
    """What the library makes of a text before it looks at it."""
    return unicodedata.normalize("NFC", text.lower() if text.isupper() else text).encode(errors="surrogatepass")


def _sequences(
    table: NDArray[np.uint32], rows: NDArray[np.uint16], features: NDArray[np.int32]
) -> tuple[Sequences, ...]:
    """The known sequences of one byte, of two, and so on: the shortest way from the root to each state.

    `table[rows[state]]` are a state's next states, `features[state]` its feature.
    """
    new = np.ones(len(rows), np.bool_)
    new[_ROOT] = False
    states, spelt = np.array([_ROOT]), np.array([0], np.uint64)
    found: list[Sequences] = []
    while True:
        states, spelt = _one_longer(table, rows, new, states, spelt)
        if not len(states):
            return tuple(found)
        new[states] = False
        order = spelt.argsort()
        found.append((spelt[order].astype(_narrowest(len(found) + 1)), features[states[order]]))


def _one_longer(
    table: NDArray[np.uint32],
    rows: NDArray[np.uint16],
    new: NDArray[np.bool_],
    states: NDArray[np.intp],
    spelt: NDArray[np.uint64],
) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
    """The new states one byte after these, each with the sequence that leads there."""
    following, longer = [], []
    for start in range(0, len(states), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        after = table[rows[states[part]]]
        which, octet = new[after].nonzero()
        following.append(after[which, octet].astype(np.intp))
        longer.append(spelt[part][which] << np.uint64(8) | octet.astype(np.uint64))
    return np.concatenate(following), np.concatenate(longer)


def _narrowest(length: int) -> type[np.unsignedinteger]:
    """The smallest numbers that hold so many bytes: the smaller, the quicker the search."""
    return next(kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64) if np.dtype(kind).itemsize >= length)
