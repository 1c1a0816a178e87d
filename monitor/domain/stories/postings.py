"""Which rows hold a key: an inverted index that grows at one end, in sorted numpy arrays.

A posting is one 64-bit number, the key above the row, so that a search is a bisection and a merge a sort of sorted
runs. Fresh rows wait in a dictionary; `tidy` makes a segment of them when they are many, and merges segments when the
newer is no longer small beside the older. Eight bytes a posting; what is found does not depend on how the segments
happen to lie.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]

_FRESH = 8_192
_MOST_FRESH = 8 * _FRESH
_STEP = 8
"""Each posting is merged some four times on its way up each step; fewer segments, each a search, for more merging."""
_SHIFT = np.uint64(32)
_ROW = np.uint64(0xFFFF_FFFF)


class Postings:
    """Keys and the rows that hold them. Rows are added in growing order."""

    def __init__(self) -> None:
        self._segments: list[npt.NDArray[np.uint64]] = []
        self._fresh: dict[int, int | list[int]] = {}
        self._waiting = 0

    def add(self, row: int, keys: Iterable[int]) -> None:
        """Note that `row`, the highest so far, holds each of `keys`."""
        fresh = self._fresh
        for key in set(keys):
            held = fresh.setdefault(key, row)
            if held == row:
                self._waiting += 1
            elif isinstance(held, list):
                held.append(row)
            else:
                fresh[key] = [held, row]
        if self._waiting >= _MOST_FRESH:
            self.tidy()

    def add_all(self, rows: Rows, keys: Keys) -> None:
        """Note many pairs of a row and a key at once, the rows above all others: a third of the time of `add`."""
        self._settle()
        self._segments.append(np.unique(keys.astype(np.uint64) << _SHIFT | rows.astype(np.uint64)))
        self._merge()

    def rows(self, keys: Keys, limits: Counts) -> tuple[Counts, Rows]:
        """The rows that hold some keys, as pairs: which of `keys`, and the row.

        Of a key in more rows than its limit the earliest are given.
        """
        room = limits.copy()
        which, found = [], []
        order = np.argsort(keys)
        wanted = np.empty((len(keys), 2), np.uint64)
        wanted[:, 0] = keys[order]
        wanted[:, 0] <<= _SHIFT
        wanted[:, 1] = wanted[:, 0] | _ROW
        # ascending, so that neighbouring bisections end in the same place
        bounds = wanted.ravel()
        for segment in self._segments:
            ends = segment.searchsorted(bounds).reshape(-1, 2)
            held = np.empty_like(room)
            first = np.empty_like(room)
            first[order], held[order] = ends[:, 0], ends[:, 1] - ends[:, 0]
            counts = np.minimum(held, room)
            total = int(counts.sum())
            if not total:
                continue
            room -= counts
            numbers = np.repeat(_upto(len(keys)), counts)
            at = _upto(total) + (first - (np.cumsum(counts) - counts))[numbers]
            which.append(numbers)
            found.append((segment[at] & _ROW).astype(np.int64))
        self._add_fresh(keys, room, which, found)
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        return np.concatenate(which), np.concatenate(found)

    def _add_fresh(self, keys: Keys, room: Counts, which: list[Counts], found: list[Rows]) -> None:
        numbers: list[int] = []
        rows: list[int] = []
        for number, key in enumerate(keys.tolist()):
            held = self._fresh.get(key)
            if held is None:
                continue
            some = held[: int(room[number])] if isinstance(held, list) else [held][: int(room[number])]
            numbers += [number] * len(some)
            rows += some
        if rows:
            which.append(np.array(numbers, np.int64))
            found.append(np.array(rows, np.int64))

    def keep(self, renumbered: Rows) -> None:
        """Forget rows: row `n` becomes `renumbered[n]`, or is dropped where that is negative."""
        self._settle()
        kept = []
        for segment in self._segments:
            rows = renumbered[(segment & _ROW).astype(np.int64)]
            left = (segment[rows >= 0] >> _SHIFT << _SHIFT) | rows[rows >= 0].astype(np.uint64)
            if len(left):
                kept.append(left)
        self._segments = kept
        self._merge()

    @property
    def nbytes(self) -> int:
        """Bytes held by the settled segments."""
        return sum(segment.nbytes for segment in self._segments)

    def tidy(self) -> None:
        """Put what was added where it is found fast: nothing mostly, a few milliseconds every hundred articles, once
        in ten thousand as long as it takes to copy everything."""
        if self._waiting >= _FRESH:
            self._settle()
            self._merge()

    def _settle(self) -> None:
        if self._fresh:
            pairs = [
                key << 32 | row
                for key, held in self._fresh.items()
                for row in (held if isinstance(held, list) else (held,))
            ]
            self._segments.append(np.sort(np.array(pairs, np.uint64)))
        self._fresh, self._waiting = {}, 0

    def _merge(self) -> None:
        segments = self._segments
        while len(segments) > 1 and len(segments[-2]) < _STEP * len(segments[-1]):
            newest = segments.pop()
            segments[-1] = np.sort(np.concatenate([segments[-1], newest]), kind="stable")


_NUMBERS = np.arange(1 << 14)


def _upto(count: int) -> Counts:
    numbers: Counts = _NUMBERS[:count] if count <= len(_NUMBERS) else np.arange(count)
    return numbers
