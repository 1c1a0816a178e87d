"""How alike two reports are, by what they are about."""

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.comparing import Floats, Places, compared, ended
from monitor.domain.stories.frequencies import Frequencies
from monitor.domain.stories.patterns import patterned
from monitor.domain.stories.reading import Reading
from monitor.domain.stories.rows import Records
from monitor.domain.stories.terms import NEUTRAL, SOUND, TITLE

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


def likeness(reading: Reading, records: Records, frequencies: Frequencies) -> Floats:
    """How alike `reading` is to each of some records, 0 to 1, by the frequencies of now."""
    both = compared(reading, records)
    at, flags, their_flags = both.at, both.flags, both.their_flags
    my_rarity, their_rarity = frequencies.weigh(both.terms), frequencies.weigh(both.their_terms)

    mine, theirs = my_rarity * _AS_WORD[flags], their_rarity * _AS_WORD[their_flags]
    headline = my_rarity * _IN_TITLE[flags]
    found = ended(headline)[at].sum(axis=1) / max(float(headline.sum()), 1e-9)
    within = (1 - HEADLINE_SHARE) * _cosine(mine, theirs, at) + HEADLINE_SHARE * found
    within = within * (1 - patterned(both))

    languages = records["language"]
    foreign = (languages != reading.language) & (languages != 0) & (reading.language != 0)
    if not foreign.any():
        return _plain(within)
    mine, theirs = my_rarity * _AS_NAME[flags], their_rarity * _AS_NAME[their_flags]
    shared = ((ended(mine)[at] > 0) & (theirs > 0)).sum(axis=1)
    across = FOREIGN_WEIGHT * _cosine(mine, theirs, at) * (shared >= FEWEST_NEUTRAL)
    return _plain(np.where(foreign, across, within))


def _cosine(mine: Floats, theirs: Floats, at: Places) -> Floats:
    products = np.einsum("ij,ij->i", ended(mine)[at], theirs)
    norms = np.sqrt(float(mine @ mine) * np.einsum("ij,ij->i", theirs, theirs))
    return _plain(products / np.maximum(norms, 1e-9))


def _plain(figures: npt.ArrayLike) -> Floats:
    return np.asarray(figures, np.float64)
