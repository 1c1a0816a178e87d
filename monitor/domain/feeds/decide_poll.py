"""Decide the outcome of one poll: all that is written.

Pure: from the state of a feed, the answer, and the store's knowledge of its entries.

Every way out sets the next due time. No failure is final but 410, answered three times over a day.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.alerts.alert import DeliveryKind, NewDelivery
from monitor.domain.articles.article import Entry, NewArticle, Stage
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds import redirects
from monitor.domain.feeds.canonical_url import is_web_address
from monitor.domain.feeds.feed import FeedForPoll, FeedState, Hints, ParsedFeed, Validators
from monitor.domain.feeds.fetch import Fetched, NotModified
from monitor.domain.feeds.intervals import IntervalSettings, backed_off, interval, outside, spread, wished
from monitor.domain.feeds.match_entries import DocumentKeys, EntryMatcher, KnownEntries, NewEntry, Recognised
from monitor.domain.feeds.outage import OUT_OF_REACH
from monitor.domain.feeds.polled import Polled
from monitor.domain.feeds.trouble import Notice, trouble
from monitor.domain.ledger import Note

ARRIVALS_KEPT = 50
"""Two days of a feed with an entry an hour: enough for the publishing rate and for the usual gap."""
GONE_POLLS = 3
GONE_FOR = timedelta(hours=24)
"""RFC 9110, 15.5.11: 410 is "likely to be permanent"; sites in the middle of a move answer it for hours."""
OFFLINE_RETRY = timedelta(minutes=5)
"""The default of `poll.minimum_every`: no server hears of a retry while our own network is down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollContext:
    """Everything a decision depends on beside the feed itself.

    `jitter` is a number from 0 to 1. `others` are the addresses of the other configured feeds, `admin` the receiver of
    notices, `outlet_of` names who published an address.
    """

    now: datetime
    jitter: float
    settings: IntervalSettings
    outlet_of: Callable[[str], str]
    others: Container[str] = ()
    admin: str | None = None


def notices(notice: Notice | None, admin: str | None, now: datetime) -> tuple[NewDelivery, ...]:
    """Return the outbox message of a notice, if there is one and a receiver."""
    if notice is None or admin is None:
        return ()
    return (
        NewDelivery(receiver=admin, kind=DeliveryKind.NOTICE, group_key=notice.group_key, due=now, text=notice.text),
    )


def publisher(entry: Entry, feed_url: str, outlet_of: Callable[[str], str]) -> str:
    """Return the outlet of an entry: the paper an aggregator names, else its address."""
    if entry.source and not is_web_address(entry.source):
        return entry.source
    return outlet_of(entry.source or entry.url or feed_url)


