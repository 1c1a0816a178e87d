"""Decide whether a report repeats the text of an earlier one."""

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.compare import Floats, compared
from monitor.domain.stories.fingerprint.fingerprint import SHORT, DecodedFingerprint
from monitor.domain.stories.fingerprint.sketch import Hashes, overlaps
from monitor.domain.stories.fingerprint.terms import TITLE
from monitor.domain.stories.memory.rows import Records
from monitor.domain.stories.patterns import patterned

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
PATTERN = 0.5
"""How far another headline may be this one with other names and numbers."""
SAME_INSTALMENT = 16 * 3600
"""Seconds within which one outlet's same headline is the same instalment of a column, republished."""

Bools = npt.NDArray[np.bool_]


def copied(report: DecodedFingerprint, outlet: int, now: int, records: Records) -> tuple[Floats, Floats, int]:
    """Measure for each record how much of its text `report` repeats.

    Returns the share of the shorter text found in the longer one, the share of `report` found in the record (both 0
    where that makes no copy), and the number of cookie walls: records with the same text under a headline that the
    text has nothing to do with.
    """
    common = overlaps(report.sketch, records["sketch"], records["hashes"])
    of_left, of_right = common.of_left, common.of_right
    share = np.maximum(of_left, of_right)
    theirs = records["size"].astype(np.int64)
    shorter, longer = np.minimum(theirs, report.size), np.maximum(theirs, report.size)
    enough = np.where(
        shorter < SHORT,
        (share >= CONTAINED_SHORT) & (np.minimum(of_left, of_right) >= CONTAINED_SHORT_BOTH),
        (share >= CONTAINED) & (longer <= LONGEST_EXTENSION * shorter),
    )
    enough &= common.common >= FEWEST_COMMON
    enough &= ~(is_other_instalment(report, outlet, now, records) & (shorter < COLUMN_WORDS))
    enough &= patterned(compared(report, records)) < PATTERN
    doubtful = enough & ~(records["is_about_itself"] & (shorter >= SHORT))
    walls = 0
    if doubtful.any():
        borne_out = are_about_the_same(report, records.where(doubtful))
        enough[doubtful] = borne_out
        walls = borne_out.count(False)
    return share * enough, of_left * enough, walls


def is_other_instalment(report: DecodedFingerprint, outlet: int, now: int, records: Records) -> Bools:
    """Find records that are another day's instalment of the same outlet's column."""
    column: Bools = (records["outlet"] == outlet) & (records["template"] == report.template.key)
    return column & is_other_day(report, now, records)


def is_other_day(report: DecodedFingerprint, now: int, columns: Records) -> Bools:
    """Find instalments of one column with other figures than `report`, or of another day."""
    other: Bools = (columns["slots"] != report.template.slots) | (np.abs(columns["at"] - now) > SAME_INSTALMENT)
    return other


def are_about_the_same(report: DecodedFingerprint, records: Records) -> list[bool]:
    """Decide for each record whether the common text is what the headlines are about.

    It is not for a cookie wall under two headlines. A long text that bears out its own headline is not asked about: it
    is an article, whatever its headline elsewhere.
    """
    borne_out = []
    for terms, weights in zip(records["terms"], records["weights"], strict=True):
        theirs, their_title = terms[weights != 0], terms[(weights & TITLE) != 0]
        most = max(_borne_out(report.title_terms, theirs), _borne_out(their_title, report.terms))
        borne_out.append(most >= BORNE_OUT)
    return borne_out


def _borne_out(title: Hashes, terms: Hashes) -> float:
    # of a few dozen numbers sets are made and compared in a tenth of the time that numpy takes
    return len(set(title.tolist()) & set(terms.tolist())) / len(title) if len(title) else 1.0
