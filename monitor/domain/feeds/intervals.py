"""When a feed is asked next: as often as it publishes, never more often than it or its server wants."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.catalog import Feed
from monitor.domain.feeds.feed import FeedState, Hints

AT_MOST = timedelta(hours=24)
RETRY_AT_MOST = timedelta(days=7)
HABIT = timedelta(days=7)
"""How far back the publishing rate is measured."""

POLLS_PER_ENTRY = 4
"""An entry is then met after an eighth of the usual gap, on average."""

JITTER = 0.1
SPREAD_FROM = timedelta(minutes=1)
"""Shorter intervals are for trying things out; spreading them would only be in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSettings:
    """When feeds are asked.

    `backfill` is how old an entry of a feed's first poll may be and still alert, zero for none; `broken_after` how long
    a feed may fail before a person is told.
    """

    default_every: timedelta = timedelta(hours=1)
    minimum_every: timedelta = timedelta(minutes=5)
    maximum_every: timedelta = AT_MOST
    backfill: timedelta = timedelta(0)
    broken_after: timedelta = timedelta(hours=24)


def interval(feed: Feed, state: FeedState, now: datetime, settings: PollSettings, *, costly: bool = False) -> timedelta:
    """How often the feed is asked as far as it is up to us: the operator's wish, else by its publishing rate.

    `costly`: the server sends the whole document although nothing changed; then not more often than the default.
    """
    if feed.every is not None:
        return max(feed.every, settings.minimum_every)
    floor = max(settings.minimum_every, settings.default_every) if costly else settings.minimum_every
    return max(floor, min(_by_habit(state, now, settings), settings.maximum_every))


def _by_habit(state: FeedState, now: datetime, settings: PollSettings) -> timedelta:
    recent = [arrival for arrival in state.arrivals if now - arrival <= HABIT]
    watched = state.baseline_at is not None and now - state.baseline_at >= HABIT
    if len(recent) < 2:
        return settings.maximum_every if watched else settings.default_every
    span = HABIT if watched and len(recent) < len(state.arrivals) else now - recent[0]
    return span / len(recent) / POLLS_PER_ENTRY


def asked_for(hints: Hints, fresh_for: timedelta | None, at_most: timedelta = AT_MOST) -> timedelta:
    """The longest of what document and server ask for, at most a day."""
    wishes = (hints.ttl, hints.update_period, fresh_for)
    return max((min(wish, at_most) for wish in wishes if wish is not None), default=timedelta(0))


def backed_off(every: timedelta, failures: int) -> timedelta:
    """Doubled with each failure in a row, to a day; a longer interval stays as it is. It never ends."""
    return max(every, min(every * (1 << min(failures, 20)), AT_MOST))


def spread(gap: timedelta, jitter: float, *, widely: bool = False) -> timedelta:
    """A little longer, by `jitter` (0 .. 1), so that feeds drift apart; `widely` up to twice as long.

    Only ever longer: what was asked of us is kept. `widely` is for feeds that start, or start again after a standstill,
    all at the same moment.
    """
    share = 1.0 if widely and gap >= SPREAD_FROM else JITTER
    return gap + gap * share * jitter


def outside(due: datetime, hints: Hints, jitter: float) -> datetime:
    """The first moment from `due` on that is in no hour or day the feed wants to be left alone in (UTC)."""
    if len(hints.skip_hours) >= 24 or len(hints.skip_days) >= 7:
        return due
    moment = due
    while moment.hour in hints.skip_hours or moment.weekday() in hints.skip_days:
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    # Everyone who obeys wakes at the same minute; stay away from it.
    return moment if moment == due else moment + timedelta(minutes=20) * jitter
