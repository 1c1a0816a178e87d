"""What steps need from the world: small protocols that storage, adapters and fakes fulfil."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.domain.alerts import Alert, Delivery, Outcome, Silence
from monitor.domain.articles import Article, Stage, Text
from monitor.domain.catalog import Catalog, Receiver
from monitor.domain.delivering import DeliveryForSending, Found, Lane, Settlement
from monitor.domain.failures import Failure
from monitor.domain.feeds import Feed, FeedForPoll, ParsedFeed, Validators
from monitor.domain.fetching import Fetched, NotModified
from monitor.domain.interactions import Consequence
from monitor.domain.ledger import Account, Note
from monitor.domain.messages import Message
from monitor.domain.overview import Overview
from monitor.domain.polling import Polled
from monitor.domain.stories.values import Fingerprint, Placed
from monitor.domain.topics.values import Document, Matches
from monitor.domain.verdicts import Judge, Verdict


class Clock(Protocol):
    """The time, aware and in UTC."""

    def now(self) -> datetime:
        """The present moment."""
        ...


class CatalogSource(Protocol):
    """The configuration in force; a step takes one snapshot and keeps to it."""

    def current(self) -> Catalog:
        """The last good catalog."""
        ...


class Matcher(Protocol):
    """All topics of one catalog, compiled."""

    @property
    def revision(self) -> str:
        """The revision of the catalog it was compiled from."""
        ...

    @property
    def languages(self) -> Sequence[str | None]:
        """The languages of the articles met so far, None for an unknown one."""
        ...

    def prepare(self, languages: Sequence[str | None]) -> None:
        """Make ready what the first article in each of these languages would have to wait for."""
        ...

    def match(self, document: Document) -> Matches:
        """What matches and what nearly does; pure, never raises on any text."""
        ...


class Fetcher(Protocol):
    """HTTP, polite and bounded: every limit, redirect, address and robots rule is kept in here."""

    async def feed(self, url: str, validators: Validators) -> Fetched | NotModified | Failure:
        """A conditional GET of a feed. Never raises."""
        ...

    async def page(self, url: str) -> Fetched | Failure:
        """A GET of an article page, robots.txt asked first. Never raises."""
        ...


class FeedParser(Protocol):
    """Bytes to entries, off the event loop, under time and memory limits."""

    async def parse(self, body: bytes, *, url: str, charset: str | None, media_type: str) -> ParsedFeed | Failure:
        """The feed in `body`; `url` makes relative links absolute. Never raises."""
        ...


class Extractor(Protocol):
    """A page to its article text, off the event loop, under time and memory limits."""

    async def extract(self, body: bytes, *, url: str, charset: str | None) -> Text | Failure:
        """The article on the page, or why there is none. Never raises."""
        ...


class LanguageDetector(Protocol):
    """Which language a text is written in."""

    def detect(self, text: str, hint: str | None = None) -> str | None:
        """An ISO 639-1 code, or None when the text is too short to tell; `hint` is what the feed claims."""
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


class ArticleStore(Protocol):
    """What extract and triage read and write."""

    async def due(self, stage: Stage, now: datetime, limit: int, skip: Collection[int]) -> Sequence[Article]:
        """Articles waiting in `stage`, oldest first, without those in `skip`."""
        ...

    async def due_ids(self, stage: Stage, now: datetime, limit: int, skip: Collection[int]) -> Sequence[int]:
        """The ids of what `due` would find, for whoever shares work out."""
        ...

    async def still_due(self, stage: Stage, ids: Collection[int], now: datetime) -> Sequence[Article]:
        """Those of the articles `ids` that wait in `stage`, longest due first."""
        ...

    async def record_text(self, seen: Article, text: Text, notes: Sequence[Note], now: datetime) -> bool:
        """Keep the text and pass the article on to triage; False when `seen` is no longer the row's state."""
        ...

    async def postpone(self, seen: Article, due: datetime, notes: Sequence[Note], now: datetime) -> bool:
        """Try again at `due`, counting the attempt; False when `seen` is no longer the row's state."""
        ...

    async def settle(self, seen: Article, notes: Sequence[Note], now: datetime) -> bool:
        """Leave the article as it is, done with; False when `seen` is no longer the row's state."""
        ...

    async def window(self, since: datetime, after: int = 0, limit: int | None = None) -> Sequence[Placed]:
        """What was placed since, in the order of placing: what the story index is rebuilt from.

        To read it in parts, pass the last part's highest sequence as `after` and a `limit`.
        """
        ...

    async def place(
        self, seen: Article, fingerprint: Fingerprint, after: int, judge: Judge, revision: str, now: datetime
    ) -> Verdict | None:
        """Place and judge an article under the stories lock and write the verdict, outbox included.

        `after` is the highest sequence the judge's index has learnt; `revision` the catalog it judges by.
        None when `seen` is no longer the row's state.
        """
        ...


