"""Sketch texts: a few dozen numbers tell how much of one text is contained in another.

A text is its set of three-word shingles, each hashed to 32 bits; the sketch keeps the smallest hashes
(bottom-k MinHash, Broder 1997). Two sketches are compared below the smaller of their two limits, where both
are complete samples: that makes the sample a FracMinHash with a scale that follows the longer text, and the
share of common hashes an estimate of *containment*, which survives cutting, extending and reordering where
the similarity of whole texts does not.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint32]

SIZE = 48
"""Hashes kept. At a containment of one half the estimate's standard error is 0.07 for equal lengths and 0.13 for
a text and its third: enough to tell copies (above 0.5) from reports of one event (below 0.2, see docs/stories.md)."""

LONGEST = 1 << 17
"""Bytes of a text that are sketched: some 20,000 English words."""

_ALL = np.uint32(0xFFFF_FFFF)
_SHINGLE = 3
_BASE = 0x9E37_79B9_7F4A_7C15
_MIX = np.uint64(0xC2B2_AE3D_27D4_EB4F)
_HALF = np.uint64(32)
# A shingle's hash is a polynomial of its bytes (Karp and Rabin, 1987), which running sums give for all at once.
_POWERS = np.cumprod(np.full(LONGEST + 1, _BASE, np.uint64))


@dataclass(frozen=True, slots=True)
class Sketch:
    """The smallest shingle hashes of a text, ascending; all of them when there are fewer than `SIZE`."""

    hashes: Hashes

    @property
    def limit(self) -> np.uint32:
        """Return the hash up to which the sketch is complete."""
        return np.uint32(self.hashes[-1]) if len(self.hashes) >= SIZE else _ALL


def sketch_of(spaced: bytes) -> Sketch:
    """Sketch a text given as its words with one space between.

    A text of one or two words has one shingle, an empty one has none.
    """
    if not spaced:
        return Sketch(np.empty(0, np.uint32))
    text = np.frombuffer(spaced, np.uint8, min(len(spaced), LONGEST))
    sums = np.empty(len(text) + 1, np.uint64)
    sums[0] = 0
    np.multiply(text, _POWERS[: len(text)], out=sums[1:])
    sums.cumsum(out=sums)
    [spaces] = (text == ord(" ")).nonzero()
    starts, ends = np.empty(len(spaces) + 1, np.int64), np.empty(len(spaces) + 1, np.int64)
    starts[0], starts[1:], ends[:-1], ends[-1] = 0, spaces + 1, spaces, len(text)
    ends = ends[_SHINGLE - 1 :] if len(ends) >= _SHINGLE else ends[-1:]
    starts = starts[: len(ends)]
    rolled = (sums[ends] - sums[starts]) * _POWERS[LONGEST - starts]
    rolled ^= rolled >> _HALF
    hashes = (rolled * _MIX >> _HALF).astype(np.uint32)
    hashes.sort()
    is_first = np.empty(len(hashes), np.bool_)
    is_first[0] = True
    np.not_equal(hashes[1:], hashes[:-1], out=is_first[1:])
    return Sketch(hashes[is_first][:SIZE])


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Hashes that one sketch shares with each of several others.

    `common` of the `left` and `right` hashes sampled below the smaller of the two limits.
    """

    common: npt.NDArray[np.int64]
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]

    @property
    def of_left(self) -> npt.NDArray[np.float64]:
        """Return how much of the one text is in each of the others."""
        return _share(self.common, self.left)

    @property
    def of_right(self) -> npt.NDArray[np.float64]:
        """Return how much of each of the others is in the one."""
        return _share(self.common, self.right)


def overlaps(sketch: Sketch, others: Hashes, counts: npt.NDArray[np.uint8]) -> Overlaps:
    """Compare a sketch that is not empty with several others, on the sample both have.

    `others` has a row of `SIZE` hashes for each, of which the first `counts` are in use.
    """
    mine = sketch.hashes
    limits = np.minimum(np.where(counts >= SIZE, others[:, -1], _ALL), sketch.limit)
    theirs = (others <= limits[:, None]) & (np.arange(SIZE) < counts[:, None])
    at = mine.searchsorted(others).clip(0, len(mine) - 1)
    return Overlaps(
        common=((mine[at] == others) & theirs).sum(axis=1),
        left=mine.searchsorted(limits, "right"),
        right=theirs.sum(axis=1),
    )


def _share(common: npt.NDArray[np.int64], sampled: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    share: npt.NDArray[np.float64] = common / np.maximum(sampled, 1)
    return share
