"""Share the limits of hosts between several processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from monitor.adapters.http.host_limits import LocalHostLimits
from monitor.ports import Clock, HostLimitStore

LEASE = timedelta(seconds=60)
"""After so long a request counts as over even if nobody said so: its process died. Longer than any request may take."""

_SOON, _LATER = 0.02, 1.0
"""Seconds between looks at a host with as many requests under way as it may have: doubled each time: a quick host is
free again in a moment, and a slow one must not cost much."""


class SharedHostLimits:
    """Implement `HostLimits` for one of several processes.

    Requests of this process line up here first, so that only one of them at a time asks for the host's shared limit.
    """

    def __init__(
        self, shared: HostLimitStore, clock: Clock, *, concurrency: int, delay: float, lease: timedelta
    ) -> None:
        self._shared, self._clock = shared, clock
        self._concurrency, self._delay, self._lease = concurrency, delay, max(lease, LEASE)
        self._here = LocalHostLimits(concurrency, 0.0)
        self._asking = LocalHostLimits(1, 0.0)

    @asynccontextmanager
    async def enter(self, host: str, pause: float = 0.0) -> AsyncIterator[None]:
        """Wait as `HostLimits.enter` does."""
        async with self._here.enter(host):
            async with self._asking.enter(host):
                ends = await self._leave_to_ask(host, timedelta(seconds=max(pause, self._delay)))
            try:
                yield
            finally:
                await self._shared.leave(host, ends)

    async def _leave_to_ask(self, host: str, pause: timedelta) -> datetime:
        again = _SOON
        while True:
            answer = await self._shared.enter(
                host, self._clock.now(), concurrency=self._concurrency, pause=pause, lease=self._lease
            )
            if isinstance(answer, datetime):
                return answer
            await asyncio.sleep(answer.total_seconds() or again)
            again = min(2 * again, _LATER)
