"""Log the daily work: stores wrapped so that the steps need not know that anybody logs.

One line where something came, went out, failed or works again; nothing otherwise. Methods without a line of their own
are handed on as they are.
"""

import logging
from datetime import datetime

from monitor.adapters.metrics import Metrics
from monitor.domain.alerts.alert import DeliveryState
from monitor.domain.alerts.verdict import Judge, Verdict
from monitor.domain.articles.article import Article
from monitor.domain.delivery.attempt import Settlement
from monitor.domain.feeds.polled import Polled
from monitor.domain.stories.values import Fingerprint
from monitor.ports import ArticleStore, FeedStore, Outbox

log = logging.getLogger(__name__)

_TROUBLED = (DeliveryState.HELD, DeliveryState.DEAD)

_STATES = {
    DeliveryState.PENDING: "waiting",
    DeliveryState.ROLLED_UP: "not sent on its own",
    DeliveryState.DEAD: "given up",
}
"""Words for states whose names say too little in a log line."""


class LoggedFeeds:
    """Logs which feed brought articles, and when one fails or works again."""

    def __init__(self, inner: FeedStore) -> None:
        self._inner = inner
        self.sync, self.due, self.due_keys, self.still_due = inner.sync, inner.due, inner.due_keys, inner.still_due
        self.known = inner.known

    async def record(self, polled: Polled) -> int | None:
        """Record a poll, and log it when it counts."""
        new = await self._inner.record(polled)
        if new is not None:
            state = polled.state  # of a row of failures the first is logged; a quiet poll only for debugging
            if state.failures == 1:
                log.warning("%s: %s; polled again at %s", polled.feed_key, state.failure, f"{state.due:%H:%M:%S} UTC")
            else:
                level = logging.INFO if new else logging.DEBUG
                log.log(level, "%s: %d new %s", polled.feed_key, new, "article" if new == 1 else "articles")
        return new


class LoggedArticles:
    """Counts matches, and logs which alerts were raised or changed."""

    def __init__(self, inner: ArticleStore, metrics: Metrics) -> None:
        self._inner, self._metrics = inner, metrics
        self.due, self.due_ids, self.still_due = inner.due, inner.due_ids, inner.still_due
        self.record_text, self.postpone, self.settle = inner.record_text, inner.postpone, inner.settle
        self.window = inner.window

    async def place(
        self, seen: Article, fingerprint: Fingerprint, after: int, judge: Judge, revision: str, now: datetime
    ) -> Verdict | None:
        """Place and judge an article; count and log the verdict when it counts."""
        verdict = await self._inner.place(seen, fingerprint, after, judge, revision, now)
        if verdict is not None:
            for match in verdict.matches.matches:
                self._metrics.matches.labels(match.topic).inc()
            for alert in verdict.alerts:
                self._metrics.alerts.labels(alert.topic, alert.kind.value).inc()
                log.info("%s alert, %s: %s", alert.kind.value, alert.topic, seen.title)
            if verdict.alerts:
                self._metrics.latency.observe(max(0.0, (now - seen.first_seen).total_seconds()))
        return verdict


class LoggedOutbox:
    """Logs which messages were sent, and why one was not."""

    def __init__(self, inner: Outbox) -> None:
        self._inner = inner
        self.blocked, self.due, self.still_due, self.next_at = inner.blocked, inner.due, inner.still_due, inner.next_at
        self.claim, self.load, self.escalate = inner.claim, inner.load, inner.escalate

    async def record(self, settlement: Settlement, now: datetime) -> bool:
        """Record the outcome of an attempt, and log it when it counts."""
        recorded = await self._inner.record(settlement, now)
        seen, failure = settlement.seen, settlement.failure
        if not recorded or (failure is None and settlement.state is not DeliveryState.SENT):
            return recorded
        usual = failure is None or settlement.state in (DeliveryState.ROLLED_UP, DeliveryState.MUTED)
        level = logging.INFO if usual else logging.WARNING
        if settlement.state in _TROUBLED:
            level = logging.ERROR
        state = _STATES.get(settlement.state, settlement.state.value)
        log.log(level, "message %d to %s: %s%s", seen.id, seen.receiver, state, f": {failure}" if failure else "")
        return recorded
