"""Choose the story of a report whose likeness to earlier reports is known."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from monitor.domain.stories.compare import Floats
from monitor.domain.stories.fingerprint.fingerprint import DecodedFingerprint
from monitor.domain.stories.memory.rows import Records

ENOUGH = 0.33
"""The likeness from which a report joins a story."""
GROWN, FULLY_GROWN = 0.15, 8
"""What puts a story before another that a report resembles enough too: so much for each doubling of its reports, up to
so many. Two stories of one event that began side by side do not go on side by side."""
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
class StoryCandidate:
    """A candidate story: how alike it is all told, and the report most like."""

    story: int
    score: float
    nearest: int


@dataclass(frozen=True, slots=True)
class StoryCounts:
    """Counts of a story's members.

    `own` are no copies, `last` is when the last came, `has_outlet` whether one is of the asking outlet.
    """

    own: int
    last: int
    has_outlet: bool


def story_counts(members: Records, outlet: int) -> StoryCounts:
    """Add up the members of a story."""
    own = int(np.count_nonzero(members["root"] == members["article"]))
    return StoryCounts(own, int(members["at"].max(initial=0)), bool((members["outlet"] == outlet).any()))


def best_story(
    report: DecodedFingerprint, now: int, records: Records, alike: Floats, counts_of: Callable[[int], StoryCounts]
) -> StoryCandidate | None:
    """Choose the story that a report most likely belongs to, the older of equals.

    `records` are earlier reports, the oldest first, with their likeness; `counts_of` adds up a story's members. Among
    stories that it resembles enough, size counts too. No story is more like than its best member: those that cannot
    become the best are not added up. Returns None without a candidate.
    """
    by_story: dict[int, list[tuple[float, int]]] = {}
    of_story, articles = records["story"].tolist(), records["article"].tolist()
    for story, article, likeness in zip(of_story, articles, alike.tolist(), strict=True):
        by_story.setdefault(story, []).append((-likeness, article))
    for found in by_story.values():
        found.sort()
    aside = ASIDE * report.is_aside
    best, best_rank = None, 0.0
    for story, found in sorted(by_story.items(), key=lambda held: held[1][0]):
        top, nearest = -found[0][0], found[0][1]
        if best is not None and _rank(top - aside, FULLY_GROWN) <= best_rank:
            break
        members = counts_of(story)
        few = max(min(FEW, members.own), 1)
        mean = -sum(negative for negative, _ in found[:few]) / few
        handicap = STALE * max(now - members.last, 0) / _DAY + SAME_OUTLET * members.has_outlet
        score = BEST_SHARE * top + (1 - BEST_SHARE) * mean - handicap - aside
        rank = _rank(score, members.own)
        if best is None or rank > best_rank:
            best, best_rank = StoryCandidate(story, score, nearest), rank
    return best


def _rank(score: float, own: int) -> float:
    return score + GROWN * math.log2(min(max(own, 1), FULLY_GROWN)) if score >= ENOUGH else score
