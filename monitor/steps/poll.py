"""Poll one feed: fetch, parse, decide, record."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from monitor.domain.articles.article import Entry
from monitor.domain.catalog import Catalog
from monitor.domain.failures import Failure
from monitor.domain.feeds import outage
from monitor.domain.feeds.decide_poll import PollContext, PollDecider, notices
from monitor.domain.feeds.feed import FeedForPoll, ParsedFeed
from monitor.domain.feeds.fetch import Fetched, NotModified
from monitor.domain.feeds.intervals import IntervalSettings
from monitor.domain.feeds.match_entries import DocumentKeys, KnownEntries
from monitor.domain.feeds.outage import Network
from monitor.domain.feeds.polled import Polled
from monitor.domain.feeds.trouble import Notice
from monitor.ports import CatalogSource, Clock, FeedParser, FeedStore, Fetcher
from monitor.steps.read_source import parse_source

LARGE = 300_000
"""Characters of texts, with a share for each entry, whose keys and decision take more than some 20 ms."""
_ENTRY = 3_000
"""The share of an entry: as long as keys and decision take for so many characters."""


def document_keys(feed_key: str, document: bytes, entries: Sequence[Entry]) -> DocumentKeys:
    """Make the keys of a document's entries."""
    return DocumentKeys.of(feed_key, document, entries)


def read_document(
    decider: PollDecider, answer: Fetched, parsed: ParsedFeed, keys: DocumentKeys, known: KnownEntries
) -> Polled:
    """Decide what a document brings."""
    return decider.read(answer, parsed, keys, known)


async def keys_here(feed_key: str, document: bytes, entries: Sequence[Entry]) -> DocumentKeys:
    """Make keys without a thread: for small documents and tests."""
    return document_keys(feed_key, document, entries)


async def read_here(
    decider: PollDecider, answer: Fetched, parsed: ParsedFeed, keys: DocumentKeys, known: KnownEntries
) -> Polled:
    """Decide without a thread: for small documents and tests."""
    return read_document(decider, answer, parsed, keys, known)


@dataclass(frozen=True, slots=True)
class _OtherFeeds:
    """The addresses of the other enabled feeds.

    They are searched only when a feed has moved: there may be a hundred thousand.
    """

    catalog: Catalog
    key: str

    def __contains__(self, url: object) -> bool:
        return any(feed.url == url and feed.enabled and feed.key != self.key for feed in self.catalog.feeds)


