"""Choose when a feed is polled next: as often as it publishes and permits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.catalog import Feed
from monitor.domain.feeds.feed import FeedState, Hints

AT_MOST = timedelta(hours=24)
"""A feed that wakes up after a quiet month is noticed within a day."""
HABIT = timedelta(days=7)
"""How far back the publishing rate is measured."""

POLLS_PER_ENTRY = 4
"""An entry is then found after an eighth of the usual gap, on average."""

JITTER = 0.1
"""A tenth of the interval spreads feeds that were added together over their hosts within a few polls."""
SPREAD_FROM = timedelta(minutes=1)
"""Shorter intervals are for trying things out; spreading them would only be in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalSettings:
    """When feeds are polled.

    `backfill` is how old an entry of a feed's first poll may be and still alert, zero for none; `broken_after` how long
    a feed may fail before a person is notified.
    """

    default_every: timedelta = timedelta(hours=1)
    minimum_every: timedelta = timedelta(minutes=5)
    maximum_every: timedelta = AT_MOST
    backfill: timedelta = timedelta(0)
    broken_after: timedelta = timedelta(hours=24)


def interval(
    feed: Feed, state: FeedState, now: datetime, settings: IntervalSettings, *, costly: bool = False
) -> timedelta:
    """Return how often to poll: the operator's wish, else by the publishing rate.

    `costly`: the server sends the whole document although nothing changed; then not more often than the default.
    """
    if feed.every is not None:
        return max(feed.every, settings.minimum_every)
    floor = max(settings.minimum_every, settings.default_every) if costly else settings.minimum_every
    return max(floor, min(_by_habit(state, now, settings), settings.maximum_every))


def _by_habit(state: FeedState, now: datetime, settings: IntervalSettings) -> timedelta:
    recent = [arrival for arrival in state.arrivals if now - arrival <= HABIT]
    watched = state.baseline_at is not None and now - state.baseline_at >= HABIT
    if len(recent) < 2:
        return settings.maximum_every if watched else settings.default_every
    span = HABIT if watched and len(recent) < len(state.arrivals) else now - recent[0]
    return span / len(recent) / POLLS_PER_ENTRY


def wished(hints: Hints, fresh_for: timedelta | None, at_most: timedelta = AT_MOST) -> timedelta:
    """Return the longest interval document and server ask for, at most a day."""
    wishes = (hints.ttl, hints.update_period, fresh_for)
    return max((min(wish, at_most) for wish in wishes if wish is not None), default=timedelta(0))


def backed_off(every: timedelta, failures: int) -> timedelta:
    """Double the interval with each failure, up to a day; a longer one stays."""
    return max(every, min(every * (1 << min(failures, 20)), AT_MOST))


def spread(gap: timedelta, jitter: float, *, widely: bool = False) -> timedelta:
    """Lengthen a gap a little, by `jitter` (0 .. 1), so that feeds drift apart.

    Only ever longer: what the feed asks for is kept. `widely`, up to twice as long, is for feeds
    that start, or start again after a standstill, all at the same moment.
    """
    share = 1.0 if widely and gap >= SPREAD_FROM else JITTER
    return gap + gap * share * jitter


def outside(due: datetime, hints: Hints, jitter: float) -> datetime:
    """Return the first moment from `due` on in no hour or day to skip (UTC)."""
    if len(hints.skip_hours) >= 24 or len(hints.skip_days) >= 7:
        return due
    moment = due
    while moment.hour in hints.skip_hours or moment.weekday() in hints.skip_days:
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    # Everyone who obeys wakes at the same minute; stay away from it.
    return moment if moment == due else moment + timedelta(minutes=20) * jitter
