"""The model of py3langid, held in a quarter of the memory: what is learnt about byte sequences, without the automaton.

The library walks a text's bytes through a table of 256 next states for each state, 40 of the 60 MB it takes. That
table is the automaton of Aho and Corasick: the state after any byte is the longest known sequence of bytes that ends
there. So it is enough to know the sequences, 105,000 of at most six bytes. Read backwards, as numbers, those that end
in one sequence lie side by side, so what a byte and those before it mean is found like an address in a routing table:
by the last of some sorted numbers that is not greater. They are 2 MB, and all bytes of a text are looked up at once.
Scores are computed as the library computes them and are equal to the last bit.
"""

import lzma
import math
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Self

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from py3langid.langid import MODEL_DIR, MODEL_FILE

Backwards = NDArray[np.uint64]
"""A byte and the seven before it, each less significant than the one after it; zero, which is in no known sequence,
where there is none."""
Features = NDArray[np.int32]

_ROOT, _NONE = 0, -1
"""The library's state at the beginning, and its mark for a state without a feature."""
_BITS = 64
_AT_ONCE = 4096
"""States whose rows are looked at together: 4 MB of them."""


class LanguageModel:
    """How likely a text is in each of some languages."""

    def __init__(
        self,
        codes: Collection[str],
        known: tuple[Backwards, Features],
        weights: NDArray[np.float16],
        priors: NDArray[np.float32],
    ) -> None:
        """`known`: ascending numbers, and what feature stands for each and those up to the next. `weights`: a row for
        each feature, a column for each of `codes`, which may name a language twice.
        """
        self._from, self._features = known
        self._weights, self._priors = weights, priors
        self._languages = tuple(dict.fromkeys(codes))
        self._language_of = np.array([self._languages.index(code) for code in codes])

    @classmethod
    def load(cls, languages: Collection[str]) -> Self:
        """The model that comes with py3langid, of these languages only; ValueError names those it has not."""
        with _unpacked() as model:
            codes = model["classes"].tolist()
            if missing := set(languages).difference(codes):
                raise ValueError(f"not in the model: {', '.join(sorted(missing))}")
            kept = [column for column, code in enumerate(codes) if code in languages]
            weights = np.ascontiguousarray(model["ptc"][:, kept])
            table = model["nextmove"].reshape(-1, 256)
            known = _ranges(list(_sequences(table, model["nextmove_row"], model["out_feat"])))
            return cls([codes[column] for column in kept], known, weights, model["pc"][kept])

    def likelihoods(self, text: str) -> dict[str, float]:
        """The probability of each language; they add up to 1 and are all alike when nothing in the text is known."""
        octets = _octets(text)
        counts = Counter(self._found(octets).tolist())
        scores = np.zeros_like(self._priors)
        if counts:
            found = np.fromiter(counts.keys(), np.intp, len(counts))
            often = np.fromiter(counts.values(), np.float32, len(counts))
            scores = np.log1p(often) @ self._weights[found] + self._priors
        scores *= 1.0 / math.sqrt(len(octets) or 1)
        np.exp(scores - scores.max(), out=scores)
        scores /= scores.sum()
        likely = np.zeros(len(self._languages), np.float32)
        np.add.at(likely, self._language_of, scores)
        return dict(zip(self._languages, likely.tolist(), strict=True))

    def _found(self, octets: bytes) -> Features:
        """The feature of the longest known sequence that ends at each byte, where that has one."""
        padded = np.frombuffer(bytes(8) + octets, np.uint8)
        endings = np.ascontiguousarray(sliding_window_view(padded, 8)[1:]).view("<u8").ravel()
        features = self._features[self._from.searchsorted(endings, side="right") - 1]
        found: Features = features[features != _NONE]
        return found


@contextmanager
def _unpacked() -> Iterator[NpzFile]:
    """The arrays of py3langid's model file. The library reads all of them at once, which takes 107 MB for a moment; one
    by one they take 60. Like there, a temporary file keeps them from being in memory twice.
    """
    with TemporaryFile() as file:
        with lzma.open(MODEL_DIR / MODEL_FILE) as packed:
            copyfileobj(packed, file)
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            yield arrays


def _octets(text: str) -> bytes:
    """What the library makes of a text before it looks at it."""
    return unicodedata.normalize("NFC", text.lower() if text.isupper() else text).encode(errors="surrogatepass")


def _sequences(
    table: NDArray[np.unsignedinteger], rows: NDArray[np.unsignedinteger], features: Features
) -> Iterator[tuple[Backwards, Features]]:
    """The known sequences of one byte, of two, and so on: the shortest way from the root to each state.

    `table[rows[state]]` are a state's next states, `features[state]` its feature.
    """
    new = np.ones(len(rows), np.bool_)
    new[_ROOT] = False
    states, spelt = np.array([_ROOT]), np.array([0], np.uint64)
    while True:
        following, longer = [], []
        for start in range(0, len(states), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            after = table[rows[states[part]]]
            which, octet = new[after].nonzero()
            following.append(after[which, octet])
            longer.append(octet.astype(np.uint64) << np.uint64(_BITS - 8) | spelt[part][which] >> np.uint64(8))
        states, spelt = np.concatenate(following), np.concatenate(longer)
        if not len(states):
            return
        new[states] = False
        yield spelt, features[states]


def _ranges(sequences: list[tuple[Backwards, Features]]) -> tuple[Backwards, Features]:
    """Where what is known changes, ascending from 0, and the feature of the longest sequence from there on."""
    sizes = [np.uint64(1 << _BITS - 8 * length) for length in range(1, len(sequences) + 1)]
    beyond = [spelt + size for (spelt, _), size in zip(sequences, sizes, strict=True)]
    starts = np.unique(np.concatenate([np.zeros(1, np.uint64), *beyond, *(spelt for spelt, _ in sequences)]))
    longest = np.full(len(starts), _NONE, np.int32)
    for (spelt, features), size in zip(sequences, sizes, strict=True):
        order = spelt.argsort()
        endings = starts & ~(size - np.uint64(1))
        at = order.take(spelt.searchsorted(endings, sorter=order), mode="clip")
        equal = spelt[at] == endings
        longest[equal] = features[at[equal]]
    changes = np.diff(longest, prepend=_NONE - 1) != 0
    return starts[changes], longest[changes]
