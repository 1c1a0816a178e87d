"""Which story a report belongs to, once its likeness to earlier reports is known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.likeness import Floats
from monitor.domain.stories.reading import Reading
from monitor.domain.stories.rows import Records

ENOUGH = 0.32
"""The likeness from which a report joins a story."""
BEST_SHARE = 0.5
"""A story is as like as the mean of its best member and of its best few: chance resemblances do not chain stories."""
FEW = 4
SAME_OUTLET = 0.2
"""What an outlet's second article must be more alike: newsrooms report an event once, what follows is another angle."""
ASIDE = 0.3
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


@dataclass(frozen=True, slots=True)
class Members:
    """All known reports of some stories, as columns: story, outlet, time, and whether a report is no copy."""

    story: list[int]
    outlet: list[int]
    at: list[int]
    is_own: list[bool]


@dataclass(slots=True)
class _Tally:
    """What a story's members add up to."""

    own: int = 0
    last: int = 0
    has_outlet: bool = False


def best_story(
    reading: Reading, outlet: int, now: int, records: Records, alike: Floats, members: Members
) -> Standing | None:
    """The story that a report resembles most, the older of equals; None when there is no candidate.

    `records` are earlier reports, the oldest first, with their likeness; `members` all reports of their stories.
    """
    scores: dict[int, list[tuple[float, int]]] = {}
    for story, article, score in zip(
        records["story"].tolist(), records["article"].tolist(), alike.tolist(), strict=True
    ):
        scores.setdefault(story, []).append((-score, article))
    tallies = _tallies(members, outlet)
    best: Standing | None = None
    for story, found in scores.items():
        found.sort()
        tally = tallies.get(story, _Tally(last=now))
        few = max(min(FEW, tally.own), 1)
        mean = -sum(score for score, _ in found[:few]) / few
        score = BEST_SHARE * -found[0][0] + (1 - BEST_SHARE) * mean
        score -= STALE * max(now - tally.last, 0) / _DAY + SAME_OUTLET * tally.has_outlet + ASIDE * reading.is_aside
        if best is None or score > best.score:
            best = Standing(story, score, found[0][1])
    return best


def _tallies(members: Members, outlet: int) -> dict[int, _Tally]:
    tallies: dict[int, _Tally] = {}
    for story, printed_by, at, is_own in zip(members.story, members.outlet, members.at, members.is_own, strict=True):
        tally = tallies.setdefault(story, _Tally(last=at))
        tally.own += is_own
        tally.last = max(tally.last, at)
        tally.has_outlet |= printed_by == outlet
    return tallies


def keys_of(stories: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Stories as keys of postings."""
    keys: npt.NDArray[np.uint32] = (np.unique(stories) & 0xFFFF_FFFF).astype(np.uint32)
    return keys
