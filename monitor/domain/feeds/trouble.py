"""Notify a person of feed trouble once: broken, silent, gone, back again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from monitor.domain.catalog import Feed
from monitor.domain.failures import Reason
from monitor.domain.feeds.feed import FeedState

SILENT_AT_LEAST = timedelta(days=2)
"""A weekend: most outlets publish less then."""
SILENT_GAPS = 3
"""Times the usual gap: a lower factor notifies after every holiday."""
GAPS_TO_KNOW = 5
"""Fewer gaps between entries are no habit: one pause would decide."""

STANDING_ENTRIES = 5
"""Entries of a source that can stand still: shorter lists belong to sources of rare notices."""

POLLS_WITHOUT_ENTRIES = 2
"""Polls in which a recipe chose nothing: one may have met an error page."""

UNREACHABLE = (Reason.DNS, Reason.CONNECT, Reason.TIMEOUT, Reason.TLS)
"""Failures of a host rather than of one feed on it."""

NOTED = "noted"
"""What `reported` says of a feed that came back with nothing new: its silence is part of trouble already reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message to a person about a feed or our network.

    Of several with the same `group_key` one is sent.
    """

    group_key: str
    text: str


def trouble(
    feed: Feed, old: FeedState, new: FeedState, now: datetime, broken_after: timedelta
) -> tuple[FeedState, Notice | None]:
    """Return the notice of this poll, if any, and the state that remembers it."""
    name = f"{feed.key} ({new.title})" if new.title else feed.key
    if new.disabled_reason and not old.disabled_reason:
        text = f"{name} is not polled any more: {new.disabled_reason}."
        return replace(new, reported=None), _notice(feed, "stopped", now, text)
    if old.reported is not None and _is_over(old, new):
        notice = None if old.reported == NOTED else _notice(feed, "back", now, f"{name} is back: {_was(old)}.")
        return replace(new, reported=NOTED if _is_silent(new, now) or _stands_still(new, now) else None), notice
    unmatched = new.failures >= POLLS_WITHOUT_ENTRIES and (new.failure or "").startswith(Reason.NO_ENTRIES)
    if new.reported is None and unmatched and new.failing_since is not None:
        text = f"{name} brings nothing since {_moment(new.failing_since)}: {new.failure}."
        return replace(new, reported="broken"), Notice(group_key=_broken_group(feed, new), text=text)
    if new.reported is None and new.failing_since is not None and now - new.failing_since >= broken_after:
        text = f"{name} has been broken since {_moment(new.failing_since)}: {new.failure}."
        return replace(new, reported="broken"), Notice(group_key=_broken_group(feed, new), text=text)
    if new.reported is None and new.failing_since is None and _stands_still(new, now):
        since = max((new.baseline_at or now, *new.arrivals[-1:]))
        text = (
            f"{name} answers, but its {new.entries_last} entries have been the same since {_moment(since)}; "
            "without dates that differ its habit is not known."
        )
        return replace(new, reported="silent"), _notice(feed, "silent", now, text)
    if new.reported is None and new.failing_since is None and _is_silent(new, now):
        text = f"{name} has brought nothing new since {_moment(new.arrivals[-1])}, which is longer than its habit."
        return replace(new, reported="silent"), _notice(feed, "silent", now, text)
    if old.entries_last is not None and old.entries_last >= GAPS_TO_KNOW and new.entries_last == 0:
        return new, _notice(feed, "empty", now, f"{name} is empty, where {old.entries_last} entries were before.")
    return new, None


def usual_gap(arrivals: tuple[datetime, ...]) -> timedelta | None:
    """Return the 95th percentile of gaps between entries, None when too few."""
    moments = sorted(set(arrivals))
    gaps = sorted(later - earlier for earlier, later in pairwise(moments))
    return gaps[min(len(gaps) - 1, len(gaps) * 95 // 100)] if len(gaps) >= GAPS_TO_KNOW else None


def _is_silent(state: FeedState, now: datetime) -> bool:
    if state.baseline_at is None or now - state.baseline_at < SILENT_AT_LEAST:
        return False
    gap = usual_gap(state.arrivals)
    return gap is not None and now - state.arrivals[-1] > max(SILENT_GAPS * gap, SILENT_AT_LEAST)


def _stands_still(state: FeedState, now: datetime) -> bool:
    """Return whether a source of undated, or equally dated, entries has brought nothing for longer than so far."""
    begun = state.baseline_at
    if begun is None or (state.entries_last or 0) < STANDING_ENTRIES or usual_gap(state.arrivals) is not None:
        return False
    if len({arrival for arrival in state.arrivals if arrival <= begun}) > 1:
        return False
    moments = sorted({begun, *(arrival for arrival in state.arrivals if arrival > begun)})
    longest = max((later - earlier for earlier, later in pairwise(moments)), default=timedelta(0))
    return now - moments[-1] >= max(SILENT_GAPS * longest, SILENT_AT_LEAST)


def _is_over(old: FeedState, new: FeedState) -> bool:
    if old.reported == "broken":
        return new.failing_since is None
    return new.arrivals != old.arrivals


def _was(old: FeedState) -> str:
    if old.reported == "broken" and old.failing_since is not None:
        return f"it was broken since {_moment(old.failing_since)}"
    return "it publishes again"


def _broken_group(feed: Feed, state: FeedState) -> str:
    """Return the group of a "broken" notice: feeds of a dead host share one a day."""
    since = state.failing_since
    assert since is not None
    if (state.failure or "").startswith(UNREACHABLE):
        return f"trouble:{urlsplit(feed.url).hostname}:{since:%Y-%m-%d}"
    return f"trouble:{feed.key}:broken:{since.isoformat()}"


def _notice(feed: Feed, what: str, now: datetime, text: str) -> Notice:
    return Notice(group_key=f"trouble:{feed.key}:{what}:{now.isoformat()}", text=text)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
