"""When a report repeats the text of an earlier one."""

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.reading import SHORT, Reading
from monitor.domain.stories.rows import Records
from monitor.domain.stories.sketch import Hashes, Sketch, overlap
from monitor.domain.stories.terms import TITLE

FEWEST_COMMON = 6
"""Hashes that two sketches must share whatever their share."""
CONTAINED = 0.6
"""Share of the shorter text that a copy has in common. Copies that were cut, edited and extended keep 0.8 and more,
reports of one event share 0.1, at most 0.3; the estimate's error is 0.1."""
CONTAINED_SHORT = 0.75
"""The same below `SHORT` words, where one shared phrase is a large share."""
CONTAINED_SHORT_BOTH = 0.4
"""Share of the longer text too, when the shorter is short."""
LONGEST_EXTENSION = 4.0
"""A text more than so many times as long as one that it contains reports more: of the story, but no copy."""
BORNE_OUT = 0.4
"""Share of a headline's terms that the other report must have."""
COLUMN_WORDS = 100
"""Words below which equal texts under one recurring headline are a column's standing phrase."""
SAME_INSTALMENT = 16 * 3600
"""Seconds within which one outlet's same headline is the same instalment of a column, republished."""


def copied(reading: Reading, outlet: int, now: int, record: Records) -> tuple[float, float]:
    """How much of the shorter text is in the longer one, and how much of `reading` is in the earlier text; zeros when
    that does not make a copy."""
    theirs = Sketch(record["sketch"][: record["hashes"]])
    common = overlap(reading.sketch, theirs)
    share = max(common.of_left, common.of_right)
    sizes = sorted((reading.size, int(record["size"])))
    if is_other_instalment(reading, outlet, now, record) and sizes[0] < COLUMN_WORDS:
        return 0.0, 0.0
    if sizes[0] < SHORT:
        both = min(common.of_left, common.of_right)
        enough = common.common >= FEWEST_COMMON and share >= CONTAINED_SHORT and both >= CONTAINED_SHORT_BOTH
    else:
        enough = common.common >= FEWEST_COMMON and share >= CONTAINED and sizes[1] <= LONGEST_EXTENSION * sizes[0]
    return (share, common.of_left) if enough and is_about_the_same(reading, record) else (0.0, 0.0)


def is_other_instalment(reading: Reading, outlet: int, now: int, record: Records) -> bool:
    """Whether both are columns of one outlet under one recurring headline, of different days."""
    if outlet != record["outlet"] or reading.template.key != record["template"]:
        return False
    return bool(reading.template.slots != record["slots"] or abs(now - int(record["at"])) > SAME_INSTALMENT)


def is_other_day(reading: Reading, now: int, columns: Records) -> npt.NDArray[np.bool_]:
    """Which instalments of one column differ from a reading in their figures, or are of another day."""
    other: npt.NDArray[np.bool_] = (columns["slots"] != reading.template.slots) | (
        np.abs(columns["at"] - now) > SAME_INSTALMENT
    )
    return other


def is_about_the_same(reading: Reading, record: Records) -> bool:
    """Whether the common text is what the headlines are about: not so for a cookie wall under two headlines.

    A long text that bears out its own headline is an article, whatever headline another outlet gave it.
    """
    if record["is_about_itself"] and min(reading.size, int(record["size"])) >= SHORT:
        return True
    theirs = record["terms"][record["weights"] != 0]
    their_title = record["terms"][(record["weights"] & TITLE) != 0]
    return max(_borne_out(reading.title_terms, theirs), _borne_out(their_title, reading.terms)) >= BORNE_OUT


def _borne_out(title: Hashes, terms: Hashes) -> float:
    return float(np.isin(title, terms).mean()) if len(title) else 1.0
