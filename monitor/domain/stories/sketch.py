"""Sketches: a few dozen numbers that tell how much of one text is contained in another.

A text is its set of three-word shingles, each hashed to 32 bits; the sketch keeps the smallest hashes
(bottom-k MinHash, Broder 1997). Two sketches are compared below the smaller of their two limits, where both
are complete samples: that makes the sample a FracMinHash with a scale that follows the longer text, and the
share of common hashes an estimate of *containment*, which survives cutting, extending and reordering where
the similarity of whole texts does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xxhash

Hashes = npt.NDArray[np.uint32]

SIZE = 48
"""Hashes kept. At a containment of one half the estimate's standard error is 0.07 for equal lengths and 0.13 for
a text and its third: enough to tell copies (above 0.5) from reports of one event (below 0.2, see docs/stories.md)."""

_ALL = np.uint32(0xFFFF_FFFF)
_MIX = (np.uint64(0x9E37_79B9_7F4A_7C15), np.uint64(0xC2B2_AE3D_27D4_EB4F), np.uint64(0x1656_67B1_9E37_79F9))


@dataclass(frozen=True, slots=True)
class Sketch:
    """The smallest shingle hashes of a text, ascending; all of them when there are fewer than `SIZE`."""

    hashes: Hashes

    @property
    def limit(self) -> np.uint32:
        """The hash up to which the sketch is complete."""
        return np.uint32(self.hashes[-1]) if len(self.hashes) >= SIZE else _ALL


def sketch_of(words: Sequence[str]) -> Sketch:
    """The sketch of a text given as its words; a text of fewer than three words has one shingle, of none none."""
    if not words:
        return Sketch(np.empty(0, np.uint32))
    digest = xxhash.xxh3_64_intdigest
    tokens = np.fromiter(map(digest, " ".join(words).encode().split(b" ")), np.uint64, len(words))
    rolled = tokens[: max(len(tokens) - 2, 1)] * _MIX[0]
    for step in (1, 2):
        if len(tokens) > step:
            rolled = (rolled ^ (rolled >> np.uint64(29))) * _MIX[1] + tokens[step : step + len(rolled)] * _MIX[2]
    rolled ^= rolled >> np.uint64(32)
    return Sketch(np.unique((rolled * _MIX[0] >> np.uint64(32)).astype(np.uint32))[:SIZE])


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two sketches share: `common` hashes of `left` and `right` sampled below the smaller limit."""

    common: int
    left: int
    right: int

    @property
    def of_left(self) -> float:
        """How much of the left text is in the right one."""
        return self.common / self.left if self.left else 0.0

    @property
    def of_right(self) -> float:
        """How much of the right text is in the left one."""
        return self.common / self.right if self.right else 0.0


def overlap(left: Sketch, right: Sketch) -> Overlap:
    """Compare two sketches on the sample both have."""
    limit = min(left.limit, right.limit)
    return Overlap(
        common=len(np.intersect1d(left.hashes, right.hashes, assume_unique=True)),
        left=int(np.searchsorted(left.hashes, limit, "right")),
        right=int(np.searchsorted(right.hashes, limit, "right")),
    )
