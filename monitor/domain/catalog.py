"""Represent everything configured that may change while the daemon runs, as one snapshot."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from enum import IntEnum, StrEnum
from functools import cached_property

from monitor.domain.volume.rules import VolumeRules

JOIN_WAIT = timedelta(seconds=60)
"""Wait before the first message of a story that may be another story's: outlets often report within a minute."""


class Severity(IntEnum):
    """How much an alert matters; receivers choose a minimum."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The name people write and read."""
        return self.name.lower()


class Per(StrEnum):
    """What a receiver's messages are about: one for each story, whatever topics it matches, or one for each topic."""

    STORY = "story"
    TOPIC = "topic"


class Learn(StrEnum):
    """The effect of people's verdicts on a topic: none, a mark where people read, or also holding alerts back."""

    OFF = "off"
    MARK = "mark"
    HOLD = "hold"


class Broadcast(StrEnum):
    """Which replies in a thread are shown in the channel too: none, rises of severity, or developments as well."""

    NEVER = "never"
    SEVERITY = "severity"
    DEVELOPMENT = "development"


class Channel(StrEnum):
    """The kind of a receiver."""

    SLACK = "slack"
    WEBHOOK = "webhook"
    CONSOLE = "console"
    HTTP = "http"
    APPRISE = "apprise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A daily window in a named zone; weekdays 0 (Monday) .. 6, `start` inclusive, `end` exclusive."""

    start: time
    end: time
    zone: str
    weekdays: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Times of day at which a digest leaves, in a named zone."""

    at: tuple[time, ...]
    zone: str
    weekdays: frozenset[int] = frozenset(range(7))


class SourceKind(StrEnum):
    """The kind of document at a source's address."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRecipe:
    """How a list page is read.

    `links` is a CSS selector of the links, or a pattern of their addresses. `title` and `date` are selectors inside
    the row of a link; `date_format` is a format of `strptime`.
    """

    links: str
    title: str | None = None
    date: str | None = None
    date_format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A URL we poll, as configured. `every` None: the interval adapts to how often the feed publishes.

    `recipe` says how a source of kind `LIST` is read; the other kinds have none.
    """

    key: str
    url: str
    kind: SourceKind = SourceKind.FEED
    recipe: ListRecipe | None = None
    every: timedelta | None = None
    full_text: bool = True
    language: str | None = None
    tier: int = 2
    tags: tuple[str, ...] = ()
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Where alerts go, and under which conditions.

    `break_through`: severities from this on ignore `active_hours`, digests and grouping. `escalate_to` is notified when
    an alert of `CRITICAL` severity is not acknowledged within `escalate_after`. `fallback` gets what this one
    cannot take. `url` and `secret` are those of channels `HTTP` and `APPRISE`, or the `$VARIABLE` that holds them; no
    log shows them. `broadcast` None: rises of severity, and developments of stories of severity `HIGH` or above.
    """

    name: str
    channel: Channel
    address: str = ""
    group_wait: timedelta = timedelta(0)
    group_interval: timedelta = timedelta(minutes=5)
    digest: Digest | None = None
    min_severity: Severity = Severity.LOW
    active_hours: Hours | None = None
    break_through: Severity | None = None
    max_per_hour: int | None = None
    fallback: str | None = None
    escalate_to: str | None = None
    escalate_after: timedelta | None = None
    per: Per = Per.STORY
    url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    broadcast: Broadcast | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A rule that sends alerts to `receivers` when all its conditions hold; an empty condition always holds.

    `goes_on`: later routes, and at last the topic's own receivers, are added.
    """

    receivers: tuple[str, ...]
    languages: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    watchlists: tuple[str, ...] = ()
    min_severity: Severity = Severity.LOW
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """A position in a configuration file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong (or, as a `warning`, doubtful) in the configuration, at its place."""

    place: FilePlace
    message: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {'warning: ' if self.warning else ''}{self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text that a topic must, or must not, match; `source` is a path when it came from a file."""

    text: str
    title: str = ""
    language: str | None = None
    source: str | None = None
    place: FilePlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """A named list of terms that queries share as `$name`; `terms` by language, "*" holds those of every language."""

    name: str
    terms: dict[str, tuple[str, ...]]
    place: FilePlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityStep:
    """Raise severity to `severity` once the score, or the number of independent outlets within `within`, is reached."""

    severity: Severity
    min_score: float | None = None
    min_independent: int | None = None
    within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A subject to watch; `query_place` is where the first character of `query` stands in its file."""

    key: str
    watchlist: str
    title: str
    query: str
    severity: Severity
    threshold: float = 1.0
    receivers: tuple[str, ...] = ()
    min_outlets: int = 1
    steps: tuple[SeverityStep, ...] = ()
    must_match: tuple[Example, ...] = ()
    must_not_match: tuple[Example, ...] = ()
    place: FilePlace | None = None
    query_place: FilePlace | None = None
    description: str = ""
    owner: str = ""
    options: tuple[tuple[str, str], ...] = ()
    learn: Learn = Learn.MARK
    broadcast: Broadcast | None = None
    volume: VolumeRules = field(default_factory=VolumeRules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """A file of topics and the vocabularies its queries share."""

    name: str
    file: str
    receivers: tuple[str, ...] = ()
    vocabularies: tuple[Vocabulary, ...] = ()
    topics: tuple[Topic, ...] = ()
    description: str = ""
    owner: str = ""


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """All feeds, receivers and watchlists. `revision` is a hash of the files' content, the same on every machine.

    Without slots, so that what every article asks is looked up in tables made once.
    """

    revision: str
    feeds: tuple[Feed, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    watchlists: tuple[Watchlist, ...] = ()
    admin_receiver: str | None = None
    join_wait: timedelta = JOIN_WAIT
    routes: tuple[Route, ...] = ()

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        """Every topic of every watchlist, in the order of the files."""
        return tuple(topic for watchlist in self.watchlists for topic in watchlist.topics)

    @cached_property
    def _topics_by_key(self) -> Mapping[str, Topic]:
        return {topic.key: topic for topic in reversed(self.topics)}  # of two with one key the first counts

    @cached_property
    def _feeds_by_key(self) -> Mapping[str, Feed]:
        return {feed.key: feed for feed in reversed(self.feeds)}

    def only(self, keys: Collection[str]) -> "Catalog":
        """Return the catalog without the other topics; vocabularies, feeds and receivers stay."""
        watchlists = tuple(
            replace(watchlist, topics=tuple(topic for topic in watchlist.topics if topic.key in keys))
            for watchlist in self.watchlists
        )
        return replace(self, watchlists=watchlists)

    def receiver(self, name: str) -> Receiver | None:
        """Return the receiver of that name, or None."""
        return next((r for r in self.receivers if r.name == name), None)

    def topic(self, key: str) -> Topic | None:
        """Return the topic of that key, or None."""
        return self._topics_by_key.get(key)

    def feed(self, key: str) -> Feed | None:
        """Return the feed of that key, or None."""
        return self._feeds_by_key.get(key)
