"""Turn feeds and their state into rows of `feeds`, and back."""

from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from monitor.domain.catalog import Feed, ListRecipe, SourceKind
from monitor.domain.feeds.feed import FeedForPoll, FeedState, Hints, Validators
from storage.sql.types import microseconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WRITTEN_OTHERWISE = frozenset({"due", "validators", "arrivals", "hints"})
_PLAIN = tuple(item.name for item in fields(FeedState) if item.name not in _WRITTEN_OTHERWISE)
"""The fields of a state that are columns of the same name and value."""


def settings_row(feed: Feed) -> dict[str, Any]:
    """Return the columns that hold the configuration."""
    settings: dict[str, Any] = {
        "every": _seconds(feed.every),
        "full_text": feed.full_text,
        "language": feed.language,
        "tags": list(feed.tags),
    }
    if feed.kind is not SourceKind.FEED:
        settings["kind"] = feed.kind.value
        settings["list"] = asdict(feed.recipe) if feed.recipe else None
    return {"key": feed.key, "url": feed.url, "tier": feed.tier, "settings": settings, "configured": True}


def is_read_otherwise(feed: Feed, row: Row[Any]) -> bool:
    """Return whether the kind or the recipe of a source has changed since its row was written."""
    stored = feed_of(row)
    return (stored.kind, stored.recipe) != (feed.kind, feed.recipe)


def state_row(state: FeedState) -> dict[str, Any]:
    """Return the columns that hold the state; a disabled feed is never due."""
    row = {name: getattr(state, name) for name in _PLAIN}
    row["due"] = None if state.disabled_reason else state.due
    row["etag"], row["last_modified"] = state.validators.etag, state.validators.last_modified
    row["arrivals"] = list(map(microseconds, state.arrivals))
    row["hints"] = {
        "ttl": _seconds(state.hints.ttl),
        "update_period": _seconds(state.hints.update_period),
        "skip_hours": sorted(state.hints.skip_hours),
        "skip_days": sorted(state.hints.skip_days),
    }
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
        kind=SourceKind(settings.get("kind") or SourceKind.FEED),
        recipe=ListRecipe(**settings["list"]) if settings.get("list") else None,
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
        arrivals=tuple(_EPOCH + number * _MICROSECOND for number in row.arrivals),
        hints=Hints(
            ttl=_duration(row.hints["ttl"]),
            update_period=_duration(row.hints["update_period"]),
            skip_hours=frozenset(row.hints["skip_hours"]),
            skip_days=frozenset(row.hints["skip_days"]),
        ),
        **{name: getattr(row, name) for name in _PLAIN},
    )


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
