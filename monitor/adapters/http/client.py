"""Fetch feeds, pages and robots.txt politely and within bounds.

Redirects are followed by hand, so that each hop is vetted, waits for its host's limit, and gets credentials only at the
origin they belong to. We speak to httpx's transport rather than through its client: a client would keep cookies, log
addresses with the keys in them, and inflate bodies without a bound.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace

import httpx

from monitor import __version__
from monitor.adapters.http import headers as answers
from monitor.adapters.http import urls
from monitor.adapters.http.body import ACCEPTED
from monitor.adapters.http.errors import EXPECTED, failure_of
from monitor.adapters.http.host_limits import HostLimits, LocalHostLimits
from monitor.adapters.http.network import Resolve
from monitor.adapters.http.response import Ask, fetched
from monitor.adapters.http.robots import AGENT, Robots
from monitor.adapters.http.transport import GuardedTransport
from monitor.domain.catalog import SourceKind
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched, HttpSettings, NotModified
from monitor.ports import Clock

SITEMAP = 52_428_800
"""Bytes a sitemap may have (https://www.sitemaps.org/protocol.html); `limits.feed_bytes` may permit more."""
_HTML = b"text/html, application/xhtml+xml, */*;q=0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redirect:
    to: httpx.URL
    permanent: bool


class HttpFetcher:
    """Implement `ports.Fetcher` over httpx.

    Use one for the whole program, inside one event loop, and close it at the end.
    """

    def __init__(
        self,
        settings: HttpSettings,
        clock: Clock,
        *,
        resolve: Resolve | None = None,
        limits: HostLimits | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._transport = GuardedTransport(settings, resolve, tls)
        self._limits = limits or LocalHostLimits(settings.per_host_concurrency, settings.per_host_delay.total_seconds())
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._robots = Robots(self._robots_txt, clock)
        # the contact, so that a site knows whom to write to
        agent = f"{AGENT}/{__version__}" + (f" (+{settings.contact})" if settings.contact else "")
        printable = "".join(character for character in agent if character.isprintable()).encode("ascii", "ignore")
        self._headers = [(b"User-Agent", printable), (b"Accept-Encoding", ACCEPTED)]
        self._extensions: Mapping[str, object] = {
            "timeout": {
                "connect": settings.connect_timeout.total_seconds(),
                "read": settings.read_timeout.total_seconds(),
                "write": settings.read_timeout.total_seconds(),
                "pool": settings.total_timeout.total_seconds(),
            }
        }

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    async def feed(
        self, url: str, validators: Validators, kind: SourceKind = SourceKind.FEED
    ) -> Fetched | NotModified | Failure:
        """Request a source; see `Fetcher.feed`."""
        limit = self._settings.feed_limit
        if kind is SourceKind.LIST:
            return await self._get(url, Ask(accept=_HTML, limit=limit, validators=validators, page=True))
        if kind is SourceKind.SITEMAP:
            ask = Ask(accept=b"application/xml, text/xml, */*;q=0.5", limit=max(limit, SITEMAP), validators=validators)
            return await self._get(url, ask)
        accept = b"application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
        return await self._get(url, Ask(accept=accept, limit=limit, validators=validators))

    async def page(self, url: str) -> Fetched | Failure:
        """Request a page; see `Fetcher.page`."""
        answer = await self.page_again(url, Validators())
        return _unasked(answer) if isinstance(answer, NotModified) else answer

    async def page_again(self, url: str, validators: Validators) -> Fetched | NotModified | Failure:
        """Request a page conditionally; see `Fetcher.page_again`."""
        ask = Ask(accept=_HTML, limit=self._settings.page_limit, validators=validators, page=True)
        return await self._get(url, ask)

    async def _robots_txt(self, url: str) -> bytes | Failure:
        kept = self._settings.robots_limit
        ask = Ask(accept=b"text/plain, */*;q=0.5", limit=4 * kept, keep=kept)
        answer = await self._get(url, ask)
        if isinstance(answer, Fetched):
            return answer.body
        return _unasked(answer) if isinstance(answer, NotModified) else answer

    async def _get(self, text: str, ask: Ask) -> Fetched | NotModified | Failure:
        """Request, following redirects, within the time limit.

        Waiting for the host's limit does not count.
        """
        try:
            return await self._follow(urls.parse(text), ask)
        except EXPECTED as error:
            return failure_of(error)

    async def _follow(self, url: httpx.URL, ask: Ask) -> Fetched | NotModified | Failure:
        home, authorization = urls.origin(url), urls.authorization(url)
        permanent, budget = True, self._settings.total_timeout.total_seconds()
        clock = asyncio.get_running_loop().time
        for hop in range(self._settings.redirects + 1):
            pause = 0.0
            if ask.page and self._settings.robots:
                verdict = await self._robots.verdict(url)
                if isinstance(verdict, Failure):
                    return verdict
                pause = verdict
            credentials = authorization if urls.origin(url) == home else None
            async with self._limits.enter(url.host, pause), self._slots:
                began = clock()
                async with asyncio.timeout(budget):
                    answer = await self._hop(url, ask, credentials)
                budget -= clock() - began
            if isinstance(answer, Fetched | NotModified) and permanent and hop > 0:
                return replace(answer, permanent_url=answer.url)
            if not isinstance(answer, _Redirect):
                return answer
            permanent = permanent and answer.permanent and not (url.scheme == "https" != answer.to.scheme)
            url = answer.to
        return Failure(reason=Reason.REDIRECTS, detail=f"more than {self._settings.redirects}")

    async def _hop(
        self, url: httpx.URL, ask: Ask, authorization: bytes | None
    ) -> Fetched | NotModified | _Redirect | Failure:
        """Make one request and return its answer."""
        response = await self._transport.handle_async_request(self._request(url, ask, authorization))
        try:
            headers = answers.Headers(response.headers.raw)
            now = self._clock.now()
            location = headers.raw(b"location")
            if response.status_code in answers.REDIRECTS and location is not None:
                permanent = response.status_code in answers.PERMANENT_REDIRECTS
                return _Redirect(to=urls.follow(url, location), permanent=permanent)
            if response.status_code == 304:
                unchanged = NotModified(
                    url=urls.public(url),
                    validators=answers.validators(headers),
                    fresh_for=answers.fresh_for(headers, now),
                )
                if ask.validators == Validators():
                    return _unasked(unchanged)
                async for _ in response.aiter_raw():
                    pass  # to its end, so that the connection can be kept alive
                return unchanged
            if response.status_code not in (200, 203):
                return answers.refusal(response, headers, now)
            return await fetched(url, response, ask, now)
        finally:
            await response.aclose()

    def _request(self, url: httpx.URL, ask: Ask, authorization: bytes | None) -> httpx.Request:
        headers = [*self._headers, (b"Accept", ask.accept)]
        if ask.validators.etag is not None:
            headers.append((b"If-None-Match", ask.validators.etag))
        if ask.validators.last_modified is not None:
            headers.append((b"If-Modified-Since", ask.validators.last_modified))
        if authorization is not None:
            headers.append((b"Authorization", authorization))
        return httpx.Request("GET", url, headers=headers, extensions=dict(self._extensions))


def _unasked(_: NotModified) -> Failure:
    return Failure(reason=Reason.STATUS, detail="HTTP 304 to an unconditional request", status=304)
