"""Poll one feed: fetch, parse, decide, record."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from monitor.domain.catalog import Catalog
from monitor.domain.failures import Failure
from monitor.domain.feeds import outage
from monitor.domain.feeds.decide_poll import PollContext, decide, notices
from monitor.domain.feeds.feed import FeedForPoll, ParsedFeed
from monitor.domain.feeds.fetch import Fetched, NotModified
from monitor.domain.feeds.identity import body_hash
from monitor.domain.feeds.intervals import PollSettings
from monitor.domain.feeds.match_entries import Look, look_at
from monitor.domain.feeds.outage import Network
from monitor.domain.feeds.polled import Polled
from monitor.domain.feeds.trouble import Told
from monitor.ports import CatalogSource, Clock, FeedParser, FeedStore, Fetcher


@dataclass(frozen=True, slots=True)
class _Others:
    """The addresses of the other feeds that are polled, looked through only when a feed has moved: there may be a
    hundred thousand."""

    catalog: Catalog
    key: str

    def __contains__(self, url: object) -> bool:
        return any(feed.url == url and feed.enabled and feed.key != self.key for feed in self.catalog.feeds)


@dataclass(slots=True, kw_only=True)
class Poll:
    """The first step. `chance` gives numbers from 0 to 1; `outlet_of` names who published an address.

    One instance serves all feeds, at the same time too: it remembers whether our own network works.
    """

    store: FeedStore
    fetcher: Fetcher
    parser: FeedParser
    catalog: CatalogSource
    clock: Clock
    settings: PollSettings
    outlet_of: Callable[[str], str]
    chance: Callable[[], float]
    network: Network = field(default_factory=Network)

    async def perform(self, asked: FeedForPoll) -> int | None:
        """Poll a due feed; the number of new articles, or None when another poll of it came first."""
        answer = await self.fetcher.feed(asked.url, asked.state.validators)
        told = self._observe(asked, answer)
        if isinstance(answer, Failure) and self._is_ours(answer):
            answer = outage.ours(answer)
        polled = await self._decide(asked, answer)
        return await self.store.record(self._with_notice(polled, told))

    async def _decide(self, asked: FeedForPoll, answer: Fetched | NotModified | Failure) -> Polled:
        parsed: ParsedFeed | Failure | None = None
        look = Look(feed_key=asked.feed.key)
        if isinstance(answer, Fetched) and (document := body_hash(answer.body)) != asked.state.body_hash:
            parsed = await self.parser.parse(
                answer.body, url=answer.url, charset=answer.charset, media_type=answer.media_type
            )
            if isinstance(parsed, ParsedFeed):
                look = await self._look(look_at(asked.feed.key, document, parsed.entries))
        return decide(asked, answer, parsed, look, self._surroundings(asked))

    async def _look(self, look: Look) -> Look:
        """With what the store knows of the entries; contents are asked about only where they have changed."""
        known = await self.store.known(look.to_ask())
        look = replace(look, known=known, hashes=await self.store.content_hashes(set(known.values())))
        further = look.to_ask_further()
        return replace(look, known={**known, **await self.store.known(further)}) if further else look

    def _surroundings(self, asked: FeedForPoll) -> PollContext:
        catalog = self.catalog.current()
        return PollContext(
            now=self.clock.now(),
            jitter=self.chance(),
            settings=self.settings,
            outlet_of=self.outlet_of,
            others=_Others(catalog, asked.feed.key),
            admin=catalog.admin_receiver,
        )

    def _observe(self, asked: FeedForPoll, answer: Fetched | NotModified | Failure) -> Told | None:
        """Learn what the answer says of our own network; what to tell a person when it has just gone down."""
        before = self.network
        failure = answer if isinstance(answer, Failure) else None
        self.network = outage.observed(before, urlsplit(asked.url).netloc, failure, self.clock.now())
        since = self.network.down_since
        if since is None or before.down_since is not None:
            return None
        text = f"No feed can be reached since {since:%Y-%m-%d %H:%M} UTC: our own network seems to be down."
        return Told(group_key=f"trouble:network:{since:%Y-%m-%dT%H}", text=text)

    def _is_ours(self, failure: Failure) -> bool:
        return self.network.down_since is not None and failure.reason in outage.OUT_OF_REACH

    def _with_notice(self, polled: Polled, told: Told | None) -> Polled:
        admin = self.catalog.current().admin_receiver
        return replace(polled, deliveries=(*polled.deliveries, *notices(told, admin, self.clock.now())))
