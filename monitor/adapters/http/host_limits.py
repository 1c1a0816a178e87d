"""Politeness towards a host: how many requests at once, and the pause between the starts of two.

`HostLimits` is the seam: when several machines share the polling, limits kept in the database can take the
place of these, which know only their own process.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

LANES_KEPT = 2_000


class HostLimits(Protocol):
    """Leave to ask a host."""

    def enter(self, host: str, pause: float = 0.0) -> AbstractAsyncContextManager[None]:
        """Wait for our turn; inside it one request may be made. `pause` seconds are kept at least (Crawl-delay)."""
        ...


@dataclass(slots=True)
class _HostLimit:
    slots: asyncio.Semaphore
    next_start: float = 0.0
    users: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class LocalHostLimits:
    """HostLimits of this process: `concurrency` requests at once on a host, `delay` seconds between two starts."""

    def __init__(self, concurrency: int, delay: float) -> None:
        self._concurrency = concurrency
        self._delay = delay
        self._limits: dict[str, _HostLimit] = {}

    @asynccontextmanager
    async def enter(self, host: str, pause: float = 0.0) -> AsyncIterator[None]:
        """See `HostLimits.enter`. Turns are given in the order of asking."""
        limit = self._limit(host)
        limit.users += 1
        try:
            async with limit.slots:
                await self._wait_for_turn(limit, max(pause, self._delay))
                yield
        finally:
            limit.users -= 1

    async def _wait_for_turn(self, limit: _HostLimit, pause: float) -> None:
        if pause <= 0 and limit.next_start == 0.0:
            return
        clock = asyncio.get_running_loop().time
        async with limit.turn:
            if (wait := limit.next_start - clock()) > 0:
                await asyncio.sleep(wait)
            limit.next_start = clock() + pause

    def _limit(self, host: str) -> _HostLimit:
        limit = self._limits.get(host)
        if limit is None:
            if len(self._limits) >= LANES_KEPT:
                self._forget_idle()
            limit = self._limits[host] = _HostLimit(slots=asyncio.Semaphore(self._concurrency))
        return limit

    def _forget_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        self._limits = {host: limit for host, limit in self._limits.items() if limit.users or limit.next_start > now}
