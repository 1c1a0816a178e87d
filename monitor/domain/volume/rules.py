"""Rules of a topic about quantity and time, as configured."""

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum


class Counting(StrEnum):
    """What a spike counts: stories, or independent reports, where a wire copy counts nothing."""

    STORIES = "stories"
    INDEPENDENT = "independent"


class Rule(StrEnum):
    """Kind of rule an episode belongs to."""

    SPIKE = "spike"
    ABSENCE = "absence"
    FIRST_SEEN = "first_seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """Notify when a topic has `times` its usual number within `over`, and no fewer than `at_least`."""

    times: float = 3.0
    over: timedelta = timedelta(hours=6)
    at_least: int = 5
    count: Counting = Counting.STORIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Notify when a topic has fewer than `at_least` stories within `every`.

    Only `weekdays` (0 is Monday) count, as time and as days of notice. With `by` the number is looked at from that
    local time on, without it at any moment.
    """

    at_least: int = 1
    every: timedelta = timedelta(hours=24)
    weekdays: frozenset[int] = frozenset(range(7))
    by: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSeen:
    """Notify of a name of the vocabulary `of` that the topic's articles have not had `within` this time."""

    of: str
    within: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRules:
    """The rules of one topic. `formerly` are keys under which its earlier stories are stored."""

    spike: Spike | None = None
    expect: Expectation | None = None
    first_seen: FirstSeen | None = None
    formerly: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether any rule is configured."""
        return any((self.spike, self.expect, self.first_seen))
