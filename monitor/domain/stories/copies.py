"""When a report repeats the text of an earlier one."""

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.reading import SHORT, Reading
from monitor.domain.stories.rows import Records
from monitor.domain.stories.sketch import Hashes, Sketch, overlap
from monitor.domain.stories.terms import TITLE

FEWEST_COMMON = 6
"""Hashes that two sketches must share whatever their share."""
CONTAINED = 0.5
CONTAINED_SHORT = 0.75
LONGEST_EXTENSION = 4.0
BORNE_OUT = 0.4
SAME_INSTALMENT = 16 * 3600


def copied(reading: Reading, outlet: int, now: int, record: Records) -> float:
    """How much of the shorter text is in the longer one, when that makes a copy; else 0."""
    theirs = Sketch(record["sketch"][: record["hashes"]])
    common = overlap(reading.sketch, theirs)
    share = max(common.of_left, common.of_right)
    sizes = sorted((reading.size, int(record["size"])))
    if is_other_instalment(reading, outlet, now, record) and sizes[0] < 100:
        return 0.0
    if sizes[0] < SHORT:
        both = min(common.of_left, common.of_right)
        enough = common.common >= FEWEST_COMMON and share >= CONTAINED_SHORT and both >= 0.4
    else:
        enough = common.common >= FEWEST_COMMON and share >= CONTAINED and sizes[1] <= LONGEST_EXTENSION * sizes[0]
    return min(share, 1.0) if enough and is_about_the_same(reading, record) else 0.0


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
    """Whether a headline of the one is borne out by the other: not so for a cookie wall under two headlines."""
    theirs = record["terms"][record["weights"] != 0]
    their_title = record["terms"][(record["weights"] & TITLE) != 0]
    return max(_borne_out(reading.title_terms, theirs), _borne_out(their_title, reading.terms)) >= BORNE_OUT


def _borne_out(title: Hashes, terms: Hashes) -> float:
    return float(np.isin(title, terms).mean()) if len(title) else 1.0
