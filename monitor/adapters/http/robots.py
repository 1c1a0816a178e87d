"""Obey robots.txt for article pages (RFC 9309)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import httpx
from protego import Protego

from monitor.adapters.http import urls
from monitor.adapters.workers.threads import in_daemon_thread
from monitor.domain.failures import Failure, Reason
from monitor.ports import Clock

AGENT = "wirewatch"
KEPT_FOR = timedelta(hours=24)
RETRY_UNREACHABLE_AFTER = timedelta(minutes=10)
PAUSE_AT_MOST = 60.0
KEPT_BYTES = 8_000_000
KEPT_SITES = 2_000
_LONG = 20_000
"""Bytes of robots.txt from which its rules are read and asked off the event loop: some 10 ms."""

# A page behind the same door fails in the same way; what failed says more than "robots.txt".
_SAME_FOR_THE_PAGE = frozenset({Reason.DNS, Reason.CONNECT, Reason.TLS, Reason.BLOCKED, Reason.BAD_URL})

T = TypeVar("T")
Read = Callable[[str], Awaitable[bytes | Failure]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """Hold what one site said.

    `rules` None: everything is allowed, unless `failure` says why nothing is.
    """

    until: datetime
    rules: Protego | None = None
    failure: Failure | None = None
    size: int = 0


class Robots:
    """Keep the rules of recently asked sites, read by `read` at most once a day."""

    def __init__(self, read: Read, clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._sites: dict[tuple[str, str, int], _Rules] = {}
        self._reading: dict[tuple[str, str, int], asyncio.Lock] = {}
        self._slots = asyncio.Semaphore(1)

    async def verdict(self, url: httpx.URL) -> float | Failure:
        """Return the pause in seconds between requests, or why the page is forbidden."""
        site = await self._rules(url)
        if site.failure is not None:
            return site.failure
        if site.rules is None:
            return 0.0
        rules = site.rules
        if not await self._off_loop(site.size, lambda: rules.can_fetch(str(url), AGENT)):
            return Failure(reason=Reason.ROBOTS, permanent=True)
        return min(max(float(rules.crawl_delay(AGENT) or 0.0), 0.0), PAUSE_AT_MOST)

    async def _off_loop(self, size: int, work: Callable[[], T]) -> T:
        """Do what takes tenths of a second for a long file in a thread, one file at a time.

        The work is bounded by the length of the file times that of an address.
        """
        return await in_daemon_thread(work, self._slots, "robots") if size > _LONG else work()

    async def _rules(self, url: httpx.URL) -> _Rules:
        site = urls.origin(url)
        lock = self._reading.setdefault(site, asyncio.Lock())
        try:
            async with lock:
                known = self._sites.get(site)
                if known is None or known.until <= self._clock.now():
                    known = await self._learn(url)
                    self._keep(site, known)
                return known
        finally:
            if not lock.locked():
                self._reading.pop(site, None)

    async def _learn(self, url: httpx.URL) -> _Rules:
        answer = await self._read(str(url.copy_with(raw_path=b"/robots.txt", username=None, password=None)))
        now = self._clock.now()
        if isinstance(answer, bytes):
            text = answer.decode("utf-8-sig", "replace")
            rules = await self._off_loop(len(answer), lambda: Protego.parse(text))
            return _Rules(until=now + KEPT_FOR, rules=rules, size=len(answer))
        # there is no robots.txt, so all is allowed (RFC 9309, 2.3.1.3), as after too many redirects (2.3.1.2)
        # 429 is counted among the server errors: it says "not now", not "no rules"
        missing = answer.status is not None and 400 <= answer.status < 500 and answer.status != 429
        if missing or answer.reason is Reason.REDIRECTS:
            return _Rules(until=now + KEPT_FOR)
        # nothing may be asked for now (2.3.1.4)
        if answer.reason not in _SAME_FOR_THE_PAGE:
            detail = f"it cannot be read: {answer}"
            answer = Failure(reason=Reason.ROBOTS, detail=detail, retry_after=answer.retry_after)
        return _Rules(until=now + RETRY_UNREACHABLE_AFTER, failure=answer)

    def _keep(self, site: tuple[str, str, int], rules: _Rules) -> None:
        self._sites.pop(site, None)
        self._sites[site] = rules
        while len(self._sites) > KEPT_SITES or (
            len(self._sites) > 1 and sum(rules.size for rules in self._sites.values()) > KEPT_BYTES
        ):
            del self._sites[next(iter(self._sites))]
