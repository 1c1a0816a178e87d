"""Define the port of HTTP requests."""

from typing import Protocol

from monitor.domain.catalog import SourceKind
from monitor.domain.failures import Failure
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched, NotModified


class Fetcher(Protocol):
    """Fetch politely and within bounds: limits, redirects, addresses, robots.txt."""

    async def feed(
        self, url: str, validators: Validators, kind: SourceKind = SourceKind.FEED
    ) -> Fetched | NotModified | Failure:
        """Request a source, conditionally; a list page after its robots.txt. Never raises."""
        ...

    async def page(self, url: str) -> Fetched | Failure:
        """Request an article page, after its robots.txt. Never raises."""
        ...

    async def page_again(self, url: str, validators: Validators) -> Fetched | NotModified | Failure:
        """Request an article page conditionally, after its robots.txt. Never raises."""
        ...
