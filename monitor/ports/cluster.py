"""Coordinate several processes on one store."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol


class Leases(Protocol):
    """What one process at a time does for all of them. A lease ends by itself, whatever becomes of its holder."""

    async def prepare(self, names: Collection[str], now: datetime) -> None:
        """Make leases met for the first time, free at once."""
        ...

    async def take(
        self, names: Collection[str], now: datetime, *, hold: timedelta, rest: timedelta = timedelta(0)
    ) -> Collection[str]:
        """Take those of `names` that are free, until `now + hold` or until `done`; return them.

        One that ended less than `rest` ago is not taken.
        """
        ...

    async def done(self, names: Collection[str], now: datetime) -> None:
        """Let others take the leases again."""
        ...

    async def completed(self, names: Collection[str]) -> Mapping[str, datetime]:
        """Return when each was last completed, by any process."""
        ...


class HostLimitStore(Protocol):
    """Politeness shared by several machines."""

    async def enter(
        self, host: str, now: datetime, *, concurrency: int, pause: timedelta, lease: timedelta
    ) -> datetime | timedelta:
        """Ask for a place at `host`; return the moment it ends by itself (hand it to `leave`), or how long to wait.

        Zero where the wait depends on when a request under way ends.
        """
        ...

    async def leave(self, host: str, ends: datetime) -> None:
        """Give back the place of a request that is over."""
        ...
