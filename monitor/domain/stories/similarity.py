"""Measure how alike two reports are, by their terms."""

import numpy as np

from monitor.domain.stories.compare import Compared, Floats, compared
from monitor.domain.stories.fingerprint.fingerprint import DecodedFingerprint
from monitor.domain.stories.fingerprint.terms import NEUTRAL, SOUND, TITLE
from monitor.domain.stories.memory.frequencies import Frequencies
from monitor.domain.stories.memory.rows import Records
from monitor.domain.stories.patterns import patterned

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

_FLAGS = np.arange(256)
_HEADLINED = np.where(_FLAGS & TITLE, TITLE_WEIGHT, 1.0) * (_FLAGS != 0)
_AS_WORD = _HEADLINED * np.where(_FLAGS & NEUTRAL, NEUTRAL_WEIGHT, 1.0) * (_FLAGS & SOUND == 0)
_AS_NAME = _HEADLINED * (_FLAGS & NEUTRAL != 0)
_IN_TITLE = ((_FLAGS & TITLE != 0) & (_FLAGS & SOUND == 0)).astype(float)
"""What a term's byte makes of its rarity: among texts of its language, of any language, and in the headline; 0 is the
byte of no term."""


def likeness(report: DecodedFingerprint, records: Records, frequencies: Frequencies, least: float) -> Floats:
    """Measure how alike `report` is to each record, 0 to 1, by the present frequencies.

    What is less alike than `least` is not looked at further: its figure may be too high, but is below `least`.
    """
    both = compared(report, records)
    flags, their_flags, size = both.flags, both.their_flags, len(both.terms)
    rarity = frequencies.weigh(np.concatenate([both.terms, both.their_terms.ravel()]))
    my_rarity, their_rarity = rarity[:size], rarity[size:].reshape(both.their_terms.shape)

    headline = my_rarity * _IN_TITLE[flags]
    found = both.beside(headline).sum(axis=1) / max(float(headline.sum()), 1e-9)
    cosine = _cosine(both, my_rarity * _AS_WORD[flags], their_rarity * _AS_WORD[their_flags])
    within: Floats = (1 - HEADLINE_SHARE) * cosine + HEADLINE_SHARE * found
    near = within >= least
    if near.any():
        within[near] *= 1 - patterned(both.where(near))

    languages = records["language"]
    foreign = (languages != report.language) & (languages != 0) & (report.language != 0)
    if not foreign.any():
        return within
    mine, theirs = my_rarity * _AS_NAME[flags], their_rarity * _AS_NAME[their_flags]
    shared = ((both.beside(mine) > 0) & (theirs > 0)).sum(axis=1)
    across = FOREIGN_WEIGHT * _cosine(both, mine, theirs) * (shared >= FEWEST_NEUTRAL)
    figures: Floats = np.where(foreign, across, within)
    return figures


def _cosine(both: Compared, mine: Floats, theirs: Floats) -> Floats:
    products = np.einsum("ij,ij->i", both.beside(mine), theirs)
    norms = np.sqrt(float(mine @ mine) * np.einsum("ij,ij->i", theirs, theirs))
    cosine: Floats = products / np.maximum(norms, 1e-9)
    return cosine
