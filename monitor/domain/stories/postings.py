"""Which rows hold a key: an inverted index that grows at one end, in sorted numpy arrays.

A posting is one 64-bit number, the key above the row, so that a search is a bisection and a merge a sort of sorted
runs. Fresh rows wait in a dictionary; full, it becomes a segment, and neighbouring segments of like size are merged.
Eight bytes a posting; what is found does not depend on how the segments happen to lie.
"""

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]

_FRESH = 8_192
_SHIFT = np.uint64(32)
_ROW = np.uint64(0xFFFF_FFFF)


class Postings:
    """Keys and the rows that hold them. Rows are added in growing order."""

    def __init__(self) -> None:
        self._segments: list[npt.NDArray[np.uint64]] = []
        self._fresh: dict[int, list[int]] = {}
        self._waiting = 0

    def add(self, row: int, keys: Keys) -> None:
        """Note that `row`, the highest so far, holds each of `keys` (no key twice)."""
        for key in keys.tolist():
            self._fresh.setdefault(key, []).append(row)
        self._waiting += len(keys)
        if self._waiting >= _FRESH:
            self._settle()

    def rows(self, keys: Keys, limits: Counts) -> tuple[Counts, Rows]:
        """The rows that hold some keys, as pairs: which of `keys`, and the row.

        Of a key in more rows than its limit the earliest are given.
        """
        room = limits.copy()
        which, found = [], []
        low, high = keys.astype(np.uint64) << _SHIFT, (keys.astype(np.uint64) << _SHIFT) | _ROW
        for segment in self._segments:
            first, last = segment.searchsorted(low), segment.searchsorted(high, "right")
            counts = np.minimum(last - first, room)
            total = int(counts.sum())
            if not total:
                continue
            room -= counts
            ends = np.cumsum(counts)
            at = np.arange(total) + np.repeat(first - (ends - counts), counts)
            which.append(np.repeat(np.arange(len(keys)), counts))
            found.append((segment[at] & _ROW).astype(np.int64))
        if self._fresh:
            numbers, rows = self._among_fresh(keys, room)
            which.append(np.array(numbers, np.int64))
            found.append(np.array(rows, np.int64))
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        return np.concatenate(which), np.concatenate(found)

    def _among_fresh(self, keys: Keys, room: Counts) -> tuple[list[int], list[int]]:
        numbers: list[int] = []
        found: list[int] = []
        for number, key in enumerate(keys.tolist()):
            rows = self._fresh.get(key)
            if rows:
                rows = rows[: int(room[number])]
                numbers += [number] * len(rows)
                found += rows
        return numbers, found

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

    def _settle(self) -> None:
        pairs = [(key << 32) | row for key, rows in self._fresh.items() for row in rows]
        if pairs:
            self._segments.append(np.sort(np.array(pairs, np.uint64)))
        self._fresh, self._waiting = {}, 0
        self._merge()

    def _merge(self) -> None:
        segments = self._segments
        while len(segments) > 1 and len(segments[-2]) < 3 * len(segments[-1]):
            newest = segments.pop()
            segments[-1] = np.sort(np.concatenate([segments[-1], newest]), kind="stable")
