"""Lay lists of numbers end to end, to take those of many keys at once."""

from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
_Kind = TypeVar("_Kind", bound=np.generic)


class RaggedLists:
    """Hold a list of numbers for each key from 0 on; keys are added, never changed."""

    def __init__(self, lists: Iterable[Sequence[int]] = ()) -> None:
        kept = list(lists)
        self._sizes = np.fromiter(map(len, kept), np.int64, len(kept))
        self._starts = self._sizes.cumsum() - self._sizes
        self._numbers = np.fromiter(chain.from_iterable(kept), np.int64)
        self._keys, self._used = len(kept), len(self._numbers)

    def add(self, lists: Sequence[Collection[int]]) -> None:
        """Add the lists of the next keys."""
        sizes, numbers = list(map(len, lists)), list(chain.from_iterable(lists))
        keys, used = self._keys + len(sizes), self._used + len(numbers)
        self._sizes, self._starts = room(self._sizes, keys), room(self._starts, keys)
        self._numbers = room(self._numbers, used)
        self._sizes[self._keys : keys] = sizes
        self._starts[self._keys : keys] = list(accumulate(sizes[:-1], initial=self._used))[: len(sizes)]
        self._numbers[self._used : used] = numbers
        self._keys, self._used = keys, used

    def of(self, keys: Numbers) -> tuple[Numbers, Numbers]:
        """Return all numbers of these keys, and for each its position in `keys`."""
        which, places = spread(self._starts.take(keys), self._sizes.take(keys))
        return which, self._numbers.take(places)


def spread(starts: Numbers, sizes: Numbers) -> tuple[Numbers, Numbers]:
    """Return the places of several runs, and for each the run it belongs to."""
    which = np.arange(len(sizes)).repeat(sizes)
    before = sizes.cumsum()
    before -= sizes
    places = (starts - before).take(which)
    places += np.arange(len(which))
    return which, places


def room(array: NDArray[_Kind], size: int) -> NDArray[_Kind]:
    """Return the array with room for `size`, twice as large when it was too small."""
    if size <= len(array):
        return array
    larger = np.zeros(max(size, 2 * len(array), 64), array.dtype)
    larger[: len(array)] = array
    return larger
