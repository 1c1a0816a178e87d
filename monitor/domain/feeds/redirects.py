"""Learn permanent redirects, but slowly: a hotel's login portal sends them too."""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.domain.feeds.feed import FeedForPoll, FeedState

POLLS = 5
PROBATION = timedelta(hours=48)
"""A weekend behind a captive portal or a misconfigured proxy must not move a feed for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The state with the redirect learnt, on probation or forgotten, and a note.

    Words for people name hosts only: whole addresses may have keys in them.
    """

    state: FeedState
    note: str | None = None


def followed(feed: FeedForPoll, state: FeedState, led_to: str | None, others: Container[str], now: datetime) -> Move:
    """Learn from the redirects of an answer that was a readable feed.

    `led_to` is where only permanent redirects led, if any did.
    `others` are the addresses of other configured feeds.
    """
    if led_to is None or led_to == feed.url or _has_userinfo(feed.feed.url):
        return Move(state=_forgotten(state))
    if led_to == feed.feed.url:
        note = "redirected to and fro; the configured address is used again"
        return Move(state=replace(_forgotten(state), learnt_url=None), note=note)
    if led_to != state.candidate_url or state.candidate_since is None:
        return Move(state=replace(state, candidate_url=led_to, candidate_polls=1, candidate_since=now))
    polls = state.candidate_polls + 1
    if polls < POLLS or now - state.candidate_since < PROBATION:
        return Move(state=replace(state, candidate_polls=polls))
    if led_to in others:
        reason = f"moved to {urlsplit(led_to).hostname}, to the address of another configured feed"
        return Move(state=replace(_forgotten(state), disabled_reason=reason), note=reason)
    return Move(
        state=replace(_forgotten(state), learnt_url=led_to), note=f"moved for good to {urlsplit(led_to).hostname}"
    )


def failed(state: FeedState) -> FeedState:
    """Return to the configured address after the learnt one failed too often."""
    if state.learnt_url is not None and state.failures >= POLLS:
        return replace(state, learnt_url=None)
    return state


def _forgotten(state: FeedState) -> FeedState:
    if state.candidate_url is None:
        return state
    return replace(state, candidate_url=None, candidate_polls=0, candidate_since=None)


def _has_userinfo(url: str) -> bool:
    """Return whether an address holds a password, which a learnt one would lose."""
    return "@" in urlsplit(url).netloc
