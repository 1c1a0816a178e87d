"""The outbox and the notifiers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.domain.alerts.alert import Delivery, Outcome
from monitor.domain.catalog import Receiver
from monitor.domain.delivery.attempt import DeliveryForSending, Found, Settlement, Throttle
from monitor.domain.delivery.message import Message


class Outbox(Protocol):
    """Read and write deliveries."""

    async def blocked(self, now: datetime) -> Sequence[Throttle]:
        """Return the throttles blocked for a reason: refused credentials, channels, rate limits."""
        ...

    async def due(
        self, now: datetime, limit: int, skip: Collection[int], throttles: Mapping[str, Collection[str]]
    ) -> Sequence[Delivery]:
        """Return due deliveries, without those in `skip`, oldest first.

        For each receiver whose `throttles` are all open the oldest one; unknown outcomes old enough to reconcile;
        orphans, whose receivers `throttles` does not know.
        """
        ...

    async def still_due(self, ids: Collection[int], now: datetime) -> Sequence[Delivery]:
        """Return those of the deliveries `ids` that are due to be sent or looked up."""
        ...

    async def next_at(self, throttles: Mapping[str, Collection[str]]) -> datetime | None:
        """Return the earliest moment at which `due` may find something; None while nothing waits."""
        ...

    async def claim(
        self,
        seen: Delivery,
        *,
        via: Receiver,
        throttles: Sequence[str],
        until: datetime,
        settle_at: datetime,
        now: datetime,
    ) -> DeliveryForSending | None:
        """Commit the intent to post, and return what the message says.

        The row becomes `sending`, with one more attempt, due again at `settle_at`; the first of `throttles` is blocked
        until `until`. None when a throttle is blocked or `seen` is no longer the row's state.
        """
        ...

    async def load(self, delivery_id: int, now: datetime) -> DeliveryForSending | None:
        """Return a delivery with all that its message says."""
        ...

    async def record(self, settlement: Settlement, now: datetime) -> bool:
        """Write what an attempt changed; False when its `seen` is no longer the row's state."""
        ...

    async def escalate(self, receiver: Receiver, raised_before: datetime, now: datetime) -> int:
        """Notify `receiver.escalate_to` of unacknowledged critical alerts, once each; return how many.

        Only alerts that `receiver` was sent before `raised_before` count.
        """
        ...


class Notifier(Protocol):
    """Send messages to people.

    No method raises for what the other side, the network or the message may do.
    """

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
        """Post `message`, once.

        `key` is written where `find` looks for it; `thread` is the `ts` it answers, `broadcast` shows the answer in the
        channel too; `plain` leaves out all layout. A post not begun by `begin_by`, as may happen to a process that was
        stopped, is not sent.
        """
        ...

    async def update(
        self, receiver: Receiver, message: Message, *, channel: str, ts: str, key: str, plain: bool
    ) -> Outcome:
        """Rewrite the message of `key` that stands at `ts` of `channel`; harmless to repeat."""
        ...

    async def find(self, receiver: Receiver, key: str, *, since: datetime, thread: str | None) -> Found:
        """Look for the message of `key` among those posted since, in the channel or in the thread of `thread`."""
        ...
