"""Count how common each term is among the reports of the window."""

import numpy as np
import numpy.typing as npt

YOUNG = 20
"""Reports that a new index takes for read: what each of the first few says is not yet said everywhere."""

_SLOTS = 1 << 21
_SLOT = np.uint32(_SLOTS - 1)
_LOGARITHMS = np.log1p(np.arange(1 << 16))  # a term in more documents is as common as can be


class Frequencies:
    """Document frequencies in a table of fixed size (8 MB).

    Two of 300,000 terms share a slot in one case of seven, which makes a rare term look a little less rare.
    """

    def __init__(self) -> None:
        self._table = np.zeros(_SLOTS, np.int32)
        self.documents = 0

    def count(self, terms: npt.NDArray[np.uint32], times: int = 1) -> None:
        """Add a document's terms, or with -1 take them back."""
        np.add.at(self._table, terms & _SLOT, times)
        self.documents += times

    def of(self, terms: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
        """Return the document frequency of each term."""
        frequency: npt.NDArray[np.int64] = self._table[terms & _SLOT].astype(np.int64)
        return frequency

    def weigh(self, terms: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
        """Return the inverse document frequency of each term, 0 to 1; 1 for a new one.

        A term that most of the stream holds weighs nothing, be the stream ever so small: a subject has common words.
        """
        # The constants keep a young index from calling everything rare or everything common.
        frequency = self._table[terms & _SLOT]
        rarity = 1.0 - _LOGARITHMS.take(frequency, mode="clip") / np.log(self.documents + 1_000.0)
        everywhere = np.minimum(frequency / (self.documents + YOUNG), 1.0)
        weights: npt.NDArray[np.float64] = rarity * (1.0 - everywhere)
        return weights
