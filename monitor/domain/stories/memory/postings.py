"""Index which rows hold a key, in sorted numpy arrays that grow at one end.

A posting is one 64-bit number, the key above the row, so that a search is a bisection and a merge a sort of sorted
runs. Fresh rows wait in a dictionary; `tidy` makes a segment of them when they are many, and merges segments when the
newer is no longer small beside the older. Eight bytes a posting; what is found does not depend on how the segments
happen to lie.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint32]
RowNumbers = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]

_FRESH = 8_192
_MOST_FRESH = 8 * _FRESH
_STEP = 8
"""Each posting is merged some four times on its way up each step; fewer segments, each a search, for more merging."""
_SHIFT = np.uint64(32)
_ROW = np.uint64(0xFFFF_FFFF)


class Postings:
    """Keys and the rows that hold them. RowNumbers are added in growing order."""

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

    def add_all(self, rows: RowNumbers, keys: Keys) -> None:
        """Note many pairs of a row and a key at once, the rows above all others: a third of the time of `add`."""
        self._settle()
        self._segments.append(np.unique(keys.astype(np.uint64) << _SHIFT | rows.astype(np.uint64)))
        self._merge()

    def rows(self, keys: Keys, limits: Counts) -> tuple[Counts, RowNumbers]:
        """Find the rows that hold some keys, as pairs: which of `keys`, and the row.

        Of a key in more rows than its limit the earliest are given.
        """
        # ascending, so that neighbouring bisections end in the same place
        order = keys.argsort()
        room = limits[order]
        wanted = keys[order]
        low = wanted.astype(np.uint64) << _SHIFT
        bounds = np.concatenate([low, low | _ROW])
        which, found = [], []
        for segment in self._segments:
            ends = segment.searchsorted(bounds)
            first = ends[: len(low)]
            counts = np.minimum(ends[len(low) :] - first, room)
            room -= counts
            before = counts.cumsum()
            total = int(before[-1]) if len(before) else 0
            if total:
                at = (first - before + counts).repeat(counts)
                at += _upto(total)
                which.append(order.repeat(counts))
                found.append(segment[at])
        numbers, rows = self._fresh_rows(wanted, room)
        if rows:
            which.append(order[numbers])
            found.append(np.array(rows, np.uint64))
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        return np.concatenate(which), (np.concatenate(found) & _ROW).view(np.int64)

    def rows_of(self, key: int, limit: int) -> RowNumbers:
        """Find the earliest rows that hold one key, at most `limit`.

        For a few keys this takes a fifth of the time of `rows`.
        """
        low = np.uint64(key) << _SHIFT
        bounds = np.array([low, low | _ROW])
        found = []
        for segment in self._segments:
            first, end = segment.searchsorted(bounds).tolist()
            if first < end:
                found.append((segment[first:end] & _ROW).view(np.int64))
        fresh = self._fresh.get(key)
        if fresh is not None:
            found.append(np.array(fresh, np.int64, ndmin=1))
        return np.concatenate(found)[:limit] if found else np.empty(0, np.int64)

    def _fresh_rows(self, keys: Keys, room: Counts) -> tuple[list[int], list[int]]:
        numbers: list[int] = []
        rows: list[int] = []
        for number, held in enumerate(map(self._fresh.get, keys.tolist())):
            if held is None:
                continue
            some = (held if isinstance(held, list) else [held])[: int(room[number])]
            numbers += [number] * len(some)
            rows += some
        return numbers, rows

    def keep(self, renumbered: RowNumbers) -> None:
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
        """Return the bytes held by the settled segments."""
        return sum(segment.nbytes for segment in self._segments)

    def tidy(self) -> None:
        """Sort fresh postings into segments when they are many.

        Mostly nothing to do; a few milliseconds every hundred articles; once in ten thousand as long as a copy of all.
        """
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
