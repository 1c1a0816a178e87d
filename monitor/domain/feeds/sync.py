"""Keep or reset a feed's history when the configuration changes."""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.domain.catalog import Feed
from monitor.domain.feeds.feed import FeedState, Validators

FORGOTTEN_AFTER = timedelta(days=1)
"""A feed not polled for longer starts with a baseline again: what it published meanwhile is no news."""

_LONGEST_BACK_OFF = timedelta(days=8)
"""Servers can ask for seven days at most; what is due later than twice that or twice its interval was never meant."""


def due_again(feed: Feed, due: datetime | None, now: datetime) -> datetime | None:
    """Return when a configured feed is due: as recorded, or now if that is absurd.

    Only a clock that ran ahead writes times that far off; once it was set right, feeds would wait until that time.
    """
    latest = now + 2 * max(_LONGEST_BACK_OFF, feed.every or timedelta(0))
    return now if due is not None and due > latest else due


def enlisted(feed: Feed, url: str | None, state: FeedState | None, now: datetime) -> FeedState:
    """Return the state a configured feed starts with.

    `url` and `state` are what the store holds under the feed's key, None when it holds nothing. A feed that comes
    back, or whose address changed, is due now. Another address has other validators and other entries, so it starts
    with a baseline; a change of scheme alone does not.
    """
    if state is None or url is None:
        return FeedState(due=now)
    if url == feed.url:
        return replace(
            state, due=now, baseline_at=_baseline(state, now), disabled_reason=None, gone_count=0, gone_since=None
        )
    return replace(
        state,
        due=now,
        validators=Validators(),
        body_hash=None,
        baseline_at=_baseline(state, now) if _place(url) == _place(feed.url) else None,
        failures=0,
        failing_since=None,
        failure=None,
        gone_count=0,
        gone_since=None,
        disabled_reason=None,
        learnt_url=None,
        candidate_url=None,
        candidate_polls=0,
        candidate_since=None,
    )


def _baseline(state: FeedState, now: datetime) -> datetime | None:
    recent = state.polled_at is not None and now - state.polled_at <= FORGOTTEN_AFTER
    return state.baseline_at if recent else None


def _place(url: str) -> str:
    return url.partition("://")[2]
