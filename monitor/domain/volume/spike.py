"""Decide whether a topic has more stories than usual, beside all other stories of the same sources.

The usual number is the mean of the same span on earlier days, the same weekday counting most, scaled by how busy the
sources are with everything else: a busy day, or a source that repeats itself, is no spike. Chance is bounded by the
square-root transform of a Poisson count (Anscombe 1948), widened by how much the topic's counts really scatter.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from zoneinfo import ZoneInfo

from monitor.domain.volume.history import LEARNING, earlier_ends, total
from monitor.domain.volume.rules import Spike

SIGMAS = 2.4
"""Standard deviations beyond chance from which a number counts as a spike; figures in docs/volume.md."""

_OTHER_DAYS = 3.0
"""Weight of all days together, in days of the same weekday."""

_MOST_SCATTER = 1.5
"""A topic that comes in bursts may scatter more, but every further step hides small spikes."""

_CALM = 5.0
"""Stories added to both sides of the comparison of activity: a night with two stories says little."""

_LEAST_USUAL = 0.5
"""Least usual number: nothing is infinitely many times as much."""

_ROUNDING = 0.05
"""`times: 3` includes what is shown as 3.0."""

_STILL = 2 / 3
"""A spike lasts while at least this part of `times` holds, so that it does not end and begin all day."""

_LEAST_TIMES = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """Number of a span beside the usual one. `holds`: a running spike goes on; `begins`: a new one begins."""

    observed: int
    usual: float
    begins: bool
    holds: bool

    @property
    def times(self) -> float:
        """Return the ratio of both numbers."""
        return self.observed / max(self.usual, _LEAST_USUAL)


def quantity(
    rule: Spike, topic: Mapping[int, int], every: Mapping[int, int], now: datetime, since: datetime, zone: ZoneInfo
) -> Quantity | None:
    """Compare the span that ends now with earlier days; None while the topic is too young to say.

    `topic` and `every` count the topic's stories and all stories of the same sources by bin; `since`: when the topic
    and the store began.
    """
    if now - since < LEARNING:
        return None
    observed = total(topic, now, rule.over)
    others = max(0, total(every, now, rule.over) - observed)
    past = [
        (days % 7 == 0, total(topic, end, rule.over), total(every, end, rule.over))
        for days, end in earlier_ends(now, rule.over, since, zone)
    ]
    if not past:
        return None
    # one earlier spike must not become what is usual
    most = max(rule.at_least, 4 * median(count for _, count, _ in past))
    capped = [(same, min(count, most), max(0, whole - count)) for same, count, whole in past]
    mean, usual_others, weight = _weighted(capped)
    busy = (others + _CALM) / (usual_others + _CALM)
    usual = max(_LEAST_USUAL, mean * busy)
    scatter = _scatter(capped, mean, usual_others) * (1 + 1 / weight)
    sigmas = 2 * (math.sqrt(observed) - math.sqrt(usual)) / math.sqrt(scatter)
    times = observed / usual
    enough = observed >= rule.at_least
    return Quantity(
        observed=observed,
        usual=usual,
        begins=enough and times >= rule.times - _ROUNDING and sigmas >= SIGMAS,
        holds=observed > 0 and times >= max(_LEAST_TIMES, rule.times * _STILL),
    )


def _weighted(past: list[tuple[bool, float, int]]) -> tuple[float, float, float]:
    """Return mean count, mean of the other stories, and the number of days they are worth."""
    same = [(count, others) for is_same, count, others in past if is_same]
    share = _OTHER_DAYS / len(past)
    weight = len(same) + _OTHER_DAYS
    count = (sum(c for c, _ in same) + share * sum(c for _, c, _ in past)) / weight
    others = (sum(o for _, o in same) + share * sum(o for _, _, o in past)) / weight
    return count, others, weight


def _scatter(past: list[tuple[bool, float, int]], mean: float, usual_others: float) -> float:
    """Return how much more the counts scatter than chance alone would have them: from 1 to 1.5."""
    total_excess = 0.0
    for _, count, others in past:
        usual = max(_LEAST_USUAL, mean * (others + _CALM) / (usual_others + _CALM))
        total_excess += (count - usual) ** 2 / usual
    return min(max(1.0, total_excess / len(past)), _MOST_SCATTER)
