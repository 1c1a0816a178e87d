"""A feed, its state between polls, and its parsed document."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain.articles.article import Entry
from monitor.domain.catalog import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """ETag and Last-Modified, echoed byte for byte (RFC 9110, 13.1)."""

    etag: bytes | None = None
    last_modified: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """Wishes of a feed document to its pollers, kept for polls without one (304).

    `skip_hours` are hours of the day in UTC (0 .. 23), `skip_days` weekdays in UTC (0 = Monday).
    """

    ttl: timedelta | None = None
    update_period: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """The state of a feed after its earlier polls. All times are aware UTC.

    `learnt_url` is where permanent redirects lead once trusted; `candidate_url` one still on probation, seen
    `candidate_polls` times since `candidate_since`. `arrivals` are the first-seen times of recent entries,
    newest last, at most 50: the adaptive interval and "silent for longer than its habit" come from them.
    `reported` is the trouble a person was notified of and whose end was not yet notified ("broken", "silent", "noted").
    """

    due: datetime
    validators: Validators = field(default_factory=Validators)
    body_hash: bytes | None = None
    polls: int = 0
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    baseline_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    failure: str | None = None
    gone_count: int = 0
    gone_since: datetime | None = None
    disabled_reason: str | None = None
    learnt_url: str | None = None
    candidate_url: str | None = None
    candidate_polls: int = 0
    candidate_since: datetime | None = None
    entries_last: int | None = None
    arrivals: tuple[datetime, ...] = ()
    reported: str | None = None
    title: str | None = None
    hints: Hints = field(default_factory=Hints)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedForPoll:
    """A due feed: its configuration, and its state with the guarding poll count."""

    feed: Feed
    state: FeedState

    @property
    def url(self) -> str:
        """Return the address to request: the learnt one, else the configured one."""
        return self.state.learnt_url or self.feed.url


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document after parsing; for its hints to pollers see `Hints`.

    `parts` are the addresses that a sitemap index names, most promising first: the entries are there.
    """

    title: str = ""
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    update_period: timedelta | None = None
    parser: str = "feedparser"
    doubts: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
