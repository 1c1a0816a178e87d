"""What the JSON API answers."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from monitor.domain.alerts.alert import Alert
from monitor.domain.status.search_view import SearchHit
from monitor.domain.status.source_view import SourceView, TopicArticle, TopicYield
from monitor.domain.status.story_view import ReportLine, StoryCard
from monitor.domain.topics.values import Hit


class Refusal(BaseModel):
    """Why a request was not answered."""

    detail: str


class AlertItem(BaseModel):
    """An alert of one topic on one story."""

    id: int
    topic: str
    severity: str
    story: int
    article: int
    score: float
    raised_at: datetime
    updated_at: datetime
    news: str
    acknowledged_by: str | None
    acknowledged_at: datetime | None

    @classmethod
    def of(cls, alert: Alert) -> "AlertItem":
        """Return the item of an alert."""
        return cls(
            id=alert.id,
            topic=alert.topic,
            severity=alert.severity.word,
            story=alert.story_id,
            article=alert.article_id,
            score=alert.score,
            raised_at=alert.raised_at,
            updated_at=alert.updated_at,
            news=alert.news,
            acknowledged_by=alert.acknowledged_by,
            acknowledged_at=alert.acknowledged_at,
        )


class StoryItem(BaseModel):
    """A story that alerted."""

    id: int
    title: str
    severity: str
    state: str = Field(description="open, acknowledged, muted or not relevant")
    topics: list[str]
    first_outlet: str
    first_url: str | None
    published: datetime | None = Field(description="When its first report was published")
    changed_at: datetime
    language: str | None
    outlets: int
    independent: int
    reports: int
    alerts: list[AlertItem]

    @classmethod
    def of(cls, card: StoryCard) -> "StoryItem":
        """Return the item of a story."""
        return cls(
            id=card.id,
            title=card.title,
            severity=card.severity.word,
            state=card.state,
            topics=list(card.topics),
            first_outlet=card.first_outlet,
            first_url=card.first_url,
            published=card.at,
            changed_at=card.changed_at,
            language=card.language,
            outlets=card.outlets,
            independent=card.independent,
            reports=card.reports,
            alerts=[AlertItem.of(alert) for alert in card.alerts],
        )


class StoryList(BaseModel):
    """One page of stories; `next` is the cursor of the page that follows."""

    items: list[StoryItem]
    next: str | None


class ReportItem(BaseModel):
    """One report of a story."""

    article: int
    outlet: str
    title: str
    url: str | None
    published: datetime
    language: str | None
    tier: int
    copy_of: int | None
    independent: bool
    reason: str
    new: list[str]
    topics: dict[str, float]

    @classmethod
    def of(cls, report: ReportLine) -> "ReportItem":
        """Return the item of a report."""
        return cls(
            article=report.article_id,
            outlet=report.outlet,
            title=report.title,
            url=report.url,
            published=report.at,
            language=report.language,
            tier=report.tier,
            copy_of=report.copy_of,
            independent=report.independent,
            reason=report.reason,
            new=list(report.new),
            topics=dict(report.topics),
        )


class DeliveryItem(BaseModel):
    """A message about a story."""

    id: int
    receiver: str
    kind: str
    state: str
    due: datetime
    sent_at: datetime | None
    failure: str | None


class StoryWhole(StoryItem):
    """A story with its reports and messages."""

    first_seen: datetime
    last_seen: datetime
    members: list[ReportItem]
    deliveries: list[DeliveryItem]


class AlertList(BaseModel):
    """One page of alerts."""

    items: list[AlertItem]
    next: str | None


class HitItem(BaseModel):
    """A place where a term was found; `start` and `end` count code points of the field."""

    term: str
    field: str
    start: int
    end: int
    quote: str

    @classmethod
    def of(cls, hit: Hit) -> "HitItem":
        """Return the item of a hit."""
        return cls(term=hit.term, field=hit.field.value, start=hit.start, end=hit.end, quote=hit.quote)


class MatchItem(BaseModel):
    """What a topic made of an article; `missing` says what failed of a near miss."""

    topic: str
    matched: bool
    score: float
    threshold: float | None = None
    missing: str | None = None
    parts: list[str] = []
    hits: list[HitItem]


class LedgerItem(BaseModel):
    """A line of an article's ledger."""

    at: datetime
    step: str
    text: str


