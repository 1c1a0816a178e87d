"""Choose the story of a report whose pair scores with earlier reports are known."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from monitor.domain.stories.compare import Floats
from monitor.domain.stories.memory.rows import Records

ENOUGH = -1.0
"""The score (log-odds) from which a report joins a story: lower merges reactions, higher splits stories."""
UNFOUND = -4.0
"""The score of a member that was not among the reports compared: it shares no rare term."""
MOST_MEMBERS = 24
"""Members that the mean is taken over; a longer story is judged by its best ones."""
BEST_SHARE = 0.25
"""The share of the best member in a story's score; the rest is the mean over its members (average linkage)."""
GROWN, FULLY_GROWN = 0.4, 8
"""Bonus for larger stories among those that are near enough: GROWN per doubling, up to FULLY_GROWN reports.

Two stories of one event that began side by side do not go on side by side.
"""
FOLLOWS = -2.5
"""The score from which a report that begins its own story follows the nearest one: a reaction, a denial, day two."""
JOIN = -0.75
"""The mean score (log-odds) over all pairs of reports from which two stories become one."""
JOIN_SAME_OUTLET = 1.5
"""What two stories lose that have reports of one outlet: it took them for two."""
JOIN_WITHIN = 3_600
"""Seconds after its first report within which a story can be joined with an older one: later, people rely on it."""
SAME_OUTLET = 1.5
"""What a story loses that has a report of the same outlet: what an outlet prints next is mostly another angle."""


@dataclass(frozen=True, slots=True)
class StoryCandidate:
    """A story that a report may belong to: its score in log-odds, and the report most like."""

    story: int
    score: float
    nearest: int


@dataclass(frozen=True, slots=True)
class StoryCounts:
    """Counts of a story's members.

    `own` are no copies, `has_outlet` tells whether one is of the asking outlet.
    """

    own: int
    has_outlet: bool


def story_counts(members: Records, outlet: int) -> StoryCounts:
    """Add up the members of a story."""
    own = int(np.count_nonzero(members["root"] == members["article"]))
    return StoryCounts(own, bool((members["outlet"] == outlet).any()))


def mean_score(scores: list[float], pairs: int) -> float:
    """Return a story's score from the pair scores found, best first, of `pairs` pairs in all.

    Pairs that were not found count `UNFOUND`.
    """
    counted = scores[:pairs]
    mean = (sum(counted) + UNFOUND * (pairs - len(counted))) / pairs
    return BEST_SHARE * scores[0] + (1 - BEST_SHARE) * mean


def best_story(records: Records, scores: Floats, counts_of: Callable[[int], StoryCounts]) -> StoryCandidate | None:
    """Choose the story that a report most likely belongs to, the older of equals.

    `records` are earlier reports, the oldest first, with their pair scores; `counts_of` adds up a story's members.
    Among stories that are near enough, size counts too. No story scores more than its best member: stories that cannot
    become the best are not added up. Returns None without a candidate.
    """
    by_story: dict[int, list[tuple[float, int]]] = {}
    of_story, articles = records["story"].tolist(), records["article"].tolist()
    for story, article, score in zip(of_story, articles, scores.tolist(), strict=True):
        by_story.setdefault(story, []).append((-score, article))
    for found in by_story.values():
        found.sort()
    best, best_rank = None, -math.inf
    for story, found in sorted(by_story.items(), key=lambda held: held[1][0]):
        if best is not None and _rank(-found[0][0], FULLY_GROWN) <= best_rank:
            break
        members = counts_of(story)
        pairs = max(min(members.own, MOST_MEMBERS), 1)
        score = mean_score([-negative for negative, _ in found], pairs) - SAME_OUTLET * members.has_outlet
        rank = _rank(score, members.own)
        if best is None or rank > best_rank:
            best, best_rank = StoryCandidate(story, score, found[0][1]), rank
    return best


def _rank(score: float, own: int) -> float:
    return score + GROWN * math.log2(min(max(own, 1), FULLY_GROWN)) if score >= ENOUGH else score


def likelihood(score: float) -> float:
    """Return the probability, 0 to 1, of a score in log-odds."""
    return 1 / (1 + math.exp(-score))
