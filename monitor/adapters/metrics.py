"""Count what happens, for Prometheus: ports wrapped so that the steps need not know that anybody counts.

Names follow the Prometheus naming practices; labels are feed keys, topics and results, never addresses.
"""

from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest

from monitor import __version__
from monitor.domain.alerts.alert import DeliveryState, NotSent, Outcome, Receipt, Unknown
from monitor.domain.articles.article import Text
from monitor.domain.catalog import ListRecipe, Receiver, SourceKind
from monitor.domain.delivery.attempt import Found
from monitor.domain.delivery.message import Message
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import ParsedFeed, Validators
from monitor.domain.feeds.fetch import Fetched, NotModified
from monitor.domain.status.health import living
from monitor.domain.status.overview import Overview
from monitor.ports import Extractor, FeedParser, Fetcher, Notifier

_POSTED = {Receipt: "accepted", NotSent: "not_sent", Unknown: "unknown"}
_LATENCIES = (0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200)


class Metrics:
    """All metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        named: dict[str, Any] = {"namespace": "wirewatch", "registry": self.registry}
        self.polls = Counter("feed_polls", "Polls by result.", ["result"], **named)
        self.pages = Counter("pages_fetched", "Article pages fetched, by result.", ["result"], **named)
        self.blocked = Counter("ssrf_blocked", "Requests refused because of their address.", **named)
        self.killed = Counter("worker_kills", "Pages or feeds that exceeded a worker's limits.", ["kind"], **named)
        self.entries = Counter("feed_entries", "Entries read from feeds.", **named)
        self.matches = Counter("matches", "Articles that matched, by topic.", ["topic"], **named)
        self.alerts = Counter("alerts", "Alerts raised or updated, by topic.", ["topic", "kind"], **named)
        self.posts = Counter("slack_posts", "Messages by outcome.", ["result"], **named)
        self.reconciled = Counter("slack_reconciled", "Messages of unknown fate looked up.", ["verdict"], **named)
        self.latency = Histogram(
            "alert_latency_seconds", "From first seeing an article to its triage.", buckets=_LATENCIES, **named
        )
        self.outbox = Gauge("outbox_rows", "Deliveries by state.", ["state"], **named)
        self.outbox_age = Gauge("outbox_oldest_age_seconds", "Age of the oldest delivery that is due.", **named)
        self.lag = Gauge("step_lag_seconds", "How late the oldest due row of a step is.", ["step"], **named)
        self.due = Gauge("step_due_rows", "Rows waiting for a step.", ["step"], **named)
        self.succeeded = Gauge(
            "feed_last_success_timestamp_seconds", "When a feed was last read, by its key.", ["feed"], **named
        )
        self.failing = Gauge("feeds_failing", "Feeds whose last poll failed.", **named)
        self.processes = Gauge("processes", "Processes at work on the store.", **named)
        self.recovered = Gauge("recovered_jobs", "Jobs ever recovered from processes that died.", **named)
        self.rescued = Gauge("rescued_errands", "Old name of wirewatch_recovered_jobs, for one release.", **named)
        self.reload_ok = Gauge(
            "config_last_reload_successful", "Whether the last look at config/ found it valid.", **named
        )
        self.reload_at = Gauge(
            "config_last_reload_success_timestamp_seconds", "When config/ was last taken up.", **named
        )
        Info("build", "The version that runs.", **named).info({"version": __version__})

    def show(self, overview: Overview) -> None:
        """Set the gauges that come from the store."""
        for queue in overview.queues:
            self.due.labels(queue.step).set(queue.due)
            self.lag.labels(queue.step).set(_age(queue.oldest_due, overview.at))
        for state in DeliveryState:
            self.outbox.labels(state.value).set(overview.outbox.get(state.value, 0))
        self.outbox_age.set(_age(overview.outbox_oldest_due, overview.at))
        self.processes.set(len(living(overview)))
        for gauge in (self.recovered, self.rescued):
            gauge.set(overview.recovered)
        self.succeeded.clear()  # feeds that are gone from the configuration leave no series behind
        for feed in overview.feeds:
            if feed.succeeded_at is not None:
                self.succeeded.labels(feed.key).set(feed.succeeded_at.timestamp())
        self.failing.set(sum(feed.trouble is not None for feed in overview.feeds))

    def page(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)

    def failure(self, failure: Failure, kind: str) -> str:
        """Count what a failure says about us; its label."""
        if failure.reason is Reason.BLOCKED:
            self.blocked.inc()
        if failure.reason is Reason.PARSER_LIMIT:
            self.killed.labels(kind).inc()
        return failure.reason.name.lower()


def _age(at: datetime | None, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds()) if at is not None else 0.0


class MeteredFetcher:
    """Counts polls and pages by result."""

    def __init__(self, inner: Fetcher, meters: Metrics) -> None:
        self._inner, self._meters = inner, meters

    async def feed(
        self, url: str, validators: Validators, kind: SourceKind = SourceKind.FEED
    ) -> Fetched | NotModified | Failure:
        """Fetch a source, and count the result."""
        answer = await self._inner.feed(url, validators, kind)
        self._meters.polls.labels(self._label(answer, "feed")).inc()
        return answer

    async def page(self, url: str) -> Fetched | Failure:
        """Fetch a page, and count the result."""
        answer = await self._inner.page(url)
        self._meters.pages.labels(self._label(answer, "page")).inc()
        return answer

    async def page_again(self, url: str, validators: Validators) -> Fetched | NotModified | Failure:
        """Fetch a page again, and count the result."""
        answer = await self._inner.page_again(url, validators)
        self._meters.pages.labels(self._label(answer, "page")).inc()
        return answer

    def _label(self, answer: Fetched | NotModified | Failure, kind: str) -> str:
        if isinstance(answer, Failure):
            return self._meters.failure(answer, kind)
        return "not_modified" if isinstance(answer, NotModified) else "ok"


class MeteredParser:
    """Counts the entries read and the parses cut off."""

    def __init__(self, inner: FeedParser, meters: Metrics) -> None:
        self._inner, self._meters = inner, meters

    async def parse(
        self,
        body: bytes,
        *,
        url: str,
        charset: str | None,
        media_type: str,
        kind: SourceKind = SourceKind.FEED,
        recipe: ListRecipe | None = None,
    ) -> ParsedFeed | Failure:
        """Parse a document; count its entries, or the parse cut off."""
        parsed = await self._inner.parse(
            body, url=url, charset=charset, media_type=media_type, kind=kind, recipe=recipe
        )
        if isinstance(parsed, Failure):
            self._meters.failure(parsed, "feed")
        else:
            self._meters.entries.inc(len(parsed.entries))
        return parsed


class MeteredExtractor:
    """Counts the extractions cut off."""

    def __init__(self, inner: Extractor, meters: Metrics) -> None:
        self._inner, self._meters = inner, meters

    async def extract(self, body: bytes, *, url: str, charset: str | None, title: str = "") -> Text | Failure:
        """Extract a page, and count it when it was cut off."""
        text = await self._inner.extract(body, url=url, charset=charset, title=title)
        if isinstance(text, Failure):
            self._meters.failure(text, "page")
        return text


class MeteredNotifier:
    """Counts messages by outcome."""

    def __init__(self, inner: Notifier, meters: Metrics) -> None:
        self._inner, self._meters = inner, meters

    async def post(
        self,
        receiver: Receiver,
        message: Message,
        *,
        key: str,
        thread: str | None,
        broadcast: bool,
        plain: bool,
        begin_by: datetime | None = None,
    ) -> Outcome:
        """Post a message, and count the outcome."""
        outcome = await self._inner.post(
            receiver, message, key=key, thread=thread, broadcast=broadcast, plain=plain, begin_by=begin_by
        )
        self._meters.posts.labels(_POSTED[type(outcome)]).inc()
        return outcome

    async def update(
        self, receiver: Receiver, message: Message, *, channel: str, ts: str, key: str, plain: bool
    ) -> Outcome:
        """Rewrite a message, and count the outcome."""
        outcome = await self._inner.update(receiver, message, channel=channel, ts=ts, key=key, plain=plain)
        self._meters.posts.labels(_POSTED[type(outcome)]).inc()
        return outcome

    async def find(self, receiver: Receiver, key: str, *, since: datetime, thread: str | None) -> Found:
        """Search for a message, and count the verdict."""
        found = await self._inner.find(receiver, key, since=since, thread=thread)
        self._meters.reconciled.labels(type(found).__name__.lower()).inc()
        return found