@dataclass(frozen=True, slots=True)
class PollDecider:
    """Decide about one poll of `feed`: enter once, by `failed`, `unchanged` or `read`."""

    feed: FeedForPoll
    context: PollContext

    def failed(self, failure: Failure) -> Polled:
        """Back off after a failure; retry soon where our own network is down."""
        old, now, settings = self.feed.state, self.context.now, self.context.settings
        every = interval(self.feed.feed, old, now, settings)
        new = replace(old, polls=old.polls + 1, polled_at=now)
        note = Note(step="poll", text=str(failure), facts={})
        if failure.reason is Reason.OFFLINE:
            if old.failures == 1 and (old.failure or "").startswith(tuple(OUT_OF_REACH)):
                # a first failure just before we learnt that our own network is down was not the feed's either
                new = replace(new, failures=0, failing_since=None, failure=None)
            gap = min(every, max(OFFLINE_RETRY, settings.minimum_every))
            new = replace(new, due=now + spread(gap, self.context.jitter))
            return Polled(feed_key=self.feed.feed.key, seen_polls=old.polls, state=new, notes=(note,))
        new = replace(
            new,
            failures=old.failures + 1,
            failing_since=old.failing_since or now,
            failure=str(failure),
            candidate_polls=0,
        )
        new = redirects.failed(self._gone(new) if failure.reason is Reason.GONE else new)
        # one failure to reach a host may be a short outage of our own network, so the second is the first that counts
        counted = new.failures - (failure.reason in OUT_OF_REACH)
        gap = backed_off(every, counted) if failure.retry_after is None else max(every, failure.retry_after)
        due = outside(now + spread(gap, self.context.jitter), old.hints, self.context.jitter)
        return self._polled(replace(new, due=due), Recognised(), (note,))

    def unchanged(self, answer: Fetched | NotModified) -> Polled:
        """Record a 304, or the same document as last time.

        A feed that came back with the document it left with has its baseline by that: what follows is news.
        """
        state = replace(self.feed.state, baseline_at=self.feed.state.baseline_at or self.context.now)
        return self._succeeded(answer, state, Recognised())

    def read(self, answer: Fetched, parsed: ParsedFeed, document: DocumentKeys, known: KnownEntries) -> Polled:
        """Sort the entries of a document, of which the store knows `known`."""
        old, now = self.feed.state, self.context.now
        matcher = EntryMatcher(document, known, since=old.baseline_at, last_read=old.succeeded_at)
        is_baseline = [old.baseline_at is None and not self._in_backfill(entry) for entry in document.entries]
        recognised = matcher.sort(is_baseline)
        if old.baseline_at is None:
            # a baseline comes all at once: its own dates say when the entries arrived
            dates = (new.entry.published for new in recognised.new)
            arrivals = sorted(min(date, now) for date in dates if date is not None)
        else:
            arrivals = [now] * (len(recognised.new) + len(recognised.sightings))
        state = replace(
            old,
            body_hash=document.document,
            baseline_at=old.baseline_at or now,
            entries_last=len(document.entries),
            arrivals=(*old.arrivals, *arrivals)[-ARRIVALS_KEPT:],
            title=parsed.title or old.title,
            hints=Hints(
                ttl=parsed.ttl,
                update_period=parsed.update_period,
                skip_hours=parsed.skip_hours,
                skip_days=parsed.skip_days,
            ),
        )
        return self._succeeded(answer, state, recognised)

    def _gone(self, state: FeedState) -> FeedState:
        """Count a 410, which is believed only when it is repeated a day later."""
        since = state.gone_since or self.context.now
        state = replace(state, gone_count=state.gone_count + 1, gone_since=since)
        if state.gone_count >= GONE_POLLS and self.context.now - since >= GONE_FOR:
            return replace(state, disabled_reason="the server says it is gone for good")
        return state

    def _in_backfill(self, entry: Entry) -> bool:
        backfill = self.context.settings.backfill
        if backfill <= timedelta(0) or entry.published is None:
            return backfill == timedelta.max
        return self.context.now - entry.published <= backfill

    def _succeeded(self, answer: Fetched | NotModified, state: FeedState, recognised: Recognised) -> Polled:
        old, now = self.feed.state, self.context.now
        validators = answer.validators
        if isinstance(answer, NotModified):
            # a 304 renews what it names (RFC 9111, 4.3.4); a document replaces both, also when it has none
            validators = Validators(
                etag=validators.etag or old.validators.etag,
                last_modified=validators.last_modified or old.validators.last_modified,
            )
        new = replace(
            state,
            validators=validators,
            polls=old.polls + 1,
            polled_at=now,
            succeeded_at=now,
            failures=0,
            failing_since=None,
            failure=None,
            gone_count=0,
            gone_since=None,
        )
        move = redirects.followed(self.feed, new, answer.permanent_url, self.context.others, now)
        new = replace(move.state, due=self._next_due(answer, move.state))
        return self._polled(new, recognised, self._notes(answer, new, recognised, move.note))

    def _next_due(self, answer: Fetched | NotModified, state: FeedState) -> datetime:
        old, now, jitter = self.feed.state, self.context.now, self.context.jitter
        costly = isinstance(answer, Fetched) and (
            answer.validators == Validators()
            or (state.body_hash == old.body_hash and old.validators == answer.validators)
        )
        every = interval(self.feed.feed, state, now, self.context.settings, costly=costly)
        gap = max(every, wished(state.hints, answer.fresh_for))
        starting = old.succeeded_at is None or now - old.due > every
        return outside(now + spread(gap, jitter, widely=starting), state.hints, jitter)

    def _notes(
        self, answer: Fetched | NotModified, new: FeedState, recognised: Recognised, moved: str | None
    ) -> tuple[Note, ...]:
        """Return ledger notes about the feed itself."""
        notes = [Note(step="poll", text=moved, facts={})] if moved else []
        if self.feed.url.startswith("https:") and answer.url.startswith("http:"):
            notes.append(Note(step="poll", text="the secure address leads to an insecure one", facts={}))
        if recognised.rekeyed:
            text = "the feed names its entries anew; known titles were taken as known"
            notes.append(Note(step="poll", text=text, facts={"entries": recognised.rekeyed}))
        before = self.feed.state.entries_last
        if before and new.entries_last == 0:
            notes.append(Note(step="poll", text="the feed is empty where entries were", facts={"entries": before}))
        return tuple(notes)

    def _polled(self, new: FeedState, recognised: Recognised, notes: tuple[Note, ...]) -> Polled:
        """Return the whole outcome, with what a person is notified of."""
        now, settings = self.context.now, self.context.settings
        new, notice = trouble(self.feed.feed, self.feed.state, new, now, settings.broken_after)
        return Polled(
            feed_key=self.feed.feed.key,
            seen_polls=self.feed.state.polls,
            state=new,
            articles=tuple(map(self._article, recognised.new)),
            aliases=recognised.aliases,
            sightings=recognised.sightings,
            revised=recognised.revised,
            notes=notes,
            deliveries=notices(notice, self.context.admin, now),
        )

    def _article(self, new: NewEntry) -> NewArticle:
        """Make the article of a new entry.

        A baseline goes by what the feed says of it: nobody waits for it, and thousands of pages need not be fetched.
        """
        return NewArticle(
            identities=new.identities,
            entry=new.entry,
            outlet=publisher(new.entry, self.feed.url, self.context.outlet_of),
            feed_key=self.feed.feed.key,
            first_seen=self.context.now,
            stage=Stage.TRIAGE if new.baseline else Stage.EXTRACT,
            baseline=new.baseline,
            content_hash=new.content,
        )
