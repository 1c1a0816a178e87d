"""What the log says of the daily work: a line where something came, went out, broke or came back; silence otherwise."""

import logging
from datetime import datetime

from monitor.domain.alerts import DeliveryState
from monitor.domain.delivering import Settlement
from monitor.domain.polling import Polled
from storage.feeds import SqlFeedStore
from storage.outbox import SqlOutbox

log = logging.getLogger(__name__)

_TROUBLED = (DeliveryState.HELD, DeliveryState.DEAD)


class JournaledFeeds(SqlFeedStore):
    """Says which feed brought something, and when one breaks or works again."""

    async def record(self, polled: Polled) -> int | None:
        """As the store does; said only when this poll counts."""
        new = await super().record(polled)
        if new is not None:
            _say_poll(polled, new)
        return new


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
        log.log(level, "%s: %d new articles", polled.feed_key, new)


def _say_delivery(settlement: Settlement) -> None:
    seen = settlement.seen
    if settlement.failure is None and settlement.state is not DeliveryState.SENT:
        return
    level = logging.INFO if settlement.failure is None else logging.WARNING
    why = f": {settlement.failure}" if settlement.failure else ""
    state = "waits" if settlement.state is DeliveryState.PENDING else settlement.state.value
    log.log(
        logging.ERROR if settlement.state in _TROUBLED else level,
        "message %d to %s: %s%s",
        seen.id,
        seen.receiver,
        state,
        why,
    )
