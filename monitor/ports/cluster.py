"""What several processes share."""

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
        """Those of `names` that are now ours, until `now + hold` or until we say `done`; one that ended less than
        `rest` ago is not taken."""
        ...

    async def done(self, names: Collection[str], now: datetime) -> None:
        """Let others take the leases again."""
        ...

    async def completed(self, names: Collection[str]) -> Mapping[str, datetime]:
        """When each was last completed, by anybody."""
        ...


class HostLimitStore(Protocol):
    """Politeness shared by several machines."""

    async def enter(
        self, host: str, now: datetime, *, concurrency: int, pause: timedelta, lease: timedelta
    ) -> datetime | timedelta:
        """Leave to ask `host` now, as the moment it ends by itself (hand it to `leave`); or how long to wait, which is
        zero where that depends on when a request under way ends."""
        ...

    async def leave(self, host: str, ends: datetime) -> None:
        """The request is over."""
        ...
