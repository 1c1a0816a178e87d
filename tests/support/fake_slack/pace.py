"""Slack's rate limits: one message a second and channel with a small burst, a ceiling for the whole workspace, and
tiers for reading (https://docs.slack.dev/apis/web-api/rate-limits)."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Bucket:
    """So many calls at once, refilled at `rate` a second."""

    rate: float
    burst: float
    level: float
    at: float

    def take(self, now: float) -> float:
        """0 and one call fewer, or the seconds until there is one."""
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level >= 0.99:  # clocks differ by a hair
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.rate


@dataclass
class Pace:
    """Buckets by what they limit. `history_per_minute` 1 is what new apps outside Slack's marketplace get."""

    now: Callable[[], float]
    per_channel: float = 1.0
    channel_burst: float = 4.0
    workspace_per_minute: float = 300.0
    history_per_minute: float = 50.0
    enforced: bool = True
    early: int = 0
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _until: dict[str, float] = field(default_factory=dict)

    def posting(self, channel: str) -> int:
        """0, or the Retry-After of a 429."""
        return self._take(f"post:{channel}", self.per_channel, self.channel_burst) or self._take(
            "workspace", self.workspace_per_minute / 60, self.workspace_per_minute / 4
        )

    def reading(self) -> int:
        """The same for histories."""
        return self._take("history", self.history_per_minute / 60, max(1.0, self.history_per_minute / 2))

    def storm(self, channel: str, seconds: float) -> None:
        """Nobody may post to `channel` (or, `*`, anywhere) for that long."""
        self._until[channel] = self.now() + seconds

    def stormy(self, channel: str) -> int:
        """The Retry-After of a storm over the channel, 0 when there is none; calls during a storm count as `early`."""
        left = max(self._until.get(name, 0.0) - self.now() for name in (channel, "*"))
        if left <= 0:
            return 0
        self.early += 1
        return max(1, math.ceil(left))

    def _take(self, name: str, rate: float, burst: float) -> int:
        if not self.enforced:
            return 0
        now = self.now()
        bucket = self._buckets.setdefault(name, Bucket(rate, burst, burst, now))
        wait = bucket.take(now)
        return math.ceil(wait) if wait else 0
