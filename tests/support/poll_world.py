"""A feed polled again and again, without a network and a database: what poll decisions are tested in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from monitor.domain.articles.article import Entry, NewArticle
from monitor.domain.catalog import Feed
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.decide_poll import PollContext, PollDecider
from monitor.domain.feeds.feed import FeedForPoll, FeedState, ParsedFeed, Validators
from monitor.domain.feeds.fetch import Fetched, NotModified
from monitor.domain.feeds.identity import body_hash
from monitor.domain.feeds.intervals import IntervalSettings
from monitor.domain.feeds.match_entries import DocumentKeys, KnownEntry
from monitor.domain.feeds.polled import Polled, Revised

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(number: int, **changes: object) -> Entry:
    """The `number`th item of an invented outlet, published that many hours before the start."""
    url = f"https://harbour-gazette.example/{number}"
    plain = Entry(
        guid=f"gazette-{number}",
        link=url,
        url=url,
        title=f"Ferry number {number} leaves on time",
        summary=f"The harbour office says that ferry number {number} left on time, to the surprise of its passengers.",
        published=START - number * HOUR,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@dataclass
class Articles:
    """The articles and keys of a store, shared by the feeds of a test."""

    articles: list[NewArticle] = field(default_factory=list)
    keys: dict[bytes, int] = field(default_factory=dict)
    hashes: dict[int, bytes] = field(default_factory=dict)
    sightings: list[int] = field(default_factory=list)
    revised: list[Revised] = field(default_factory=list)

    def write(self, polled: Polled) -> list[NewArticle]:
        """Write a poll as the real store would; the articles that were new."""
        new = [article for article in polled.articles if not any(key in self.keys for key in article.identities)]
        for article in new:
            self.articles.append(article)
            identity = len(self.articles)
            self.keys.update(dict.fromkeys(article.identities, identity))
            assert article.content_hash is not None
            self.hashes[identity] = article.content_hash
        for article_id, keys in polled.aliases:
            for key in keys:
                self.keys.setdefault(key, article_id)
        for revised in polled.revised:
            self.hashes[revised.article_id] = revised.content_hash
        self.sightings += polled.sightings
        self.revised += polled.revised
        return new


@dataclass
class FeedWorld:
    """One feed and its clock. Each poll happens when the feed is due, but at least `step` later."""

    feed: Feed = field(default_factory=lambda: Feed(key="gazette", url="https://harbour-gazette.example/feed"))
    store: Articles = field(default_factory=Articles)
    settings: IntervalSettings = field(default_factory=IntervalSettings)
    now: datetime = START
    jitter: float = 0.0
    admin: str | None = "ops"
    others: Collection[str] = ()
    state: FeedState = field(default_factory=lambda: FeedState(due=START))
    notices: list[str] = field(default_factory=list)
    group_keys: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    polled_at: list[datetime] = field(default_factory=list)

    def poll(
        self,
        entries: Sequence[Entry] | None = None,
        *,
        answer: Fetched | NotModified | Failure | None = None,
        document: ParsedFeed | Failure | None = None,
        after: timedelta | None = None,
        **changes: object,
    ) -> list[NewArticle]:
        """Poll once; the new articles. `changes` are fields of the answer."""
        self.now = max(self.now, self.state.due) if after is None else self.now + after
        if entries is not None:
            document = replace(document or ParsedFeed(), entries=tuple(entries))  # type: ignore[arg-type]
        if answer is None:
            answer = Fetched(url=self.feed.url, status=200, body=repr((document, changes)).encode())
        if changes and not isinstance(answer, Failure):
            answer = replace(answer, **changes)  # type: ignore[arg-type]
        same = isinstance(answer, Fetched) and body_hash(answer.body) == self.state.body_hash
        polled = self._decide(answer, None if same else document)
        self.polled_at.append(self.now)
        self.state = polled.state
        self.notices += [delivery.text for delivery in polled.deliveries]
        self.group_keys |= {delivery.group_key for delivery in polled.deliveries}
        self.notes += [note.text for note in polled.notes]
        return self.store.write(polled)

    def alerts(self, *args: object, **changes: object) -> list[NewArticle]:
        """Poll once; the new articles that may alert."""
        return [article for article in self.poll(*args, **changes) if not article.baseline]  # type: ignore[arg-type]

    def fail(self, reason: Reason = Reason.SERVER, **changes: object) -> None:
        """A poll that fails."""
        after = changes.pop("after", None)
        self.poll(answer=Failure(reason=reason, **changes), after=after)  # type: ignore[arg-type]

    @property
    def gap(self) -> timedelta:
        """How long until the next poll."""
        return self.state.due - self.now

    def _decide(self, answer: Fetched | NotModified | Failure, document: ParsedFeed | Failure | None) -> Polled:
        context = PollContext(
            now=self.now,
            jitter=self.jitter,
            settings=self.settings,
            outlet_of=lambda url: url.partition("//")[2].partition("/")[0],
            others=self.others,
            admin=self.admin,
        )
        decider = PollDecider(FeedForPoll(feed=self.feed, state=self.state), context)
        if isinstance(answer, Failure):
            return decider.failed(answer)
        if isinstance(document, Failure):
            return decider.failed(document)
        if document is None:
            return decider.unchanged(answer)
        assert isinstance(answer, Fetched)
        keys = DocumentKeys.of(self.feed.key, body_hash(answer.body), document.entries)
        articles = {key: self.store.keys[key] for key in keys.lookups() if key in self.store.keys}
        known = {
            key: KnownEntry(
                article_id=article,
                content_hash=self.store.hashes[article],
                url=self.store.articles[article - 1].entry.url,
            )
            for key, article in articles.items()
        }
        return decider.read(answer, document, keys, known)


def tagged(etag: bytes) -> Validators:
    """Validators with just an ETag."""
    return Validators(etag=etag)
