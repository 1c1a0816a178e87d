"""The real steps over a real store, beside a model that says what must stand in Slack; any order of events, any death.

The model learns what the program has committed to (an entry recorded, an article placed under one configuration) from
witnesses at the stores' ports, and works out for itself who must be told. What is in Slack is compared with that.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from monitor.adapters.slack.client import SlackCalls
from monitor.adapters.slack.notifier import SlackNotifier
from monitor.app.runtime.story_window import rebuilt_index
from monitor.domain.articles.article import Article, Stage
from monitor.domain.catalog import Catalog, Channel, Feed, Receiver, Severity, Topic, Watchlist
from monitor.domain.delivery.attempt import Rules
from monitor.domain.feeds.intervals import IntervalSettings
from monitor.domain.feeds.polled import Polled
from monitor.domain.topics.matcher import CatalogMatcher, compile_catalog
from monitor.steps.deliver import Deliver
from monitor.steps.extract import Extract
from monitor.steps.poll import PollStep
from monitor.steps.triage import Triage
from storage.admin.retention import Ages, SqlHousekeeping
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.outbox.store import SqlOutbox
from storage.sql.database import Database
from tests.support.delivery_world import HandClock
from tests.support.fake_slack import BOT_TOKEN, FakeSlack, Workspace
from tests.support.fake_slack.reading import seen as shown_to_people
from tests.torture.sites import Sites

TERMS = {"about-tariffs": "tariff", "about-ferries": "ferry", "about-harvests": "harvest"}
"""What each topic looks for, by its key, which is its title too: the key is what a message shows of a deleted topic."""

CHANNELS = ("#desk", "#night")
PLACES = tuple(
    f"{side} {store}.{call}"
    for store, call in (
        ("feeds", "record"),
        ("articles", "record_text"),
        ("articles", "place"),
        ("outbox", "claim"),
        ("outbox", "record"),
        ("slack", "post"),
        ("slack", "find"),
    )
    for side in ("before", "after")
)
"""Where a process may die."""

_MARK = re.compile(r"markf\dn\d{4}")
_RULES = Rules(timeout=timedelta(seconds=5), settle=timedelta(seconds=60))
_LONG = timedelta(days=60)
_ROUNDS = 300

Told = tuple[str, str]
"""An entry's mark and a topic's key."""


class Died(BaseException):
    """The process is gone."""


class Passing:
    """A port that tells of its calls: `before` and `after` may raise, and see arguments and result."""

    def __init__(self, name: str, inner: Any, before: Callable[..., None], after: Callable[..., None]) -> None:
        self._name, self._inner, self._before, self._after = name, inner, before, after

    def __getattr__(self, attribute: str) -> Any:
        method = getattr(self._inner, attribute)
        if not callable(method):
            return method

        async def passing(*args: Any, **kwargs: Any) -> Any:
            place = f"{self._name}.{attribute}"
            self._before(place, args)
            result = await method(*args, **kwargs)
            self._after(place, args, result)
            return result

        return passing


@dataclass
class Configuration:
    """The catalog in force and its matcher; compiled once for each."""

    topics: frozenset[str]
    feeds: frozenset[str]
    address: str
    sites: Sites

    @property
    def revision(self) -> str:
        """Names what is configured."""
        return f"{sorted(self.topics)} {sorted(self.feeds)} {self.address}"

    def current(self) -> Catalog:
        """As a source of the configuration."""
        topics = tuple(
            Topic(key=key, watchlist="w", title=key, query=TERMS[key], severity=Severity.HIGH)
            for key in sorted(self.topics)
        )
        return Catalog(
            revision=self.revision,
            feeds=tuple(
                Feed(key=site.key, url=site.url, every=timedelta(minutes=10), full_text=site.key == "f1")
                for site in self.sites.all
                if site.key in self.feeds
            ),
            receivers=(Receiver(name="desk", channel=Channel.SLACK, address=self.address),),
            watchlists=(Watchlist(name="w", file="w.yml", receivers=("desk",), topics=topics),),
        )


@dataclass
class Compiled:
    """The topics as triage takes them: one snapshot."""

    configuration: Configuration
    engines: dict[str, CatalogMatcher] = field(default_factory=dict)

    def current(self) -> tuple[Catalog, CatalogMatcher]:
        """The catalog and its matcher."""
        catalog = self.configuration.current()
        key = repr(catalog.watchlists)
        if key not in self.engines:
            self.engines[key] = compile_catalog(catalog)
        return catalog, self.engines[key]


@dataclass
class Model:
    """What must, and what may, stand in Slack."""

    must: set[Told] = field(default_factory=set)
    may: set[Told] = field(default_factory=set)
    baseline: set[str] = field(default_factory=set)
    recorded: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    placed: dict[str, str] = field(default_factory=dict)

    def first_seen(self, mark: str, *, baseline: bool, unsure: bool) -> None:
        """An entry was committed; only the first time counts."""
        if mark in self.recorded:
            return
        self.recorded.add(mark)
        if baseline:
            self.baseline.add(mark)
        if unsure:
            self.unsure.add(mark)

    def was_placed(self, mark: str, text: str, topics: frozenset[str]) -> None:
        """An article was judged, with this text, under these topics."""
        told = {(mark, key) for key in topics if TERMS[key] in text}
        first = mark not in self.placed
        self.placed[mark] = text
        if mark in self.baseline and first:
            return
        self.may |= told
        if mark not in self.baseline and mark not in self.unsure:
            self.must |= told


class Newsday:
    """Sites, a store, the steps of a process that may die, a fake Slack, and the model."""

    def __init__(self, url: str, seed: int, stack: AsyncExitStack) -> None:
        self.clock = HandClock()
        self.sites = Sites(3, seed)
        self.configuration = Configuration(
            frozenset(("about-tariffs", "about-ferries")), frozenset(("f0", "f1", "f2")), CHANNELS[0], self.sites
        )
        self.model = Model()
        self.database = Database.open(url)
        self.slack = FakeSlack(Workspace(now=self.clock.timestamp))
        self.deaths: Counter[str] = Counter()
        self.polled_well: set[str] = set()
        self.returned: set[str] = set()
        self._stack = stack
        self._place: str | None = None
        self._left = 0

    async def open(self) -> None:
        """Start the fake Slack and the first process."""
        await self._stack.enter_async_context(self.slack)
        self._stack.push_async_callback(self.database.close)
        for name in CHANNELS:
            self.slack.workspace.add_channel(name.removeprefix("#"))
        self._calls = SlackCalls(timeout=_RULES.timeout, api_url=self.slack.api_url)
        self.slack.pace.enforced = False
        self.slack.faults.late_by = 0.02
        await self.start()

    async def start(self) -> None:
        """A new process: nothing but the store is left of the one before."""
        self.feeds = self._port("feeds", SqlFeedStore(self.database))
        self.articles = self._port("articles", SqlArticleStore(self.database))
        await SqlFeedStore(self.database).sync(self.configuration.current().feeds, self.clock.now())
        self.steps = await self._process()

    async def _process(self) -> "Process":
        index = await rebuilt_index(self.articles, self.clock)
        topics = Compiled(self.configuration)
        notifier = SlackNotifier(token=lambda: BOT_TOKEN, calls=self._calls, clock=self.clock)
        return Process(
            clock=self.clock,
            feeds=self.feeds,
            articles=self.articles,
            poll=PollStep(
                store=self.feeds,
                fetcher=self.sites,
                parser=self.sites,
                catalog=self.configuration,
                clock=self.clock,
                settings=IntervalSettings(minimum_every=timedelta(minutes=1)),
                outlet_of=lambda url: url.partition("//")[2].partition("/")[0],
                chance=lambda: 0.5,
            ),
            extract=Extract(
                store=self.articles,
                fetcher=self.sites,
                extractor=self.sites,
                languages=self.sites,
                catalog=self.configuration,
                clock=self.clock,
            ),
            triage=Triage(store=self.articles, topics=topics, index=index, clock=self.clock),
            deliver=Deliver(
                outbox=self._port("outbox", SqlOutbox(self.database)),
                notifiers={Channel.SLACK: self._port("slack", notifier)},
                catalogs=self.configuration,
                clock=self.clock,
                rules=_RULES,
            ),
        )

    def _port(self, name: str, inner: Any) -> Any:
        return Passing(name, inner, self._before, self._after)

    def _before(self, place: str, args: tuple[Any, ...]) -> None:
        self._perhaps_die(f"before {place}")

    def _after(self, place: str, args: tuple[Any, ...], result: Any) -> None:
        if place == "feeds.record" and result is not None:
            self._recorded(args[0])
        if place == "articles.place" and result is not None:
            self._placed(args[0])
        self._perhaps_die(f"after {place}")

    def _perhaps_die(self, place: str) -> None:
        if place == self._place:
            self._left -= 1
            if self._left == 0:
                self.deaths[place] += 1
                self._place = None
                raise Died

    def _recorded(self, polled: Polled) -> None:
        key = polled.feed_key
        if polled.state.failures or polled.state.failing_since:
            return
        baseline, returned = key not in self.polled_well, key in self.returned
        for item in self.sites.fetched.get(key, ()):
            self.model.first_seen(item.mark, baseline=baseline, unsure=returned)
        self.polled_well.add(key)
        self.returned.discard(key)

    def _placed(self, article: Article) -> None:
        [mark] = _MARK.findall(article.title)
        text = article.text.body if article.text and article.text.body else article.summary
        self.model.was_placed(mark, f"{article.title} {text}", self.configuration.topics)

    async def work(self, *, die_at: str | None = None, passages: int = 1) -> bool:
        """Do all that is due, or falls due in the next two minutes; False when the process died on the way and another
        took its place."""
        self._place, self._left = die_at, passages
        end = self.clock.now() + timedelta(minutes=2)
        try:
            for _ in range(_ROUNDS):
                if await self.steps.round():
                    continue
                following = await self.steps.next_at()
                if following is None or following > end:
                    break
                self.clock.moment = max(following, self.clock.now() + timedelta(milliseconds=1))
            else:
                raise AssertionError("the work does not come to rest")
        except Died:
            await self.start()
            return False
        finally:
            self._place = None
        return True

    async def work_as_two(self) -> None:
        """Two processes see the same rows as due, and both take them on."""
        await self.steps.round(beside=await self._process())

    async def finish(self) -> None:
        """Let faults end, and work until nothing waits any more."""
        self.slack.faults.queue.clear()
        self.slack.workspace.history_lag = 0.0
        self.slack.workspace.apps[BOT_TOKEN].refusal = None
        for site in self.sites.all:
            site.failing = None
        for _ in range(2):
            for _ in range(60):
                await self.work()
                following = await self.steps.next_at()
                if following is None or following > self.clock.now() + timedelta(hours=30):
                    break
                self.clock.moment = max(following, self.clock.now() + timedelta(seconds=1))
            self.clock.advance(timedelta(days=8))

    async def sweep(self) -> None:
        """Retention, with ages that the clock of a test passes now and then."""
        ages = Ages(text=timedelta(days=5), metadata=_LONG, fingerprints=timedelta(days=30))
        await SqlHousekeeping(self.database).sweep(ages, self.clock.now())

    async def configure(self, **changes: Any) -> None:
        """Put another configuration in force, in the running process."""
        for name, value in changes.items():
            setattr(self.configuration, name, value)
        await SqlFeedStore(self.database).sync(self.configuration.current().feeds, self.clock.now())

    def untold(self) -> int:
        """How many messages may still be to come; with more than fifty waiting they would be gathered into digests."""
        unread = sum(item.mark not in self.model.placed for site in self.sites.all for item in site.items)
        return 2 * unread + len(self.model.may - set(self.posted()))

    def posted(self) -> Counter[Told]:
        """How often each entry was told of under each topic, messages of their own alone."""
        return Counter(
            (mark, key)
            for _, message in self.slack.workspace.all_messages()
            if message.thread_ts is None
            for key in TERMS
            if key in shown_to_people(message).text
            for mark in set(_MARK.findall(shown_to_people(message).text))
        )


@dataclass
class Process:
    """The steps as an engine runs them, one row after the other."""

    clock: HandClock
    feeds: Any
    articles: Any
    poll: PollStep
    extract: Extract
    triage: Triage
    deliver: Deliver

    async def round(self, beside: "Process | None" = None) -> int:
        """Take on each row that is due, in each step; how many there were. `beside` takes each on as well."""
        done = 0
        for find, performers in self._works(beside):
            rows = await find()
            done += len(rows)
            for row in rows:
                for perform in performers:
                    await perform(row)
        return done

    def _works(self, beside: "Process | None") -> Iterator[tuple[Callable[[], Awaitable[Any]], list[Any]]]:
        both = [self] if beside is None else [self, beside]
        yield lambda: self.feeds.due(self.clock.now(), 10, ()), [one.poll.run for one in both]
        for stage, step in ((Stage.EXTRACT, "extract"), (Stage.TRIAGE, "triage")):
            yield self._due_in(stage), [getattr(one, step).run for one in both]
        yield lambda: self.deliver.due(10), [one.deliver.run for one in both]

    def _due_in(self, stage: Stage) -> Callable[[], Awaitable[Any]]:
        return lambda: self.articles.due(stage, self.clock.now(), 50, ())

    async def next_at(self) -> Any:
        """When a delivery is next due."""
        return await self.deliver.next_at()
