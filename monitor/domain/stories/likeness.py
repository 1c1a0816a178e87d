"""How alike two reports are, by what they are about."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.frequencies import Frequencies
from monitor.domain.stories.reading import Reading
from monitor.domain.stories.rows import Records
from monitor.domain.stories.terms import TITLE

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Figures of a reading against each of some records: cosine of all terms, and of the titles' terms."""

    whole: Floats
    title: Floats
    shared: Floats


def weights_of(weights: npt.NDArray[np.uint8], rarity: Floats) -> Floats:
    """The weight of terms in a vector: rarity squared damps what every report has, a title word counts double."""
    vector: Floats = np.where(weights & TITLE, 2.0, 1.0) * rarity**2 * (weights != 0)
    return vector


def likeness(reading: Reading, records: Records, frequencies: Frequencies) -> Likeness:
    """Compare `reading` with `records`, by the frequencies of now."""
    order = np.argsort(reading.terms)
    terms, flags = reading.terms[order], reading.weights[order]
    mine = weights_of(flags, frequencies.weigh(terms))
    theirs = weights_of(records["weights"], frequencies.weigh(records["terms"]))
    at = np.searchsorted(terms, records["terms"]).clip(0, len(terms) - 1)
    same = (terms[at] == records["terms"]) & (records["weights"] != 0)
    product = np.where(same, mine[at] * theirs, 0.0)
    my_title, their_title = (flags & TITLE) != 0, (records["weights"] & TITLE) != 0
    return Likeness(
        whole=_cosine(product, mine, theirs),
        title=_cosine(product * (my_title[at] & their_title), mine * my_title, theirs * their_title),
        shared=np.where(same, frequencies.weigh(records["terms"]) ** 2, 0.0).sum(axis=1),
    )


def _cosine(product: Floats, mine: Floats, theirs: Floats) -> Floats:
    norms = np.sqrt((mine**2).sum() * (theirs**2).sum(axis=1))
    cosine: Floats = product.sum(axis=1) / np.maximum(norms, 1e-9)
    return cosine
