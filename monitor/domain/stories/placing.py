"""Which story a report belongs to, once its likeness to earlier reports is known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.comparing import Floats
from monitor.domain.stories.reading import Reading
from monitor.domain.stories.rows import Records

ENOUGH = 0.31
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
class Tallies:
    """What the members of some stories add up to, a story a place: how many are no copies, when the last came, and
    whether the outlet asking has one."""

    stories: npt.NDArray[np.int64]
    own: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    has_outlet: npt.NDArray[np.bool_]


def tallied(stories: npt.NDArray[np.int64], which: npt.NDArray[np.int64], members: Records, outlet: int) -> Tallies:
    """Add up the members of `stories`; `which` story each one is of, by its place."""
    own = np.bincount(which, members["root"] == members["article"], len(stories))
    last = np.full(len(stories), np.iinfo(np.int64).min)
    np.maximum.at(last, which, members["at"])
    has_outlet = np.bincount(which, members["outlet"] == outlet, len(stories)) > 0
    return Tallies(stories, own.astype(np.int64), last, has_outlet)


def best_story(reading: Reading, now: int, records: Records, alike: Floats, tallies: Tallies) -> Standing | None:
    """The story that a report resembles most, the older of equals; None when there is no candidate.

    `records` are earlier reports, the oldest first, with their likeness; `tallies` of all their stories.
    """
    scores: dict[int, list[tuple[float, int]]] = {}
    of_story, articles = records["story"].tolist(), records["article"].tolist()
    for story, article, score in zip(of_story, articles, alike.tolist(), strict=True):
        scores.setdefault(story, []).append((-score, article))
    handicaps = STALE * np.maximum(now - tallies.last, 0) / _DAY + SAME_OUTLET * tallies.has_outlet
    totals = dict(
        zip(tallies.stories.tolist(), zip(tallies.own.tolist(), handicaps.tolist(), strict=True), strict=True)
    )
    best: Standing | None = None
    for story, found in scores.items():
        found.sort()
        own, handicap = totals[story]
        few = max(min(FEW, own), 1)
        mean = -sum(score for score, _ in found[:few]) / few
        score = BEST_SHARE * -found[0][0] + (1 - BEST_SHARE) * mean - handicap - ASIDE * reading.is_aside
        if best is None or score > best.score:
            best = Standing(story, score, found[0][1])
    return best
