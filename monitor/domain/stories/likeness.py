"""How alike two reports are, by what they are about."""

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.frequencies import Frequencies
from monitor.domain.stories.reading import Reading
from monitor.domain.stories.rows import Records
from monitor.domain.stories.terms import NEUTRAL, SOUND, TITLE

Floats = npt.NDArray[np.float64]

TITLE_WEIGHT = 2.0
"""A headline word counts as two: it is the editor's own summary."""
NEUTRAL_WEIGHT = 1.5
"""Names and numbers against other words, within one language."""
HEADLINE_SHARE = 0.2
"""How much the share of the headline found in the other report weighs against the similarity of the whole."""
FOREIGN_WEIGHT = 0.85
"""Across languages only names and numbers can be compared; that they agree says a little less."""
FEWEST_NEUTRAL = 2
"""Names and numbers that two reports in different languages must share at least."""


def likeness(reading: Reading, records: Records, frequencies: Frequencies) -> Floats:
    """How alike `reading` is to each of some records, 0 to 1, by the frequencies of now."""
    order = np.argsort(reading.terms)
    terms, mine = reading.terms[order], reading.weights[order]
    theirs = records["weights"]
    my_rarity, their_rarity = frequencies.weigh(terms), frequencies.weigh(records["terms"]) * (theirs != 0)
    at = np.searchsorted(terms, records["terms"]).clip(0, len(terms) - 1)
    same = (terms[at] == records["terms"]) & (theirs != 0)

    my_words, their_words = _words(mine, my_rarity), _words(theirs, their_rarity)
    my_title = np.where((mine & TITLE != 0) & (mine & SOUND == 0), my_rarity, 0.0)
    headline = np.where(same, my_title[at], 0.0).sum(axis=1) / max(float(my_title.sum()), 1e-9)
    within = (1 - HEADLINE_SHARE) * _cosine(my_words, their_words, at, same) + HEADLINE_SHARE * headline

    foreign = (records["language"] != reading.language) & (records["language"] != 0) & (reading.language != 0)
    if not foreign.any():
        return _plain(within)
    my_names, their_names = _names(mine, my_rarity), _names(theirs, their_rarity)
    shared = (same & (their_names > 0) & (my_names[at] > 0)).sum(axis=1)
    across = FOREIGN_WEIGHT * _cosine(my_names, their_names, at, same) * (shared >= FEWEST_NEUTRAL)
    return _plain(np.where(foreign, across, within))


def _words(weights: npt.NDArray[np.uint8], rarity: Floats) -> Floats:
    """The vector of a text among texts of its language."""
    neutral = np.where(weights & NEUTRAL, NEUTRAL_WEIGHT, 1.0)
    return _plain(_headlined(weights, rarity) * neutral * (weights & SOUND == 0))


def _names(weights: npt.NDArray[np.uint8], rarity: Floats) -> Floats:
    """The vector of a text among texts of any language."""
    return _plain(_headlined(weights, rarity) * (weights & NEUTRAL != 0))


def _headlined(weights: npt.NDArray[np.uint8], rarity: Floats) -> Floats:
    return _plain(rarity * np.where(weights & TITLE, TITLE_WEIGHT, 1.0))


def _cosine(mine: Floats, theirs: Floats, at: npt.NDArray[np.int64], same: npt.NDArray[np.bool_]) -> Floats:
    products = np.where(same, mine[at] * theirs, 0.0).sum(axis=1)
    norms = np.sqrt(float(mine @ mine) * np.einsum("ij,ij->i", theirs, theirs))
    return _plain(products / np.maximum(norms, 1e-9))


def _plain(figures: npt.ArrayLike) -> Floats:
    return np.asarray(figures, np.float64)
