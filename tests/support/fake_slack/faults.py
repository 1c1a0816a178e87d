"""Making Slack fail, by chance or on command."""

import random
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong with a call that posts. AFTER: the message stands, and the answer is lost or wrong."""

    RATE_LIMITED = "rate_limited"
    SERVER_ERROR_BEFORE = "server_error_before"
    SERVER_ERROR_AFTER = "server_error_after"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    CLOSE_AFTER = "close_after"
    HANG_BEFORE = "hang_before"
    HANG_AFTER = "hang_after"
    LATE = "late"
    TRUNCATED_AFTER = "truncated_after"
    FATAL_BEFORE = "fatal_before"
    FATAL_AFTER = "fatal_after"
    PORTAL = "portal"

    @property
    def posts(self) -> bool:
        """Whether the message stands nevertheless."""
        return self.name.endswith("AFTER") or self is Fault.LATE


CHAOS = {
    Fault.RATE_LIMITED: 0.02,
    Fault.SERVER_ERROR_BEFORE: 0.01,
    Fault.RESET_AFTER: 0.01,
    Fault.SERVER_ERROR_AFTER: 0.005,
    Fault.HANG_AFTER: 0.002,
    Fault.LATE: 0.05,
}
"""How often each happens in the chaos test."""


@dataclass
class Faults:
    """The next faults in `queue`, then faults by chance with the given `rates`, from a seed."""

    rates: dict[Fault, float] = field(default_factory=dict)
    seed: int = 0
    queue: deque[Fault | None] = field(default_factory=deque)
    counts: dict[str, int] = field(default_factory=dict)
    retry_after: int = 1
    late_by: float = 0.25
    hang_for: float = 60.0
    reading_too: bool = False

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def next(self) -> Fault | None:
        """What goes wrong with this call, if anything."""
        fault = self.queue.popleft() if self.queue else self._by_chance()
        if fault is not None:
            self.counts[fault.value] = self.counts.get(fault.value, 0) + 1
        return fault

    def delay(self) -> float:
        """How late a late acceptance is, in seconds."""
        return self._random.uniform(0, self.late_by)

    def _by_chance(self) -> Fault | None:
        drawn = self._random.random()
        for fault, rate in self.rates.items():
            if drawn < rate:
                return fault
            drawn -= rate
        return None
