"""Deliver one message to one receiver, once.

The intent is committed before the request begins and the outcome after it ended, so whenever the program dies the row
says what may have happened; what happened is then read from the channel itself, never guessed.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.alerts.alert import Delivery, DeliveryKind, DeliveryState, Outcome
from monitor.domain.catalog import Catalog, Channel, Receiver
from monitor.domain.delivery.attempt import (
    DeliveryForSending,
    DueDelivery,
    Rules,
    Settlement,
    Throttle,
    channel_throttle,
    reachable,
    throttles_of,
)
from monitor.domain.delivery.message import compose
from monitor.domain.delivery.outcomes import after_attempt, after_reading, unconfigured
from monitor.domain.delivery.withhold import before_sending
from monitor.ports import CatalogSource, Clock, Notifier, Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Post what is due and reconcile unknown outcomes.

    `interactive`: whether buttons are shown, read for each message.
    """

    outbox: Outbox
    notifiers: Mapping[Channel, Notifier]
    catalogs: CatalogSource
    clock: Clock
    rules: Rules
    interactive: Callable[[], bool] = lambda: False

    async def due(self, limit: int, skip: Collection[int] = ()) -> Sequence[DueDelivery]:
        """Return due deliveries with the receivers that get them: at most one for each receiver."""
        routes = await self._routes()
        throttles = {name: throttles_of(via) for name, via in routes.items()}
        rows = await self.outbox.due(self.clock.now(), limit, skip, throttles)
        return [DueDelivery(delivery=row, via=routes.get(row.receiver)) for row in rows]

    async def due_keys(self, limit: int, skip: Collection[int] = ()) -> Sequence[int]:
        """Return the ids of the deliveries `due` would return."""
        return [row.id for row in await self.due(limit, skip)]

    async def still_due(self, keys: Collection[int]) -> Sequence[DueDelivery]:
        """Return those of the deliveries `keys` that are due, with the receivers that get them."""
        routes = await self._routes()
        rows = await self.outbox.still_due(keys, self.clock.now())
        return [DueDelivery(delivery=row, via=routes.get(row.receiver)) for row in rows]

    def key(self, row: DueDelivery) -> int:
        """Return the delivery's id."""
        return row.id

    async def run(self, row: DueDelivery) -> bool:
        """Attempt one delivery; True when its outcome was recorded."""
        return await self.attempt(row) is not None

    async def next_in(self) -> float | None:
        """Return the seconds until `due` may return a delivery, so that a message leaves the moment it may."""
        at = await self.next_at()
        return None if at is None else max(0.0, (at - self.clock.now()).total_seconds())

    async def next_at(self) -> datetime | None:
        """Return when `due` may next find something; None while nothing waits at all.

        So a channel's next message leaves the moment it may.
        """
        return await self.outbox.next_at({name: throttles_of(via) for name, via in (await self._routes()).items()})

    async def _routes(self) -> Mapping[str, Receiver]:
        """Return for each receiver the one that gets its messages now: itself, or a fallback while it is blocked."""
        catalog = self.catalogs.current()
        blocked = await self.outbox.blocked(self.clock.now())
        return {receiver.name: reachable(receiver, catalog, blocked) for receiver in catalog.receivers}

    async def attempt(self, due: DueDelivery) -> DeliveryState | None:
        """Send or look up one delivery.

        Returns the state it ends in, or None when it may not be sent now or another worker has it.
        """
        catalog, delivery = self.catalogs.current(), due.delivery
        receiver = catalog.receiver(delivery.receiver)
        if delivery.state is DeliveryState.SENDING:
            return await self._reconcile(delivery, receiver, catalog)
        if receiver is None:
            return await self._record(unconfigured(delivery, catalog, self.clock.now()))
        return await self._send(delivery, receiver, due.via or receiver, catalog)

    async def escalate(self) -> int:
        """Escalate critical alerts that nobody has acknowledged in time; return how many."""
        now, escalated = self.clock.now(), 0
        for receiver in self.catalogs.current().receivers:
            if receiver.escalate_to is not None and receiver.escalate_after is not None:
                escalated += await self.outbox.escalate(receiver, now - receiver.escalate_after, now)
        return escalated

    async def _send(
        self, delivery: Delivery, receiver: Receiver, via: Receiver, catalog: Catalog
    ) -> DeliveryState | None:
        now = self.clock.now()
        sending = await self.outbox.claim(
            delivery,
            via=via,
            throttles=throttles_of(via),
            until=now + self.rules.lease,
            settle_at=now + self.rules.timeout + self.rules.settle,
            now=now,
        )
        if sending is None:
            return None
        withheld = before_sending(sending, receiver, self.clock.now())
        if withheld is not None:
            unused = Throttle(name=channel_throttle(via), blocked_until=now)
            return await self._record(replace(withheld, throttles=(unused,)))
        outcome = await self._post(sending, via, catalog, now + self.rules.timeout)
        return await self._record(after_attempt(sending, outcome, via, catalog, self.rules, self.clock.now()))

    async def _post(self, sending: DeliveryForSending, via: Receiver, catalog: Catalog, begin_by: datetime) -> Outcome:
        """Post or rewrite; a message refused before goes without any layout."""
        delivery, standing, thread = sending.delivery, sending.standing, _thread(sending, via)
        message = compose(
            sending,
            catalog,
            self.clock.now(),
            via=via.name,
            interactive=self.interactive(),
            in_thread=thread is not None,
        )
        notifier, plain = self.notifiers[via.channel], delivery.failures > 0
        if delivery.kind is DeliveryKind.UPDATE and standing is not None:
            return await notifier.update(
                via, message, channel=standing.channel or "", ts=standing.ts or "", key=standing.key, plain=plain
            )
        return await notifier.post(
            via,
            message,
            key=delivery.key,
            thread=thread,
            broadcast=delivery.broadcast,
            plain=plain,
            begin_by=begin_by,
        )

    async def _reconcile(self, delivery: Delivery, receiver: Receiver | None, catalog: Catalog) -> DeliveryState | None:
        via = catalog.receiver(delivery.via or delivery.receiver) or receiver
        now = self.clock.now()
        if via is None:
            return await self._record(unconfigured(delivery, catalog, now))
        via = replace(via, address=delivery.address or via.address)
        sending = await self.outbox.load(delivery.id, now)
        if sending is None:
            return None
        found = await self.notifiers[via.channel].find(
            via,
            delivery.key,
            since=delivery.attempted_at or delivery.created_at,
            thread=_thread(sending, via),
        )
        return await self._record(after_reading(sending, found, via, catalog, self.rules, self.clock.now()))

    async def _record(self, settlement: Settlement) -> DeliveryState | None:
        return settlement.state if await self.outbox.record(settlement, self.clock.now()) else None


def _thread(sending: DeliveryForSending, via: Receiver) -> str | None:
    """Return the `ts` a reply answers; None where its message stands in another channel."""
    standing = sending.standing
    if standing is None or (standing.via or standing.receiver) != via.name:
        return None
    if standing.address not in (None, via.address):
        return None
    return standing.ts
