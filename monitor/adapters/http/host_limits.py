"""Limit requests to one host: how many at once, and the pause between two starts.

`HostLimits` is the seam: when several machines share the polling, limits kept in the database can take the
place of these, which know only their own process.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

HOSTS_KEPT = 2_000


class HostLimits(Protocol):
    """Grant leave to make a request to a host."""

    def enter(self, host: str, pause: float = 0.0) -> AbstractAsyncContextManager[None]:
        """Wait until one request may be made, and hold its place.

        At least `pause` seconds lie between two starts (Crawl-delay).
        """
        ...


@dataclass(slots=True)
class _HostSlots:
    slots: asyncio.Semaphore
    next_start: float = 0.0
    users: int = 0
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)


class LocalHostLimits:
    """Keep the limits of this process: `concurrency` at once, `delay` seconds apart."""

    def __init__(self, concurrency: int, delay: float) -> None:
        self._concurrency = concurrency
        self._delay = delay
        self._limits: dict[str, _HostSlots] = {}

    @asynccontextmanager
    async def enter(self, host: str, pause: float = 0.0) -> AsyncIterator[None]:
        """Wait as `HostLimits.enter` does, in the order of asking."""
        limit = self._limits.get(host)
        if limit is None:
            if len(self._limits) >= HOSTS_KEPT:  # forget idle ones
                now = asyncio.get_running_loop().time()
                kept = {name: known for name, known in self._limits.items() if known.users or known.next_start > now}
                self._limits = kept
            limit = self._limits[host] = _HostSlots(slots=asyncio.Semaphore(self._concurrency))
        limit.users += 1
        try:
            async with limit.slots:
                await self._wait_for_start(limit, max(pause, self._delay))
                yield
        finally:
            limit.users -= 1

    async def _wait_for_start(self, limit: _HostSlots, pause: float) -> None:
        if pause <= 0 and limit.next_start == 0.0:
            return
        clock = asyncio.get_running_loop().time
        async with limit.starting:
            if (wait := limit.next_start - clock()) > 0:
                await asyncio.sleep(wait)
            limit.next_start = clock() + pause
