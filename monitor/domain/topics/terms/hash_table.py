"""Map 64-bit numbers to small ones, for all words of a text at once."""

import numpy as np
from numpy.typing import NDArray

from monitor.domain.topics.terms.ragged import Numbers

Keys = NDArray[np.uint64]

_BITS = np.uint64(24)
"""Bits of a place in the table for what a key stands for; the others hold the key's lower bits, to know it by."""
_FREE = np.uint64((1 << 24) - 1)
"""A place without a key. No key stands for that number."""
_NEXT = np.uint64(1)
_FEWEST, _LARGEST = 12, 19
"""Bits of the index of the smallest and of the largest table."""
_ROOM = 8
"""Places in the table for each key in it, until it is the largest."""


class HashTable:
    """Map keys to numbers below 2**24 - 1.

    A key's upper bits are the index of its place; where that is taken it has the place beside it, in the same line of
    the processor's cache; and the few that find both taken are in a dictionary.
    """

    def __init__(self) -> None:
        self._resized(_FEWEST)

    def __len__(self) -> int:
        return self._count

    def _resized(self, bits: int) -> None:
        self._shift = np.uint64(64 - bits)
        self._table = np.full(1 << bits, _FREE, np.uint64)
        self._crowded_out: dict[int, int] = {}
        self._learnt: list[tuple[Keys, Numbers]] = []
        """Whole keys, as long as the table may still grow: their places tell only most of their bits."""
        self._count = 0

    def ask(self, keys: Keys) -> tuple[Numbers, Numbers]:
        """Return the numbers of these keys, -1 for unknown ones, and the latter's positions."""
        pairs = self._table.reshape(-1, 2).take((keys >> self._shift >> _NEXT).view(np.int64), axis=0)
        pairs ^= (keys << _BITS)[:, None]
        found = np.minimum(pairs[:, 0], pairs[:, 1])
        numbers: Numbers = found.view(np.int64)
        others = (found >= _FREE).nonzero()[0]
        if len(others):
            known = self._crowded_out.get
            numbers[others] = [known(key, -1) for key in keys.take(others).tolist()]
            others = others[numbers[others] < 0]
        return numbers, others

    def learn(self, keys: Keys, numbers: Numbers) -> None:
        """Remember keys that were not known, each given once."""
        count = self._count + len(keys)
        if count * _ROOM > len(self._table) and len(self._table) < 1 << _LARGEST:
            learnt = [*self._learnt, (keys, numbers)]
            keys, numbers = (np.concatenate(parts) for parts in zip(*learnt, strict=True))
            self._resized(min(_LARGEST, (count * _ROOM).bit_length()))
        if len(self._table) < 1 << _LARGEST:
            self._learnt.append((keys, numbers))
        self._count = count
        places = (keys >> self._shift).view(np.int64)
        entries = (keys << _BITS) ^ numbers.view(np.uint64)
        for beside in (0, 1):
            tried = places ^ beside
            free = self._table.take(tried) == _FREE
            self._table[tried[free]] = entries[free]
            late = self._table.take(tried) != entries  # these found no room
            places, entries, keys, numbers = places[late], entries[late], keys[late], numbers[late]
        self._crowded_out.update(zip(keys.tolist(), numbers.tolist(), strict=True))

    def forget(self) -> None:
        """Begin afresh."""
        self._resized(_FEWEST)
