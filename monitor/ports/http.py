"""HTTP requests."""

from typing import Protocol

from monitor.domain.failures import Failure
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched, NotModified


class Fetcher(Protocol):
    """HTTP, polite and bounded: every limit, redirect, address and robots rule is kept in here."""

    async def feed(self, url: str, validators: Validators) -> Fetched | NotModified | Failure:
        """A conditional GET of a feed. Never raises."""
        ...

    async def page(self, url: str) -> Fetched | Failure:
        """A GET of an article page, robots.txt asked first. Never raises."""
        ...
