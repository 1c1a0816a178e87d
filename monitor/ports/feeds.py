"""Feeds: parsing and storing them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.domain.catalog import Feed
from monitor.domain.failures import Failure
from monitor.domain.feeds.feed import FeedForPoll, ParsedFeed
from monitor.domain.feeds.polled import Polled


class FeedParser(Protocol):
    """Bytes to entries, off the event loop, under time and memory limits."""

    async def parse(self, body: bytes, *, url: str, charset: str | None, media_type: str) -> ParsedFeed | Failure:
        """The feed in `body`; `url` makes relative links absolute. Never raises."""
        ...


class FeedStore(Protocol):
    """What polling reads and writes."""

    async def sync(self, feeds: Collection[Feed], now: datetime) -> None:
        """Make rows for new feeds, due now; keep the state of known ones; retire those no longer configured."""
        ...

    async def due(self, now: datetime, limit: int, skip: Collection[str]) -> Sequence[FeedForPoll]:
        """Feeds whose time has come, longest overdue first, without those in `skip`."""
        ...

    async def due_keys(self, now: datetime, limit: int, skip: Collection[str]) -> Sequence[str]:
        """The keys of what `due` would find, for whoever shares work out."""
        ...

    async def still_due(self, keys: Collection[str], now: datetime) -> Sequence[FeedForPoll]:
        """Those of the feeds `keys` whose time has come, longest overdue first."""
        ...

    async def known(self, identities: Collection[bytes]) -> Mapping[bytes, int]:
        """The article each known identity belongs to."""
        ...

    async def content_hashes(self, article_ids: Collection[int]) -> Mapping[int, bytes]:
        """The hash of the feed entry each article was last read with."""
        ...

    async def record(self, polled: Polled) -> int | None:
        """Write a poll in one transaction; the number of new articles, or None when another poll came first."""
        ...
