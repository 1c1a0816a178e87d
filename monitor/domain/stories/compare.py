"""The terms of one report beside those of several others."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.fingerprint.fingerprint import Reading, Weights
from monitor.domain.stories.fingerprint.sketch import Hashes
from monitor.domain.stories.fingerprint.terms import TERMS
from monitor.domain.stories.memory.rows import Records

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

_START = np.uint32(18)
_STARTS = 1 << 14
_NUMBERS = np.arange(TERMS, dtype=np.int8)


@dataclass(frozen=True, slots=True)
class Compared:
    """`terms` of the one, ascending, with their flags; `their_terms`, a row for each of the others, with theirs; and
    `at`, where each of theirs is among `terms`: the place after the last where it is not."""

    terms: Hashes
    flags: Weights
    their_terms: Hashes
    their_flags: Weights
    at: Places

    def where(self, wanted: npt.NDArray[np.bool_]) -> "Compared":
        """Beside those of the others that are wanted."""
        theirs = self.their_terms[wanted], self.their_flags[wanted], self.at[wanted]
        return Compared(self.terms, self.flags, *theirs)

    def beside(self, values: npt.NDArray[np.generic]) -> Floats:
        """Of a value for each of `terms` the one that each of `their_terms` has there; 0 for what is not among them."""
        with_end = np.zeros(len(values) + 1)
        with_end[:-1] = values
        found: Floats = with_end.take(self.at)
        return found


def compared(reading: Reading, records: Records) -> Compared:
    """`reading` beside each of some records."""
    order = reading.terms.argsort()
    terms, their_terms = reading.terms[order], records["terms"]
    return Compared(terms, reading.weights[order], their_terms, records["weights"], _places(terms, their_terms))


def _places(terms: Hashes, theirs: Hashes) -> Places:
    """Where each of theirs is among `terms`, which ascend; the place after the last where it is not."""
    if not len(terms):
        return np.zeros(theirs.shape, np.intp)
    starts = terms >> _START
    if (starts[1:] == starts[:-1]).any():
        at = terms.searchsorted(theirs)
    else:
        # The first bits of a hash tell terms apart nearly always: one look-up instead of a bisection, in a table that
        # stays in the processor's nearest cache.
        table = np.zeros(_STARTS, np.int8)
        table[starts] = _NUMBERS[: len(terms)]
        at = table.take(theirs >> _START).astype(np.intp)
    at[terms.take(at, mode="clip") != theirs] = len(terms)
    return at
