"""Turn feeds and their state into rows of `feeds`, and back."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from monitor.domain.catalog import Feed
from monitor.domain.feeds.feed import FeedForPoll, FeedState, Hints, Validators
from storage.sql.types import microseconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WRITTEN_OTHERWISE = frozenset({"due", "validators", "arrivals", "hints"})
_PLAIN = tuple(item.name for item in fields(FeedState) if item.name not in _WRITTEN_OTHERWISE)
"""The fields of a state that are columns of the same name and value."""


def settings_row(feed: Feed) -> dict[str, Any]:
    """Return the columns that hold the configuration."""
    settings = {
        "every": _seconds(feed.every),
        "full_text": feed.full_text,
        "language": feed.language,
        "tags": list(feed.tags),
    }
    return {"key": feed.key, "url": feed.url, "tier": feed.tier, "settings": settings, "configured": True}


def state_row(state: FeedState) -> dict[str, Any]:
    """Return the columns that hold the state; a disabled feed is never due."""
    row = {name: getattr(state, name) for name in _PLAIN}
    row["due"] = None if state.disabled_reason else state.due
    row["etag"], row["last_modified"] = state.validators.etag, state.validators.last_modified
    row["arrivals"] = list(map(microseconds, state.arrivals))
    row["hints"] = _hints_json(state.hints)
    return row


def feed_for_poll(row: Row[Any]) -> FeedForPoll:
    """Return the feed and the state in a row of `feeds`."""
    return FeedForPoll(feed=feed_of(row), state=state_of(row, row.due))


def feed_of(row: Row[Any]) -> Feed:
    """Return the feed in a row of `feeds`, as configured."""
    settings = row.settings
    return Feed(
        key=row.key,
        url=row.url,
        every=_duration(settings["every"]),
        full_text=settings["full_text"],
        language=settings["language"],
        tier=row.tier,
        tags=tuple(settings["tags"]),
        enabled=row.configured,
    )


def state_of(row: Row[Any], due: datetime) -> FeedState:
    """Return the state in a row of `feeds`; `due` stands in where it has none."""
    return FeedState(
        due=due,
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
        arrivals=tuple(_moments(row.arrivals)),
        hints=_hints_of(row.hints),
        **{name: getattr(row, name) for name in _PLAIN},
    )


def _moments(numbers: Iterable[int]) -> Iterable[datetime]:
    return (_EPOCH + number * _MICROSECOND for number in numbers)


def _hints_json(hints: Hints) -> dict[str, Any]:
    return {
        "ttl": _seconds(hints.ttl),
        "update_period": _seconds(hints.update_period),
        "skip_hours": sorted(hints.skip_hours),
        "skip_days": sorted(hints.skip_days),
    }


def _hints_of(value: dict[str, Any]) -> Hints:
    return Hints(
        ttl=_duration(value["ttl"]),
        update_period=_duration(value["update_period"]),
        skip_hours=frozenset(value["skip_hours"]),
        skip_days=frozenset(value["skip_days"]),
    )


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
