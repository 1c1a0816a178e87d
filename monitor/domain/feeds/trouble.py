"""Feed trouble, told to a person once: broken, silent for longer than its habit, gone, back again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from monitor.domain.catalog import Feed
from monitor.domain.failures import Reason
from monitor.domain.feeds.feed import FeedState

SILENT_AT_LEAST = timedelta(days=2)
SILENT_GAPS = 3
GAPS_TO_KNOW = 5
"""With fewer gaps between entries there is no habit to speak of."""

UNREACHABLE = (Reason.DNS, Reason.CONNECT, Reason.TIMEOUT, Reason.TLS)
"""Failures of a host rather than of one feed on it."""

NOTED = "noted"
"""What `reported` says of a feed that came back with nothing new: its silence is part of what was told already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something to tell a person. Of several with the same `window` one is sent."""

    group_key: str
    text: str


def trouble(
    feed: Feed, old: FeedState, new: FeedState, now: datetime, broken_after: timedelta
) -> tuple[FeedState, Told | None]:
    """What this poll gives a person to know, if anything, and the state that remembers it was told."""
    name = f"{feed.key} ({new.title})" if new.title else feed.key
    if new.disabled_reason and not old.disabled_reason:
        text = f"{name} is not asked any more: {new.disabled_reason}."
        return replace(new, reported=None), _told(feed, "stopped", now, text)
    if old.reported is not None and _is_over(old, new):
        told = None if old.reported == NOTED else _told(feed, "back", now, f"{name} is back: {_was(old)}.")
        return replace(new, reported=NOTED if _is_silent(new, now) else None), told
    if new.reported is None and new.failing_since is not None and now - new.failing_since >= broken_after:
        text = f"{name} has been broken since {_moment(new.failing_since)}: {new.failure}."
        return replace(new, reported="broken"), Told(group_key=_broken_window(feed, new), text=text)
    if new.reported is None and new.failing_since is None and _is_silent(new, now):
        text = f"{name} has brought nothing new since {_moment(new.arrivals[-1])}, which is longer than its habit."
        return replace(new, reported="silent"), _told(feed, "silent", now, text)
    if old.entries_last is not None and old.entries_last >= GAPS_TO_KNOW and new.entries_last == 0:
        return new, _told(feed, "empty", now, f"{name} is empty, where {old.entries_last} entries were before.")
    return new, None


def usual_gap(arrivals: tuple[datetime, ...]) -> timedelta | None:
    """The gap between entries that 95 of 100 do not exceed, None when too little is known."""
    moments = sorted(set(arrivals))
    gaps = sorted(later - earlier for earlier, later in pairwise(moments))
    return gaps[min(len(gaps) - 1, len(gaps) * 95 // 100)] if len(gaps) >= GAPS_TO_KNOW else None


def _is_silent(state: FeedState, now: datetime) -> bool:
    if state.baseline_at is None or now - state.baseline_at < SILENT_AT_LEAST:
        return False
    gap = usual_gap(state.arrivals)
    return gap is not None and now - state.arrivals[-1] > max(SILENT_GAPS * gap, SILENT_AT_LEAST)


def _is_over(old: FeedState, new: FeedState) -> bool:
    if old.reported == "broken":
        return new.failing_since is None
    return new.arrivals != old.arrivals


def _was(old: FeedState) -> str:
    if old.reported == "broken" and old.failing_since is not None:
        return f"it was broken since {_moment(old.failing_since)}"
    return "it publishes again"


def _broken_window(feed: Feed, state: FeedState) -> str:
    """When a whole host cannot be reached, its feeds are told of together, once a day."""
    since = state.failing_since
    assert since is not None
    if (state.failure or "").startswith(UNREACHABLE):
        return f"trouble:{urlsplit(feed.url).hostname}:{since:%Y-%m-%d}"
    return f"trouble:{feed.key}:broken:{since.isoformat()}"


def _told(feed: Feed, what: str, now: datetime, text: str) -> Told:
    return Told(group_key=f"trouble:{feed.key}:{what}:{now.isoformat()}", text=text)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
