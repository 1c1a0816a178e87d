"""A table from 64-bit numbers to small ones, asked for all words of a text at once."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]

_MIX = np.uint64(0xD6E8FEB86659FD93)
_FEWEST, _LARGEST = 12, 19
"""Bits of the index of the smallest and of the largest table."""
_ROOM = 4
"""Places in the table for each key in it, until it is the largest."""


class Remembered:
    """Keys and what they stand for: a place for each key in a table, and a dictionary for those that find it taken."""

    def __init__(self) -> None:
        self._resized(_FEWEST)

    def __len__(self) -> int:
        return self._count

    def _resized(self, bits: int) -> None:
        self._bits = bits
        self._shift = np.uint64(64 - bits)
        self._keys = np.zeros(1 << bits, np.uint64)
        self._numbers = np.zeros(1 << bits, np.int64)
        self._crowded_out: dict[int, int] = {}
        self._count = 0

    def ask(self, keys: Keys) -> tuple[Numbers, Numbers]:
        """What these keys stand for, and the positions of those not known, which stand for -1."""
        places = self._places(keys)
        numbers: Numbers = self._numbers.take(places)
        others = (self._keys.take(places) != keys).nonzero()[0]
        if len(others):
            known = self._crowded_out.get
            numbers[others] = [known(key, -1) for key in keys[others].tolist()]
            others = others[numbers[others] < 0]
        return numbers, others

    def _places(self, keys: Keys) -> Numbers:
        return ((keys * _MIX) >> self._shift).astype(np.int64)

    def learn(self, keys: Keys, numbers: Numbers) -> None:
        """Remember keys that were not known, each given once."""
        if (self._count + len(keys)) * _ROOM > len(self._keys) and self._bits < _LARGEST:
            self._grow(self._count + len(keys))
        self._count += len(keys)
        places = self._places(keys)
        free = self._keys[places] == 0
        self._keys[places[free]] = keys[free]
        self._numbers[places[free]] = numbers[free]
        late = self._keys[places] != keys
        self._crowded_out.update(zip(keys[late].tolist(), numbers[late].tolist(), strict=True))

    def _grow(self, count: int) -> None:
        taken = self._keys.nonzero()[0]
        crowded = self._crowded_out
        keys = np.concatenate([self._keys[taken], np.fromiter(crowded, np.uint64, len(crowded))])
        numbers = np.concatenate([self._numbers[taken], np.fromiter(crowded.values(), np.int64, len(crowded))])
        self._resized(min(_LARGEST, (count * _ROOM).bit_length()))
        self.learn(keys, numbers)

    def forget(self) -> None:
        """Begin afresh."""
        self._resized(_FEWEST)
