"""Compare the terms of one report with those of several others."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.fingerprint.fingerprint import DecodedFingerprint, Weights
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
    """Terms of one report and of several others, aligned.

    `terms` ascend, with their `flags`. `their_terms` has a row for each of the others, with `their_flags`. `at` says
    where each of theirs stands among `terms`; `len(terms)` where it does not.
    """

    terms: Hashes
    flags: Weights
    their_terms: Hashes
    their_flags: Weights
    at: Places

    def where(self, wanted: npt.NDArray[np.bool_]) -> "Compared":
        """Keep only the others that are wanted."""
        theirs = self.their_terms[wanted], self.their_flags[wanted], self.at[wanted]
        return Compared(self.terms, self.flags, *theirs)

    def beside(self, values: npt.NDArray[np.generic]) -> Floats:
        """Look up for each of `their_terms` the value its equal in `terms` has; 0 without one."""
        with_end = np.zeros(len(values) + 1)
        with_end[:-1] = values
        found: Floats = with_end.take(self.at)
        return found


def compared(report: DecodedFingerprint, records: Records) -> Compared:
    """Align the terms of `report` with those of each record."""
    order = report.terms.argsort()
    terms, their_terms = report.terms[order], records["terms"]
    return Compared(terms, report.weights[order], their_terms, records["weights"], _places(terms, their_terms))


def _places(terms: Hashes, theirs: Hashes) -> Places:
    """Find each of theirs among the ascending `terms`; `len(terms)` where it is missing."""
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
