"""Stories as people look at them: the list of those that alerted, and one story whole."""

from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.alerts.alert import Alert, Delivery
from monitor.domain.catalog import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFilter:
    """Which stories to list; an empty field means any. `since` bounds the last change, `before` is a page's cursor."""

    topic: str = ""
    severity: str = ""
    outlet: str = ""
    language: str = ""
    receiver: str = ""
    state: str = ""
    since: datetime | None = None
    before: tuple[datetime, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCard:
    """A story that alerted, in a few lines.

    `first_*` describe its first report, `at` is when that was published (when it was met, where the feed gives no
    date). `outlets` counts outlets, `independent` those left when copies are counted once. `latest` is the newest
    report that is no copy. `state` is "open", "acknowledged", "muted" or "not relevant".
    """

    id: int
    title: str
    alerts: tuple[Alert, ...]
    severity: Severity
    state: str
    changed_at: datetime
    first_outlet: str = ""
    first_url: str | None = None
    at: datetime | None = None
    outlets: int = 0
    independent: int = 0
    reports: int = 0
    language: str | None = None
    latest_outlet: str = ""
    latest_title: str = ""
    latest_at: datetime | None = None
    receivers: tuple[tuple[str, str], ...] = ()

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics it alerted, most severe first."""
        ordered = sorted(self.alerts, key=lambda alert: (-alert.severity, alert.topic))
        return tuple(dict.fromkeys(alert.topic for alert in ordered))

    @property
    def acknowledged_by(self) -> str:
        """Who acknowledged it, without repeats."""
        return ", ".join(dict.fromkeys(alert.acknowledged_by for alert in self.alerts if alert.acknowledged_by))

    @property
    def news(self) -> str:
        """The last development of its latest changed alert, in words."""
        return max(self.alerts, key=lambda alert: (alert.updated_at, alert.id)).news


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCards:
    """One page of stories. `facets` count the values of each filter over what the other filters leave."""

    cards: tuple[StoryCard, ...]
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    total: int = 0
    next: tuple[datetime, int] | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One report of a story as its page shows it. `new` names what it added, `reason` why it was placed here."""

    article_id: int
    outlet: str
    title: str
    url: str | None
    at: datetime
    published: datetime | None
    language: str | None
    tier: int
    copy_of: int | None
    copied_outlet: str
    independent: bool
    reason: str
    new: tuple[str, ...] = ()
    topics: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsAction:
    """Something a person did with an alert of the story."""

    id: int
    action: str
    topic: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """One story whole: its card, reports in the order of arrival, messages, and what people did with it.

    `joined_into` is the story that holds its reports since the two were joined.
    """

    card: StoryCard
    first_seen: datetime
    last_seen: datetime
    reports: tuple[ReportLine, ...]
    messages: tuple[Delivery, ...] = ()
    actions: tuple[PersonsAction, ...] = ()
    joined_into: int | None = None
