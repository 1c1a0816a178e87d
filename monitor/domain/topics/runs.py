"""Lists of numbers laid end to end, so that those of many keys are taken at once."""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


class Runs:
    """A list of numbers for each key from 0 on. Keys can be added, never changed."""

    def __init__(self, lists: Iterable[Sequence[int]] = ()) -> None:
        kept = list(lists)
        self._sizes = np.fromiter(map(len, kept), np.int64, len(kept))
        self._starts = self._sizes.cumsum() - self._sizes
        self._numbers = np.fromiter(chain.from_iterable(kept), np.int64)
        self._keys, self._used = len(kept), len(self._numbers)

    def add(self, numbers: Sequence[int]) -> None:
        """The list of the next key."""
        self._sizes = _room(self._sizes, self._keys + 1)
        self._starts = _room(self._starts, self._keys + 1)
        self._numbers = _room(self._numbers, self._used + len(numbers))
        self._sizes[self._keys], self._starts[self._keys] = len(numbers), self._used
        self._numbers[self._used : self._used + len(numbers)] = numbers
        self._keys, self._used = self._keys + 1, self._used + len(numbers)

    def of(self, keys: Numbers) -> tuple[Numbers, Numbers]:
        """All numbers of these keys, one list after the other; and for each of them which of `keys` it belongs to."""
        which, places = spread(self._starts.take(keys), self._sizes.take(keys))
        return which, self._numbers.take(places)


def spread(starts: Numbers, sizes: Numbers) -> tuple[Numbers, Numbers]:
    """The places of several runs, one after the other; and for each of them which run it belongs to."""
    which = np.arange(len(sizes)).repeat(sizes)
    before = sizes.cumsum()
    before -= sizes
    places = (starts - before).take(which)
    places += np.arange(len(which))
    return which, places


def _room(numbers: Numbers, size: int) -> Numbers:
    """The array with room for so many, twice as large when it was too small."""
    if size <= len(numbers):
        return numbers
    larger = np.zeros(max(size, 2 * len(numbers), 64), np.int64)
    larger[: len(numbers)] = numbers
    return larger
