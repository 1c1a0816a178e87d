"""Define the port of HTTP requests."""

from typing import Protocol

from monitor.domain.failures import Failure
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched, NotModified


class Fetcher(Protocol):
    """Fetch politely and within bounds: limits, redirects, addresses, robots.txt."""

    async def feed(self, url: str, validators: Validators) -> Fetched | NotModified | Failure:
        """Request a feed, conditionally. Never raises."""
        ...

    async def page(self, url: str) -> Fetched | Failure:
        """Request an article page, after its robots.txt. Never raises."""
        ...
