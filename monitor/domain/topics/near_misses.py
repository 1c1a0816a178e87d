"""Choose the near misses that are worth a person's time: the best few of each day."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

MOST_A_DAY = 5
"""Near misses of one topic shown for one day; below those hardly any is a real one (18 of 497 were, unranked)."""


class Miss(NamedTuple):
    """Hold a near miss of a topic: its article, the time it was seen, and how near it came."""

    article_id: int
    seen: datetime
    score: float
    threshold: float

    @property
    def nearness(self) -> tuple[bool, float]:
        """Rank misses whose query held, by the share of the threshold, before those with clauses missing."""
        return self.score >= 1, self.score / max(self.threshold, 1.0)


def best_each_day(misses: Iterable[Miss], most: int = MOST_A_DAY) -> list[Miss]:
    """Return the nearest misses of each UTC day, newest day first and nearest first."""
    kept, taken = list[Miss](), Counter[object]()
    for miss in sorted(misses, key=lambda miss: (miss.seen.date(), miss.nearness, miss.article_id), reverse=True):
        taken[miss.seen.date()] += 1
        if taken[miss.seen.date()] <= most:
            kept.append(miss)
    return kept