class ArticleWhole(BaseModel):
    """An article with its text, matches and ledger."""

    id: int
    title: str
    text: str
    url: str | None
    outlet: str
    language: str | None
    published: datetime | None
    first_seen: datetime
    story: int | None
    copy_of: int | None
    method: str | None
    doubts: list[str]
    changes: list[str]
    matches: list[MatchItem]
    ledger: list[LedgerItem]


class TopicSummary(BaseModel):
    """A topic with the counts of the last fortnight."""

    key: str
    title: str
    severity: str
    watchlist: str
    query: str
    threshold: float
    receivers: list[str]
    matches: int
    near: int
    alerts: int
    irrelevant: int
    last_alert: datetime | None


class TopicList(BaseModel):
    """All topics."""

    items: list[TopicSummary]
    next: None = None


class TopicDay(BaseModel):
    """What a topic found on one day."""

    day: date
    matches: int
    alerts: int


class TopicArticleItem(BaseModel):
    """An article that a topic matched or nearly matched."""

    article: int
    story: int | None
    title: str
    outlet: str
    language: str | None
    published: datetime
    score: float
    threshold: float | None
    missing: str

    @classmethod
    def of(cls, one: TopicArticle) -> "TopicArticleItem":
        """Return the item of an article."""
        return cls(
            article=one.article_id,
            story=one.story_id,
            title=one.title,
            outlet=one.outlet,
            language=one.language,
            published=one.at,
            score=one.score,
            threshold=one.threshold,
            missing=one.missing,
        )


class TopicWhole(TopicSummary):
    """A topic with its days and its latest articles."""

    days: list[TopicDay]
    latest: list[TopicArticleItem]
    near_misses: list[TopicArticleItem]


class SourceItem(BaseModel):
    """A source with its health; counts are of the last seven days."""

    key: str
    title: str
    url: str
    tier: int
    trouble: str | None
    since: datetime | None
    polled_at: datetime | None
    succeeded_at: datetime | None
    due: datetime | None
    last_item: datetime | None
    items: int
    alerted: int
    failures: int

    @classmethod
    def of(cls, source: SourceView) -> "SourceItem":
        """Return the item of a source."""
        return cls(**{name: getattr(source, name) for name in cls.model_fields})


class SourceList(BaseModel):
    """All configured sources."""

    items: list[SourceItem]
    next: None = None


class FoundItem(BaseModel):
    """An article that a search found."""

    article: int
    story: int | None
    title: str
    snippet: str
    url: str | None
    outlet: str
    published: datetime
    language: str | None
    topics: list[str]
    score: float | None

    @classmethod
    def of(cls, hit: SearchHit) -> "FoundItem":
        """Return the item of an article found."""
        return cls(
            article=hit.article_id,
            story=hit.story_id,
            title="".join(stretch for stretch, _ in hit.title),
            snippet="".join(stretch for stretch, _ in hit.snippet),
            url=hit.url,
            outlet=hit.outlet,
            published=hit.at,
            language=hit.language,
            topics=list(hit.topics),
            score=hit.score,
        )


class FoundList(BaseModel):
    """One page of what a search found, newest first."""

    items: list[FoundItem]
    next: str | None


class WhyAnswer(BaseModel):
    """Why an article did or did not alert, as `wirewatch why --json` prints it."""

    url: str
    answer: str
    receivers: list[str]
    article: dict[str, Any] | None
    topics: list[dict[str, Any]]
    story: int | None
    alerts: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
    source: list[str] = []


def topic_fields(counts: TopicYield) -> dict[str, Any]:
    """Return the fields of a topic's counts."""
    return {
        "matches": counts.matches,
        "near": counts.near,
        "alerts": counts.alerts,
        "irrelevant": counts.irrelevant,
        "last_alert": counts.last_alert,
    }
