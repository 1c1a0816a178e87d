"""What a poll means: from what was known of a feed and what came to all that shall be written. Pure.

Every way out sets the next due time, and no failure is final but 410, said three times over a day.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.alerts.alert import DeliveryKind, NewDelivery
from monitor.domain.articles.article import Entry, NewArticle, Stage
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds import redirects as moves
from monitor.domain.feeds import trouble as health
from monitor.domain.feeds.feed import FeedForPoll, FeedState, Hints, ParsedFeed, Validators
from monitor.domain.feeds.fetch import Fetched, NotModified
from monitor.domain.feeds.intervals import PollSettings, asked_for, backed_off, interval, outside, spread
from monitor.domain.feeds.match_entries import Look, Recognised, recognise
from monitor.domain.feeds.outage import OUT_OF_REACH
from monitor.domain.feeds.polled import Polled
from monitor.domain.feeds.trouble import Told
from monitor.domain.ledger import Note

ARRIVALS_KEPT = 50
GONE_POLLS = 3
GONE_FOR = timedelta(hours=24)
OFFLINE_RETRY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollContext:
    """What a decision depends on beside the feed: the time, chance, settings, and the other feeds.

    `jitter` is a number from 0 to 1. `others` are the addresses of the other configured feeds, `admin` the receiver of
    notices, `outlet_of` names who published an address.
    """

    now: datetime
    jitter: float
    settings: PollSettings
    outlet_of: Callable[[str], str]
    others: Container[str] = ()
    admin: str | None = None


def decide(
    asked: FeedForPoll,
    answer: Fetched | NotModified | Failure,
    parsed: ParsedFeed | Failure | None,
    look: Look,
    context: PollContext,
) -> Polled:
    """All that one poll changes.

    `parsed` is None when nothing had to be parsed: the answer is a failure, a 304, or the same document as last time.
    A feed that came back with the document it left with has its baseline by that: what follows is news.
    `look` holds its entries with all that the store knows of them.
    """
    failure = answer if isinstance(answer, Failure) else parsed if isinstance(parsed, Failure) else None
    if failure is not None:
        return _after_failure(asked, failure, context)
    assert not isinstance(answer, Failure)
    if isinstance(parsed, ParsedFeed):
        return _after_document(asked, answer, parsed, look, context)
    state = replace(asked.state, baseline_at=asked.state.baseline_at or context.now)
    return _after_success(asked, answer, state, Recognised(), context)


def _after_failure(asked: FeedForPoll, failure: Failure, context: PollContext) -> Polled:
    old, now, settings = asked.state, context.now, context.settings
    every = interval(asked.feed, old, now, settings)
    new = replace(old, polls=old.polls + 1, polled_at=now)
    if failure.reason is Reason.OFFLINE:
        new = _cleared(new)
        gap = min(every, max(OFFLINE_RETRY, settings.minimum_every))
        return Polled(
            feed_key=asked.feed.key,
            seen_polls=old.polls,
            state=replace(new, due=now + spread(gap, context.jitter)),
            notes=(_note(str(failure)),),
        )
    new = replace(
        new, failures=old.failures + 1, failing_since=old.failing_since or now, failure=str(failure), candidate_polls=0
    )
    new = moves.failed(_gone(new, failure, now))
    gap = backed_off(every, new.failures) if failure.retry_after is None else max(every, failure.retry_after)
    new = replace(new, due=outside(now + spread(gap, context.jitter), old.hints, context.jitter))
    return _told(asked, new, Recognised(), (_note(str(failure)),), context)


def _cleared(state: FeedState) -> FeedState:
    """A first failure just before we learnt that our own network is down was not the feed's either."""
    if state.failures == 1 and (state.failure or "").startswith(tuple(OUT_OF_REACH)):
        return replace(state, failures=0, failing_since=None, failure=None)
    return state


def _gone(state: FeedState, failure: Failure, now: datetime) -> FeedState:
    """410 is a clear word, but only when it is said again a day later."""
    if failure.reason is not Reason.GONE:
        return state
    state = replace(state, gone_count=state.gone_count + 1, gone_since=state.gone_since or now)
    assert state.gone_since is not None
    if state.gone_count >= GONE_POLLS and now - state.gone_since >= GONE_FOR:
        return replace(state, disabled_reason="the server says it is gone for good")
    return state


def _after_document(
    asked: FeedForPoll,
    answer: Fetched | NotModified,
    parsed: ParsedFeed,
    look: Look,
    context: PollContext,
) -> Polled:
    old = asked.state
    baseline = [old.baseline_at is None and not _in_backfill(entry, context) for entry in parsed.entries]
    recognised = recognise(look, since=old.baseline_at, last_read=old.succeeded_at, is_baseline=baseline)
    state = replace(
        old,
        body_hash=look.document,
        baseline_at=old.baseline_at or context.now,
        entries_last=len(parsed.entries),
        arrivals=_arrivals(old, recognised, context.now),
        title=parsed.title or old.title,
        hints=Hints(
            ttl=parsed.ttl,
            update_period=parsed.update_period,
            skip_hours=parsed.skip_hours,
            skip_days=parsed.skip_days,
        ),
    )
    return _after_success(asked, answer, state, recognised, context)


