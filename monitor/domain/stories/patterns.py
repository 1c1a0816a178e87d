"""Recognise news told after one pattern: two earthquakes, two strikes on two cities.

Wire services tell such events in the same words, and what tells them apart are the names and numbers in their
headlines. Their likeness is therefore no sign of one event: the more two headlines agree in their plain words while
their names and numbers differ, the less it counts.
"""

import numpy as np

from monitor.domain.stories.compare import Compared, Floats
from monitor.domain.stories.fingerprint.terms import NEUTRAL, SOUND, SPECIFIC, TITLE

NUMBER = 0.5
"""A number against a name: casualties and votes are counted again while the event stays the same."""

_FLAGS = np.arange(256)
_SPECIFIC = (_FLAGS & SPECIFIC != 0) * np.where(_FLAGS & NEUTRAL, NUMBER, 1.0)
_PLAIN = (_FLAGS & TITLE != 0) & (_FLAGS & (SPECIFIC | SOUND) == 0)


def patterned(both: Compared) -> Floats:
    """Measure how far each record's headline is the report's with other names and numbers, 0 to 1.

    A name or number agrees when the other report has it anywhere, headline or text; where either headline has none,
    nothing can be said, and the answer is 0.
    """
    flags, their_flags, at = both.flags, both.their_flags, both.at
    mine = _SPECIFIC[flags]
    if not mine.any():
        return np.zeros(len(at))
    theirs = _SPECIFIC[their_flags]
    their_sum = theirs.sum(axis=1)
    same = (at < len(flags)) & (their_flags != 0)
    agreed = np.maximum(
        (both.beside(mine) * same).sum(axis=1) / mine.sum(), (theirs * same).sum(axis=1) / np.maximum(their_sum, NUMBER)
    )
    my_plain, their_plain = _PLAIN[flags], _PLAIN[their_flags]
    shared = 2 * (both.beside(my_plain) * (their_plain & same)).sum(axis=1)
    plain = shared / np.maximum(my_plain.sum() + their_plain.sum(axis=1), 1)
    figures: Floats = (1 - np.minimum(agreed, 1.0)) * plain * plain * (their_sum > 0)
    return figures
