"""Parse feeds in worker processes, as the steps see it."""

from monitor.adapters.pooled.tasks import parse_feed
from monitor.adapters.workers.batching import BatchedCalls
from monitor.adapters.workers.pool import Workers
from monitor.domain.catalog import ListRecipe, SourceKind
from monitor.domain.failures import Failure
from monitor.domain.feeds.feed import ParsedFeed
from monitor.ports import Clock

PATIENCE = 20.0
"""Seconds of processor time a feed may take at most, unless configured otherwise."""


class PooledFeedParser:
    """Implement `FeedParser` in the killable processes of `workers`."""

    def __init__(self, workers: Workers, clock: Clock, patience: float = PATIENCE) -> None:
        self._clock = clock
        self._calls = BatchedCalls(workers, workers.feeds, patience, parse_feed, size=lambda task: len(task[0]))

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
        """Return the source in `body`; `url` makes relative links absolute. Never raises."""
        return await self._calls.do(body, url, charset, media_type, self._clock.now(), kind, recipe)
