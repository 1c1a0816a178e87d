"""Politeness towards a host: how many requests at once, and the pause between the starts of two.

`Lanes` is the seam: when several machines share the polling, lanes kept in the database can take the place of these,
which know only their own process.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

LANES_KEPT = 2_000


class Lanes(Protocol):
    """Leave to ask a host."""

    def enter(self, host: str, pause: float = 0.0) -> AbstractAsyncContextManager[None]:
        """Wait for our turn; inside it one request may be made. `pause` seconds are kept at least (Crawl-delay)."""
        ...


@dataclass(slots=True)
class _Lane:
    slots: asyncio.Semaphore
    next_start: float = 0.0
    users: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class LocalLanes:
    """Lanes of this process: `concurrency` requests at once on a host, `delay` seconds between two starts."""

    def __init__(self, concurrency: int, delay: float) -> None:
        self._concurrency = concurrency
        self._delay = delay
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def enter(self, host: str, pause: float = 0.0) -> AsyncIterator[None]:
        """See `Lanes.enter`. Turns are given in the order of asking."""
        lane = self._lane(host)
        lane.users += 1
        try:
            async with lane.slots:
                await self._wait_for_turn(lane, max(pause, self._delay))
                yield
        finally:
            lane.users -= 1

    async def _wait_for_turn(self, lane: _Lane, pause: float) -> None:
        if pause <= 0 and lane.next_start == 0.0:
            return
        clock = asyncio.get_running_loop().time
        async with lane.turn:
            if (wait := lane.next_start - clock()) > 0:
                await asyncio.sleep(wait)
            lane.next_start = clock() + pause

    def _lane(self, host: str) -> _Lane:
        lane = self._lanes.get(host)
        if lane is None:
            if len(self._lanes) >= LANES_KEPT:
                self._forget_idle()
            lane = self._lanes[host] = _Lane(slots=asyncio.Semaphore(self._concurrency))
        return lane

    def _forget_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        self._lanes = {host: lane for host, lane in self._lanes.items() if lane.users or lane.next_start > now}