class Outbox(Protocol):
    """What delivering reads and writes."""

    async def closed(self, now: datetime) -> Sequence[Lane]:
        """The lanes closed for a reason: refused credentials, unreachable channels, rate limits."""
        ...

    async def due(
        self, now: datetime, limit: int, skip: Collection[int], lanes: Mapping[str, Collection[str]]
    ) -> Sequence[Delivery]:
        """For each receiver whose `lanes` are all open the oldest due delivery; then unknown outcomes old enough to
        reconcile; then what is due for receivers that `lanes` does not know. Without those in `skip`."""
        ...

    async def still_due(self, ids: Collection[int], now: datetime) -> Sequence[Delivery]:
        """Those of the deliveries `ids` that wait to be sent or looked up, and whose time has come."""
        ...

    async def next_at(self, lanes: Mapping[str, Collection[str]]) -> datetime | None:
        """The earliest moment at which `due` may find something; None while nothing waits."""
        ...

    async def claim(
        self,
        seen: Delivery,
        *,
        via: Receiver,
        lanes: Sequence[str],
        until: datetime,
        settle_at: datetime,
        now: datetime,
    ) -> DeliveryForSending | None:
        """Commit the intent to post: `sending`, one more attempt, due again at `settle_at`, and the first of `lanes`
        closed until `until`. None when a lane is closed or `seen` is no longer the row's state."""
        ...

    async def load(self, delivery_id: int, now: datetime) -> DeliveryForSending | None:
        """A delivery with all that its message says."""
        ...

    async def record(self, settlement: Settlement, now: datetime) -> bool:
        """Write what an attempt changed; False when its `seen` is no longer the row's state."""
        ...

    async def escalate(self, receiver: Receiver, raised_before: datetime, now: datetime) -> int:
        """Tell `receiver.escalate_to` of alerts of top severity that `receiver` was sent before then and nobody has
        acknowledged, once each; the number of alerts."""
        ...


class Silences(Protocol):
    """Mutes, as people add and end them."""

    async def add(
        self, *, topic: str | None, story_id: int | None, until: datetime, reason: str, author: str, now: datetime
    ) -> Silence:
        """A new silence."""
        ...

    async def in_force(self, now: datetime) -> Sequence[Silence]:
        """Silences that have not ended, the one that ends first coming first."""
        ...

    async def titles(self, silences: Iterable[Silence]) -> Mapping[int, str]:
        """The titles of the stories they mute, by the stories' ids."""
        ...

    async def end(self, silence_id: int, now: datetime) -> bool:
        """End a silence now; False when there is none of that id in force."""
        ...


class Interactions(Protocol):
    """Where what people did is kept."""

    async def alert(self, alert_id: int) -> Alert | None:
        """The alert as it stands."""
        ...

    async def record(self, consequence: Consequence) -> bool:
        """Write a click's consequence, and have every message of the alert rewritten; False when it was known."""
        ...


class Archive(Protocol):
    """What was read."""

    async def overview(self) -> Overview:
        """How the work stands."""
        ...

    async def account(self, name: str) -> Account | None:
        """All about one article."""
        ...

    def since(self, days: timedelta) -> AsyncIterator[Article]:
        """The articles of the last days, oldest first."""
        ...


class Notifier(Protocol):
    """A way to tell people. No method raises for what the other side, the network or the message may do."""

    async def post(
        self,
        receiver: Receiver,
        message: Message,
        *,
        key: str,
        thread: str | None,
        broadcast: bool,
        plain: bool,
        begin_by: datetime | None = None,
    ) -> Outcome:
        """Post `message`, once. `key` is written where `find` looks for it; `thread` is the `ts` it answers,
        `broadcast` shows the answer in the channel too; `plain` leaves out all layout. Not begun by `begin_by`, as may
        happen to a process that was stopped, it is not sent."""
        ...

    async def update(
        self, receiver: Receiver, message: Message, *, channel: str, ts: str, key: str, plain: bool
    ) -> Outcome:
        """Rewrite the message of `key` that stands at `ts` of `channel`; harmless to repeat."""
        ...

    async def find(self, receiver: Receiver, key: str, *, since: datetime, thread: str | None) -> Found:
        """Look for the message of `key` among those posted since, in the channel or in the thread of `thread`."""
        ...


class Topics(Protocol):
    """The configuration in force, compiled; a step takes one snapshot and keeps to it."""

    def current(self) -> tuple[Catalog, Matcher]:
        """The last good catalog and the matcher compiled from it, of one revision."""
        ...


class Overviews(Protocol):
    """The store as a whole, for people."""

    async def read(self, now: datetime) -> Overview:
        """How the work stands."""
        ...


class Turns(Protocol):
    """What one process at a time does for all of them. A turn ends by itself, whatever becomes of its holder."""

    async def prepare(self, names: Collection[str], now: datetime) -> None:
        """Make turns met for the first time, free at once."""
        ...

    async def take(
        self, names: Collection[str], now: datetime, *, hold: timedelta, rest: timedelta = timedelta(0)
    ) -> Collection[str]:
        """Those of `names` that are now ours, until `now + hold` or until we say `done`; one that ended less than
        `rest` ago is not taken."""
        ...

    async def done(self, names: Collection[str], now: datetime) -> None:
        """Let others take the turns again."""
        ...

    async def completed(self, names: Collection[str]) -> Mapping[str, datetime]:
        """When each was last completed, by anybody."""
        ...


class HostLanes(Protocol):
    """Politeness shared by several machines."""

    async def enter(
        self, host: str, now: datetime, *, concurrency: int, pause: timedelta, lease: timedelta
    ) -> datetime | timedelta:
        """Leave to ask `host` now, as the moment it ends by itself (hand it to `leave`); or how long to wait, which is
        zero where that depends on when a request under way ends."""
        ...

    async def leave(self, host: str, ends: datetime) -> None:
        """The request is over."""
        ...
