"""Feeds to entries: the parser as the steps see it. The work is done in `feed_reading`, in a worker."""

from monitor.adapters.pooled.tasks import parse_feed
from monitor.adapters.workers.batching import Together
from monitor.adapters.workers.pool import Workers
from monitor.domain.failures import Failure
from monitor.domain.feeds.feed import ParsedFeed
from monitor.ports import Clock

PATIENCE = 20.0
"""Seconds of processor time a feed may take at most, unless told otherwise."""


class PooledFeedParser:
    """A `FeedParser` that works in the killable processes of `workers`."""

    def __init__(self, workers: Workers, clock: Clock, patience: float = PATIENCE) -> None:
        self._clock = clock
        self._together = Together(workers, workers.feeds, patience, parse_feed, size=lambda task: len(task[0]))

    async def parse(self, body: bytes, *, url: str, charset: str | None, media_type: str) -> ParsedFeed | Failure:
        """The feed in `body`; `url` makes relative links absolute. Never raises."""
        return await self._together.do(body, url, charset, media_type, self._clock.now())
