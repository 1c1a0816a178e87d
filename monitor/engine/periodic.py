"""Periodic jobs beside the steps: what runs, when, and by how many processes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import time, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Once a day at a local time of `zone` (IANA name), and `after_start` once in each process.

    The run after the start serves machines that never run at that time of day.
    """

    at: time
    zone: str
    after_start: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicJob:
    """Housekeeping, reload check, heartbeat and the like. Runs of one process never overlap.

    `when`: an interval, or a time of day. `shared`: one run serves all processes on the store, so one of them runs it.
    """

    name: str
    when: timedelta | Daily
    run: Callable[[], Awaitable[object]]
    shared: bool = False
