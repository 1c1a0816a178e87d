"""Which story a report belongs to, once its likeness to earlier reports is known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.likeness import Floats
from monitor.domain.stories.reading import Reading
from monitor.domain.stories.rows import Records

ENOUGH = 0.35
"""The likeness from which a report joins a story."""
BEST_SHARE = 0.5
"""A story is as like as the mean of its best member and of its best few: chance resemblances do not chain stories."""
FEW = 4
SAME_OUTLET = 0.2
"""What an outlet's second article must be more alike: newsrooms report an event once, what follows is another angle."""
ASIDE = 0.25
"""What a question, explainer, reaction or piece of footage must be more alike."""
STALE = 0.04
"""What a story loses for each day that nobody added to it."""

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate story: how alike it is all told, and the report most like."""

    story: int
    score: float
    nearest: int


def best_story(
    reading: Reading, outlet: int, now: int, records: Records, alike: Floats, members: Records
) -> Standing | None:
    """The story that a report resembles most, the older of equals; None when there is no candidate.

    `records` are earlier reports with their likeness, `members` all reports known of their stories.
    """
    best: Standing | None = None
    for story in np.unique(records["story"]).tolist():
        mine = records["story"] == story
        scores = np.sort(alike[mine])[::-1]
        whole = members[members["story"] == story]
        own = int((whole["root"] == whole["article"]).sum())
        few = max(min(FEW, own), 1)
        score = BEST_SHARE * float(scores[0]) + (1 - BEST_SHARE) * float(scores[:few].sum()) / few
        score -= STALE * max(now - int(whole["at"].max()), 0) / _DAY
        score -= SAME_OUTLET * bool((whole["outlet"] == outlet).any()) + ASIDE * reading.is_aside
        if best is None or score > best.score:
            nearest = int(records["article"][mine][np.argmax(alike[mine])])
            best = Standing(story, score, nearest)
    return best


def keys_of(stories: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Stories as keys of postings."""
    keys: npt.NDArray[np.uint32] = (np.unique(stories) & 0xFFFF_FFFF).astype(np.uint32)
    return keys
