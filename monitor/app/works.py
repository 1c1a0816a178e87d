"""The four steps as work for an engine, and the chores beside them."""

from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, cast

from monitor.domain.articles.article import Article, Stage
from monitor.domain.delivery.attempt import DueDelivery
from monitor.domain.feeds.feed import FeedForPoll
from monitor.engine.runner import Work
from monitor.ports import ArticleStore, Clock, FeedStore
from monitor.steps.deliver import Deliver
from monitor.steps.extract import Extract
from monitor.steps.poll import PollStep
from monitor.steps.triage import Triage

_AHEAD = 48
"""Rows read ahead of the free slots, so that looking for work costs little beside the work. Deliveries are not: which
one may leave next depends on the one before."""


TRIAGED_TOGETHER = 25
"""Articles in triage at once: the stores place what waits together, in the order of asking, in one transaction."""
TRIAGE_REST = 0.2
"""Seconds for which articles of a stream are gathered for triage. Measured: the main process takes 22.1 ms an article
instead of 27.9 with a transaction for each (docs/decisions/005-pipeline-cost.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps of one process, with the stores that know what is due."""

    clock: Clock
    feeds: FeedStore
    articles: ArticleStore
    poll: PollStep
    extract: Extract
    triage: Triage
    deliver: Deliver

    def works(self, *, requests: int, extractions: int) -> tuple[Work[Any], ...]:
        """In the order in which an article passes: `requests` requests of feeds at once, `extractions` pages at once.

        More polls than that are under way: one that waits for its turn on a crowded host must not hold up the others.
        """
        return (
            Work(
                name="poll",
                concurrency=requests * 4,
                due=self._due_feeds,
                key=lambda row: row.feed.key,
                ahead=_AHEAD,
                perform=self._poll,
                wakes=("extract", "triage", "deliver"),
                still_due=self._still_due_feeds,
                due_keys=self._due_feed_keys,
                batch=8,
                errands=requests * 3,
            ),
            Work(
                name="extract",
                concurrency=extractions,
                due=self._in(Stage.EXTRACT),
                key=lambda row: row.id,
                ahead=_AHEAD,
                perform=self._extract,
                wakes=("triage",),
                still_due=self._still_in(Stage.EXTRACT),
                due_keys=self._ids_in(Stage.EXTRACT),
                batch=8,
                errands=2 * ceil(extractions / 8) + 2,
            ),
            Work(
                name="triage",
                concurrency=TRIAGED_TOGETHER,
                due=self._in(Stage.TRIAGE),
                key=lambda row: row.id,
                ahead=_AHEAD,
                rest=TRIAGE_REST,
                perform=self.triage.perform,
                wakes=("deliver",),
                still_due=self._still_in(Stage.TRIAGE),
                due_keys=self._ids_in(Stage.TRIAGE),
                batch=TRIAGED_TOGETHER,
            ),
            Work(
                name="deliver",
                concurrency=16,
                due=self._due_deliveries,
                key=lambda row: row.id,
                perform=self._deliver,
                wakes=("deliver",),
                pause=self._until_next_delivery,
                still_due=self._still_due_deliveries,
            ),
        )

    async def _due_feeds(self, limit: int, skip: Collection[Hashable]) -> Sequence[FeedForPoll]:
        return await self.feeds.due(self.clock.now(), limit, cast(Collection[str], skip))

    async def _due_feed_keys(self, limit: int, skip: Collection[Hashable]) -> Sequence[Hashable]:
        return await self.feeds.due_keys(self.clock.now(), limit, cast(Collection[str], skip))

    async def _still_due_feeds(self, keys: Collection[Hashable]) -> Sequence[FeedForPoll]:
        return await self.feeds.still_due(cast(Collection[str], keys), self.clock.now())

    async def _poll(self, row: FeedForPoll) -> bool:
        return bool(await self.poll.perform(row))

    async def _extract(self, row: Article) -> bool:
        return bool(await self.extract.perform(row))

    def _in(self, stage: Stage) -> Callable[[int, Collection[Hashable]], Awaitable[Sequence[Article]]]:
        async def due(limit: int, skip: Collection[Hashable]) -> Sequence[Article]:
            return await self.articles.due(stage, self.clock.now(), limit, cast(Collection[int], skip))

        return due

    def _ids_in(self, stage: Stage) -> Callable[[int, Collection[Hashable]], Awaitable[Sequence[int]]]:
        async def due_ids(limit: int, skip: Collection[Hashable]) -> Sequence[int]:
            return await self.articles.due_ids(stage, self.clock.now(), limit, cast(Collection[int], skip))

        return due_ids

    def _still_in(self, stage: Stage) -> Callable[[Collection[Hashable]], Awaitable[Sequence[Article]]]:
        async def still_due(ids: Collection[Hashable]) -> Sequence[Article]:
            return await self.articles.still_due(stage, cast(Collection[int], ids), self.clock.now())

        return still_due

    async def _due_deliveries(self, limit: int, skip: Collection[Hashable]) -> Sequence[DueDelivery]:
        return await self.deliver.due(limit, cast(Collection[int], skip))

    async def _still_due_deliveries(self, ids: Collection[Hashable]) -> Sequence[DueDelivery]:
        return await self.deliver.still_due(cast(Collection[int], ids))

    async def _deliver(self, row: DueDelivery) -> bool:
        return await self.deliver.perform(row) is not None

    async def _until_next_delivery(self) -> float | None:
        at = await self.deliver.next_at()
        return None if at is None else max(0.0, (at - self.clock.now()).total_seconds())