def _in_backfill(entry: Entry, context: PollContext) -> bool:
    backfill = context.settings.backfill
    if backfill <= timedelta(0) or entry.published is None:
        return backfill == timedelta.max
    return context.now - entry.published <= backfill


def _arrivals(old: FeedState, recognised: Recognised, now: datetime) -> tuple[datetime, ...]:
    """When entries came: by their own dates at first, since a baseline comes all at once."""
    if old.baseline_at is None:
        came = sorted(min(entry.published, now) for entry, _, _ in recognised.new if entry.published is not None)
    else:
        came = [now] * (len(recognised.new) + len(recognised.sightings))
    return (*old.arrivals, *came)[-ARRIVALS_KEPT:]


def _after_success(
    asked: FeedForPoll,
    answer: Fetched | NotModified,
    state: FeedState,
    recognised: Recognised,
    context: PollContext,
) -> Polled:
    old, now = asked.state, context.now
    new = replace(
        state,
        validators=_validators(old.validators, answer),
        polls=old.polls + 1,
        polled_at=now,
        succeeded_at=now,
        failures=0,
        failing_since=None,
        failure=None,
        gone_count=0,
        gone_since=None,
    )
    move = moves.followed(asked, new, answer.permanent_url, context.others, now)
    new = replace(move.state, due=_next_due(asked, answer, move.state, context))
    return _told(asked, new, recognised, _notes(asked, answer, new, recognised, move), context)


def _validators(old: Validators, answer: Fetched | NotModified) -> Validators:
    """Those of a new document replace the old ones, also when it has none; a 304 renews what it names."""
    if isinstance(answer, Fetched):
        return answer.validators
    return Validators(
        etag=answer.validators.etag or old.etag, last_modified=answer.validators.last_modified or old.last_modified
    )


def _next_due(asked: FeedForPoll, answer: Fetched | NotModified, state: FeedState, context: PollContext) -> datetime:
    old, now = asked.state, context.now
    costly = isinstance(answer, Fetched) and (
        answer.validators == Validators() or (state.body_hash == old.body_hash and old.validators == answer.validators)
    )
    every = interval(asked.feed, state, now, context.settings, costly=costly)
    gap = max(every, asked_for(state.hints, answer.fresh_for))
    starting = old.succeeded_at is None or now - old.due > every
    return outside(now + spread(gap, context.jitter, widely=starting), state.hints, context.jitter)


def _notes(
    asked: FeedForPoll, answer: Fetched | NotModified, new: FeedState, recognised: Recognised, move: moves.Move
) -> tuple[Note, ...]:
    notes = [_note(move.note)] if move.note else []
    if asked.url.startswith("https:") and answer.url.startswith("http:"):
        notes.append(_note("the secure address leads to an insecure one"))
    if recognised.rekeyed:
        notes.append(_note("the feed names its entries anew; known titles were taken as known", recognised.rekeyed))
    if asked.state.entries_last and new.entries_last == 0:
        notes.append(_note("the feed is empty where entries were", asked.state.entries_last))
    return tuple(notes)


def _note(text: str, entries: int | None = None) -> Note:
    return Note(step="poll", text=text, facts={} if entries is None else {"entries": entries})


def _told(
    asked: FeedForPoll, new: FeedState, recognised: Recognised, notes: tuple[Note, ...], context: PollContext
) -> Polled:
    """The whole outcome, with what a person must be told of the feed."""
    new, told = health.trouble(asked.feed, asked.state, new, context.now, context.settings.broken_after)
    return Polled(
        feed_key=asked.feed.key,
        seen_polls=asked.state.polls,
        state=new,
        articles=tuple(_article(asked, entry, keys, content, context) for entry, keys, content in recognised.new),
        aliases=recognised.aliases,
        sightings=recognised.sightings,
        revised=recognised.revised,
        notes=notes,
        deliveries=notices(told, context.admin, context.now),
    )


def notices(told: Told | None, admin: str | None, now: datetime) -> tuple[NewDelivery, ...]:
    """The message for the outbox, if there is something to tell and someone to tell it."""
    if told is None or admin is None:
        return ()
    return (NewDelivery(receiver=admin, kind=DeliveryKind.NOTICE, group_key=told.group_key, due=now, text=told.text),)


def _article(
    asked: FeedForPoll, entry: Entry, keys: tuple[bytes, ...], content: bytes, context: PollContext
) -> NewArticle:
    """A baseline goes by what the feed says of it: nobody waits for it, and thousands of pages need not be fetched."""
    baseline = asked.state.baseline_at is None and not _in_backfill(entry, context)
    return NewArticle(
        identities=keys,
        entry=entry,
        outlet=context.outlet_of(entry.url or asked.url),
        feed_key=asked.feed.key,
        first_seen=context.now,
        stage=Stage.TRIAGE if baseline else Stage.EXTRACT,
        baseline=baseline,
        content_hash=content,
    )
