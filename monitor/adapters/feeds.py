"""Feeds to entries: the parser as the steps see it. The work is done in `feed_reading`, in a worker."""

from dataclasses import dataclass

from monitor.adapters.worker_calls import parse_feed
from monitor.adapters.workers import Workers
from monitor.domain.failures import Failure
from monitor.domain.feeds import ParsedFeed
from monitor.ports import Clock

PATIENCE = 20.0
"""Seconds a feed may take at most."""


@dataclass(frozen=True, slots=True)
class PooledFeedParser:
    """A `FeedParser` that works in the killable processes of `workers`."""

    workers: Workers
    clock: Clock

    async def parse(self, body: bytes, *, url: str, charset: str | None, media_type: str) -> ParsedFeed | Failure:
        """The feed in `body`; `url` makes relative links absolute. Never raises."""
        return await self.workers.run(
            self.workers.feeds, PATIENCE, parse_feed, body, url, charset, media_type, self.clock.now()
        )
