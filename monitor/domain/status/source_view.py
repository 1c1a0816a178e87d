"""Sources, topics and messages as people look at them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.domain.alerts.alert import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A source with its health and yield. `items`, `alerted` (stories) and `items_a_day` are of the last seven days.

    `every` is the interval the configuration sets, None where it follows the source's habit; `trouble` is in words.
    """

    key: str
    title: str
    url: str
    tier: int
    configured: bool
    polled_at: datetime | None
    succeeded_at: datetime | None
    due: datetime | None
    last_item: datetime | None
    items_a_day: float
    items: int
    alerted: int
    failures: int
    trouble: str | None
    since: datetime | None
    every: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicYield:
    """What a topic found in the last days: matches, near misses, alerts, and articles called not relevant."""

    matches: int = 0
    near: int = 0
    alerts: int = 0
    irrelevant: int = 0
    last_alert: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicArticle:
    """An article that a topic matched, or nearly matched (`missing` says what failed)."""

    article_id: int
    story_id: int | None
    title: str
    outlet: str
    language: str | None
    at: datetime
    score: float
    threshold: float | None
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicView:
    """What one topic found: counts, days from the oldest as (day, matches, alerts), and its latest articles."""

    counts: TopicYield
    days: tuple[tuple[date, int, int], ...]
    matched: tuple[TopicArticle, ...]
    near: tuple[TopicArticle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLine:
    """A message of the outbox with the headline, topic and story of its most severe alert, and how many it carries."""

    delivery: Delivery
    title: str
    topic: str
    story_id: int | None
    alerts: int
