"""Chores: periodic work beside the steps."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Housekeeping, reload check, heartbeat. Runs of one process never overlap.

    `shared`: one run serves all processes that work on the store, so only one of them does it.
    """

    name: str
    every: timedelta
    perform: Callable[[], Awaitable[object]]
    shared: bool = False
