"""`python -m tests.chaos.victim [--failpoint NAME --after N --signal KILL|STOP] [--order ORDER] -- run --config DIR`:
the daemon, made to die or to fall asleep at a named place, or to deliver in an order known to be wrong."""

import argparse
import functools
import inspect
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.adapters.slack.client import SlackCalls
from monitor.adapters.slack.notifier import SlackNotifier
from monitor.cli.main import main
from monitor.domain.alerts.alert import DeliveryState, Receipt
from monitor.domain.delivery.attempt import Settlement, throttles_of
from monitor.domain.delivery.message import compose
from monitor.steps.deliver import Deliver
from monitor.steps.poll import PollStep
from storage.articles.pending_writes import PendingWrites
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.outbox.store import SqlOutbox

BEFORE, AFTER = "before", "after"

FAILPOINTS: dict[str, tuple[Any, str, str]] = {
    "before the poll": (PollStep, "run", BEFORE),
    "fetched, not stored": (SqlFeedStore, "record", BEFORE),
    "poll stored": (SqlFeedStore, "record", AFTER),
    "text stored": (SqlArticleStore, "record_text", AFTER),
    "inside the triage transaction": (PendingWrites, "add_placed", BEFORE),
    "alerts written, not committed": (PendingWrites, "add_verdict", AFTER),
    "triage committed": (SqlArticleStore, "place", AFTER),
    "before the intent": (SqlOutbox, "claim", BEFORE),
    "after the intent": (SqlOutbox, "claim", AFTER),
    "about to post": (SlackNotifier, "post", BEFORE),
    "the request about to begin": (SlackCalls, "api", BEFORE),
    "accepted, not marked": (SlackNotifier, "post", AFTER),
    "before reconciling": (SlackNotifier, "find", BEFORE),
    "found, not marked": (SlackNotifier, "find", AFTER),
    "marked": (SqlOutbox, "record", AFTER),
}
"""Where the daemon dies or falls asleep: what is wrapped, and on which side of the call."""

LEFT = "victim: the program left by itself,"
"""What the log says of one that nobody killed."""

ORDERS = ("product", "send then mark", "mark then send", "no settling")


def fall_at(name: str, after: int, by: signal.Signals) -> None:
    """Wrap the failpoint so that the process kills or stops itself on its `after`-th passage."""
    owner, attribute, side = FAILPOINTS[name]
    original = getattr(owner, attribute)
    passages = iter(range(after - 1, -1, -1))

    def pass_by() -> None:
        if next(passages, 1) == 0:
            os.killpg(os.getpgrp(), by)

    setattr(owner, attribute, _wrapped(original, pass_by, side))


def _wrapped(original: Callable[..., Any], pass_by: Callable[[], None], side: str) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def eventually(*args: Any, **kwargs: Any) -> Any:
            if side == BEFORE:
                pass_by()
            result = await original(*args, **kwargs)
            if side == AFTER:
                pass_by()
            return result

        return eventually

    @functools.wraps(original)
    def at_once(*args: Any, **kwargs: Any) -> Any:
        if side == BEFORE:
            pass_by()
        result = original(*args, **kwargs)
        if side == AFTER:
            pass_by()
        return result

    return at_once


async def _send_then_mark(self: Deliver, due: Any) -> DeliveryState | None:
    """The usual "at least once": whatever was not marked is sent again."""
    catalog, now, delivery = self.catalogs.current(), self.clock.now(), due.delivery
    receiver = catalog.receiver(delivery.receiver)
    sending = await self.outbox.load(delivery.id, now)
    assert receiver is not None
    assert sending is not None
    outcome = await self.notifiers[receiver.channel].post(
        receiver, compose(sending, catalog, now), key=delivery.key, thread=None, broadcast=False, plain=False
    )
    if isinstance(outcome, Receipt):
        marked = Settlement(seen=delivery, state=DeliveryState.SENT, due=now, receipt=outcome, sent_at=now)
        await self.outbox.record(marked, now)
        return DeliveryState.SENT
    return None


async def _mark_then_send(self: Deliver, due: Any) -> DeliveryState | None:
    """At most once: what dies or fails between the mark and the post is lost."""
    catalog, now, delivery = self.catalogs.current(), self.clock.now(), due.delivery
    receiver = catalog.receiver(delivery.receiver)
    assert receiver is not None
    sending = await self.outbox.claim(
        delivery, via=receiver, throttles=throttles_of(receiver), until=now, settle_at=now, now=now
    )
    if sending is None:
        return None
    await self.outbox.record(Settlement(seen=sending.delivery, state=DeliveryState.SENT, due=now, sent_at=now), now)
    await self.notifiers[receiver.channel].post(
        receiver, compose(sending, catalog, now), key=delivery.key, thread=None, broadcast=False, plain=False
    )
    return DeliveryState.SENT


def deliver_in(order: str) -> None:
    """Replace the deliver step's order by one of the naive ones."""
    if order == "send then mark":
        Deliver.attempt = _send_then_mark
    elif order == "mark then send":
        Deliver.attempt = _mark_then_send
    elif order == "no settling":
        original = Deliver.attempt

        async def impatient(self: Deliver, delivery: Any) -> DeliveryState | None:
            hasty = Deliver(
                outbox=self.outbox,
                notifiers=self.notifiers,
                catalogs=self.catalogs,
                clock=self.clock,
                rules=replace(self.rules, settle=timedelta(0)),
            )
            return await original(hasty, delivery)

        Deliver.attempt = impatient


def run() -> None:
    """Prepare, then be the `wirewatch` command."""
    cut = sys.argv.index("--")
    own, rest = sys.argv[1:cut], sys.argv[cut + 1 :]
    parser = argparse.ArgumentParser()
    parser.add_argument("--failpoint", choices=FAILPOINTS)
    parser.add_argument("--after", type=int, default=1)
    parser.add_argument("--signal", choices=("KILL", "STOP"), default="KILL")
    parser.add_argument("--order", choices=ORDERS, default="product")
    arguments = parser.parse_args(own)
    deliver_in(arguments.order)
    if arguments.failpoint:
        fall_at(arguments.failpoint, arguments.after, signal.Signals[f"SIG{arguments.signal}"])
    sys.argv = ["wirewatch", *rest]
    try:
        main()
    except SystemExit as leaving:
        if leaving.code:
            print(f"{LEFT} with {leaving.code}", file=sys.stderr, flush=True)
        raise


if __name__ == "__main__":
    run()
