"""What the log says of the daily work: a line where something came, went out, broke or came back; silence otherwise."""

import logging
from datetime import datetime

from monitor.adapters.metrics import Metrics
from monitor.domain.alerts.alert import DeliveryState
from monitor.domain.alerts.verdict import Judge, Verdict
from monitor.domain.articles.article import Article
from monitor.domain.delivery.attempt import Settlement
from monitor.domain.feeds.polled import Polled
from monitor.domain.stories.values import Fingerprint
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.outbox.store import SqlOutbox
from storage.sql.database import Database

log = logging.getLogger(__name__)

_TROUBLED = (DeliveryState.HELD, DeliveryState.DEAD)

_STATES = {
    DeliveryState.PENDING: "waiting",
    DeliveryState.ROLLED_UP: "not sent on its own",
    DeliveryState.DEAD: "given up",
}
"""Words for states whose names say too little in a log line."""


class JournaledFeeds(SqlFeedStore):
    """Says which feed brought something, and when one breaks or works again."""

    async def record(self, polled: Polled) -> int | None:
        """As the store does; said only when this poll counts."""
        new = await super().record(polled)
        if new is not None:
            _say_poll(polled, new)
        return new


class JournaledArticles(SqlArticleStore):
    """Counts what matched, and says which alerts were raised or changed."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        super().__init__(database)
        self._metrics = metrics

    async def place(
        self, seen: Article, fingerprint: Fingerprint, after: int, judge: Judge, revision: str, now: datetime
    ) -> Verdict | None:
        """As the store does; counted only when this verdict counts."""
        verdict = await super().place(seen, fingerprint, after, judge, revision, now)
        if verdict is not None:
            self._count(seen, verdict, now)
        return verdict

    def _count(self, seen: Article, verdict: Verdict, now: datetime) -> None:
        for match in verdict.matches.matches:
            self._metrics.matches.labels(match.topic).inc()
        for alert in verdict.alerts:
            self._metrics.alerts.labels(alert.topic, alert.kind.value).inc()
            log.info("%s alert, %s: %s", alert.kind.value, alert.topic, seen.title)
        if verdict.alerts:
            self._metrics.latency.observe(max(0.0, (now - seen.first_seen).total_seconds()))


class JournaledOutbox(SqlOutbox):
    """Says what was sent, and why something was not."""

    async def record(self, settlement: Settlement, now: datetime) -> bool:
        """As the store does; said only when this attempt counts."""
        recorded = await super().record(settlement, now)
        if recorded:
            _say_delivery(settlement)
        return recorded


def _say_poll(polled: Polled, new: int) -> None:
    """A feed that goes on failing is said once; one that never failed and brings nothing is not said at all."""
    state = polled.state
    if state.failures == 1:
        log.warning("%s: %s; asked again at %s", polled.feed_key, state.failure, f"{state.due:%H:%M:%S} UTC")
    else:
        level = logging.INFO if new else logging.DEBUG
        log.log(level, "%s: %d new %s", polled.feed_key, new, "article" if new == 1 else "articles")


def _say_delivery(settlement: Settlement) -> None:
    seen = settlement.seen
    if settlement.failure is None and settlement.state is not DeliveryState.SENT:
        return
    usual = settlement.failure is None or settlement.state in (DeliveryState.ROLLED_UP, DeliveryState.MUTED)
    level = logging.INFO if usual else logging.WARNING
    why = f": {settlement.failure}" if settlement.failure else ""
    state = _STATES.get(settlement.state, settlement.state.value)
    log.log(
        logging.ERROR if settlement.state in _TROUBLED else level,
        "message %d to %s: %s%s",
        seen.id,
        seen.receiver,
        state,
        why,
    )