@dataclass(slots=True, kw_only=True)
class PollStep:
    """Poll feeds: the first step.

    `chance` gives numbers from 0 to 1; `outlet_of` names who published an address. One instance serves all feeds, at
    the same time too: it remembers whether our own network works. `make_keys` and `read_document` are those of the
    domain, off the event loop: thousands of entries take seconds.
    """

    store: FeedStore
    fetcher: Fetcher
    parser: FeedParser
    catalog: CatalogSource
    clock: Clock
    settings: IntervalSettings
    outlet_of: Callable[[str], str]
    chance: Callable[[], float]
    make_keys: Callable[[str, bytes, Sequence[Entry]], Awaitable[DocumentKeys]] = keys_here
    read_document: Callable[[PollDecider, Fetched, ParsedFeed, DocumentKeys, KnownEntries], Awaitable[Polled]] = (
        read_here
    )
    network: Network = field(default_factory=Network)
    _suspects: dict[str, tuple[FeedForPoll, Failure]] = field(default_factory=dict)
    """Feeds whose failures were recorded as theirs, and may turn out to have been our own network's."""

    async def due(self, limit: int, skip: Collection[str] = ()) -> Sequence[FeedForPoll]:
        """Return feeds whose time has come, longest overdue first, without those in `skip`."""
        return await self.store.due(self.clock.now(), limit, skip)

    async def due_keys(self, limit: int, skip: Collection[str] = ()) -> Sequence[str]:
        """Return the keys of the feeds `due` would return."""
        return await self.store.due_keys(self.clock.now(), limit, skip)

    async def still_due(self, keys: Collection[str]) -> Sequence[FeedForPoll]:
        """Return those of the feeds `keys` whose time has come."""
        return await self.store.still_due(keys, self.clock.now())

    def key(self, row: FeedForPoll) -> str:
        """Return the feed's key."""
        return row.feed.key

    async def run(self, row: FeedForPoll) -> bool:
        """Poll a due feed; True when it brought new articles."""
        return bool(await self.poll(row))

    async def next_in(self) -> None:
        """Return None: feeds become due on the engine's tick."""

    async def poll(self, feed: FeedForPoll) -> int | None:
        """Poll a due feed; return the number of new articles.

        None when another poll of it came first.
        """
        answer = await self.fetcher.feed(feed.url, feed.state.validators, feed.feed.kind)
        notice = self._observe(feed, answer)
        network_down = self.network.down_since is not None
        if isinstance(answer, Failure) and network_down and answer.reason in outage.OUT_OF_REACH:
            answer = outage.ours(answer)
        polled = await self._decide(feed, answer)
        sent = notices(notice, self.catalog.current().admin_receiver, self.clock.now())
        recorded = await self.store.record(replace(polled, deliveries=(*polled.deliveries, *sent)))
        if isinstance(answer, Failure) and answer.reason in outage.OUT_OF_REACH:
            self._suspects[feed.feed.key] = feed, answer
        if self.network.down_since is not None:
            await self._forgive()
        elif not self.network.failing:
            self._suspects.clear()
        return recorded

    async def _forgive(self) -> None:
        """Record once more, as our own network's, the failures just before it was known to be down."""
        while self._suspects:
            _, (feed, failure) = self._suspects.popitem()
            polled = self._decider(feed).failed(outage.ours(failure))
            polls = feed.state.polls + 1
            state = replace(polled.state, polls=polls + 1)
            await self.store.record(replace(polled, seen_polls=polls, state=state))

    async def _decide(self, feed: FeedForPoll, answer: Fetched | NotModified | Failure) -> Polled:
        if isinstance(answer, Failure):
            return self._decider(feed).failed(answer)
        if isinstance(answer, NotModified):
            return self._decider(feed).unchanged(answer)
        document = await parse_source(self.fetcher, self.parser, feed.feed, answer, feed.state.body_hash)
        if document is None:
            return self._decider(feed).unchanged(answer)
        if isinstance(document, Failure):
            return self._decider(feed).failed(document)
        answer, parsed = document.answer, document.parsed
        large = sum(len(entry.text) + _ENTRY for entry in parsed.entries) > LARGE
        make_keys, read = (self.make_keys, self.read_document) if large else (keys_here, read_here)
        keys = await make_keys(feed.feed.key, document.hash, parsed.entries)
        known = await self.store.known(keys.lookups())
        return await read(self._decider(feed), answer, parsed, keys, known)

    def _decider(self, feed: FeedForPoll) -> PollDecider:
        """Return the decider of this moment: fetching and parsing take seconds."""
        catalog = self.catalog.current()
        context = PollContext(
            now=self.clock.now(),
            jitter=self.chance(),
            settings=self.settings,
            outlet_of=self.outlet_of,
            others=_OtherFeeds(catalog, feed.feed.key),
            admin=catalog.admin_receiver,
        )
        return PollDecider(feed, context)

    def _observe(self, feed: FeedForPoll, answer: Fetched | NotModified | Failure) -> Notice | None:
        """Learn about our own network; return a notice when it has just gone down."""
        before = self.network
        failure = answer if isinstance(answer, Failure) else None
        self.network = outage.observed(before, urlsplit(feed.url).netloc, failure, self.clock.now())
        since = self.network.down_since
        if since is None or before.down_since is not None:
            return None
        text = f"No feed can be reached since {since:%Y-%m-%d %H:%M} UTC: our own network seems to be down."
        return Notice(group_key=f"trouble:network:{since:%Y-%m-%dT%H}", text=text)
