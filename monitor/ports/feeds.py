"""Protocols for parsing and storing feeds."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from monitor.domain.catalog import Feed, ListRecipe, SourceKind
from monitor.domain.failures import Failure
from monitor.domain.feeds.feed import FeedForPoll, ParsedFeed
from monitor.domain.feeds.match_entries import KnownEntries
from monitor.domain.feeds.polled import Polled


class FeedParser(Protocol):
    """Turn bytes into entries, off the event loop, under time and memory limits."""

    async def parse(
        self,
        body: bytes,
        *,
        url: str,
        charset: str | None,
        media_type: str,
        kind: SourceKind = SourceKind.FEED,
        recipe: ListRecipe | None = None,
    ) -> ParsedFeed | Failure:
        """Parse the document in `body`; `url` makes relative links absolute. Never raises."""
        ...


class FeedStore(Protocol):
    """Read and write what polling needs."""

    async def sync(self, feeds: Collection[Feed], now: datetime) -> None:
        """Make rows for new feeds, due now; keep known ones; retire the others."""
        ...

    async def due(self, now: datetime, limit: int, skip: Collection[str]) -> Sequence[FeedForPoll]:
        """Return due feeds, longest overdue first, without those in `skip`."""
        ...

    async def due_keys(self, now: datetime, limit: int, skip: Collection[str]) -> Sequence[str]:
        """Return the keys of the feeds that `due` would return, to share work out."""
        ...

    async def still_due(self, keys: Collection[str], now: datetime) -> Sequence[FeedForPoll]:
        """Return the feeds of `keys` that are still due, longest overdue first."""
        ...

    async def known(self, identities: Collection[bytes]) -> KnownEntries:
        """Return the article and content of each known identity."""
        ...

    async def record(self, polled: Polled) -> int | None:
        """Write a poll in one transaction; return the number of new articles.

        None when another poll of the feed came first.
        """
        ...
