"""The deliver step dies at every place where it can, Slack fails beside, and still each message stands exactly once.

Here death is an exception that nothing catches and the rest is real: the store, the HTTP calls, the fake Slack.
`scripts/chaos` does the same to the whole daemon with kill -9.
"""

import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from monitor.domain.alerts.alert import Delivery, DeliveryState, Outcome, Receipt
from monitor.domain.catalog import Channel
from monitor.domain.delivery.attempt import Rules, Settlement, throttles_of
from monitor.domain.delivery.message import compose
from monitor.steps.deliver import Deliver
from storage.admin.clock_repair import repair_times
from storage.schema.outbox import deliveries
from storage.sql.database import Database
from tests.support.delivery_world import DESK, SECOND, Desk, FixedCatalog, HandClock, catalog_of
from tests.support.fake_slack import FakeSlack, Fault, Faults, Workspace
from tests.support.fake_slack.faults import CHAOS

RULES = Rules(timeout=timedelta(seconds=0.5), settle=timedelta(seconds=60))
PLACES = [f"{side} {what}" for what in ("claim", "post", "record", "find") for side in ("before", "after")]


class Died(BaseException):
    """The process is gone."""


class Mortal:
    """Passes every call on, until it dies at the n-th passage of a place."""

    def __init__(self, inner: Any, place: str, passages: int) -> None:
        self._inner = inner
        self._side, self._what = place.split()
        self._left = passages

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name != self._what:
            return method

        async def passing(*args: Any, **kwargs: Any) -> Any:
            self._left -= 1
            if self._left == 0 and self._side == "before":
                raise Died
            result = await method(*args, **kwargs)
            if self._left == 0 and self._side == "after":
                raise Died
            return result

        return passing


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    clock = HandClock()
    async with FakeSlack(Workspace(now=clock.timestamp)) as slack:
        slack.workspace.add_channel("desk")
        slack.pace.enforced = False
        slack.faults.hang_for = 0.6
        desk = Desk(database, slack, clock, FixedCatalog(catalog_of(DESK)), RULES)
        yield desk


def mortal(desk: Desk, place: str, passages: int) -> Deliver:
    """A deliver step that dies there."""
    sound = desk.step
    return Deliver(
        outbox=Mortal(sound.outbox, place, passages),
        notifiers={channel: Mortal(notifier, place, passages) for channel, notifier in sound.notifiers.items()},
        catalogs=sound.catalogs,
        clock=sound.clock,
        rules=sound.rules,
    )


async def live(desk: Desk, step: Deliver, seconds: float) -> bool:
    """Deliver with `step` while the clock moves on; False when it died."""
    end = desk.clock.now() + timedelta(seconds=seconds)
    try:
        while True:
            while rows := await step.due(10):
                for row in rows:
                    await step.attempt(row)
            following = await step.next_at()
            if following is None or following > end:
                return True
            desk.clock.moment = max(following, desk.clock.now() + timedelta(milliseconds=1))
    except Died:
        return False


def times_each(desk: Desk) -> Counter[str]:
    return Counter(message.key or "" for message in desk.slack.seen("#desk"))


@pytest.mark.case(105, 106)
@pytest.mark.parametrize("place", PLACES)
async def test_a_death_at_any_place_neither_loses_nor_doubles(desk: Desk, place: str) -> None:
    for _ in range(2):
        await desk.raise_alert()
    if "find" in place:
        desk.slack.faults.queue.append(Fault.RESET_AFTER)
    assert not await live(desk, mortal(desk, place, 1), 90)
    assert await live(desk, desk.step, 200)
    assert set(await desk.states()) == {"sent"}
    assert sorted(times_each(desk).values()) == [1, 1]


@pytest.mark.case(104, 108)
async def test_deaths_and_faults_at_random_neither_lose_nor_double(desk: Desk) -> None:
    chance = random.Random(20260302)
    desk.slack.faults = Faults(rates={fault: 3 * rate for fault, rate in CHAOS.items()}, seed=7, hang_for=0.6)
    for _ in range(12):
        await desk.raise_alert()
        await desk.raise_alert()
        await live(desk, mortal(desk, chance.choice(PLACES), chance.randint(1, 4)), chance.uniform(1, 80))
    desk.slack.faults.rates = {}
    assert await live(desk, desk.step, 600)
    assert set(await desk.states()) == {"sent"}
    assert set(times_each(desk).values()) == {1}
    assert len(times_each(desk)) == 24


@pytest.mark.case(128)
@pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(days=1), timedelta(days=3650)])
@pytest.mark.parametrize("place", ["before post", "after post", "before claim"])
async def test_a_clock_repair_times_in_the_middle_neither_loses_doubles_nor_delays(
    desk: Desk, place: str, ahead: timedelta
) -> None:
    """Slack's clock is right all the time."""
    wrong_by = [ahead]
    desk.slack.workspace.now = lambda: (desk.clock.now() - wrong_by[0]).timestamp()
    desk.clock.advance(ahead)
    for _ in range(2):
        await desk.raise_alert()
    assert not await live(desk, mortal(desk, place, 1), 5)
    desk.clock.advance(-ahead)
    wrong_by[0] = timedelta(0)
    desk.clock.advance(timedelta(seconds=30))
    assert await repair_times(desk.database, desk.clock.now(), RULES.timeout + RULES.settle) > 0
    assert await repair_times(desk.database, desk.clock.now(), RULES.timeout + RULES.settle) == 0
    assert await live(desk, desk.step, 120)
    assert set(await desk.states()) == {"sent"}
    assert sorted(times_each(desk).values()) == [1, 1]


@pytest.mark.case(107)
async def test_the_intent_is_committed_before_the_request_is_made(desk: Desk) -> None:
    seen: list[tuple[str, int]] = []

    class Watching:
        """Looks at the row, through a transaction of its own, while the message is on its way."""

        def __init__(self, inner: Any) -> None:
            self._inner = inner

        async def post(self, *args: Any, **kwargs: Any) -> Outcome:
            row = select(deliveries.c.state, deliveries.c.attempt).where(deliveries.c.key == kwargs["key"])
            found = await desk.database.read(lambda c: c.execute(row).one())
            seen.append((found.state, found.attempt))
            return await self._inner.post(*args, **kwargs)

    desk.others = {Channel.SLACK: Watching(desk.step.notifiers[Channel.SLACK])}
    for _ in range(3):
        await desk.raise_alert()
    await desk.work(5)
    assert seen == [("sending", 1)] * 3


async def test_two_workers_on_one_outbox_send_each_message_once(desk: Desk) -> None:
    for _ in range(6):
        await desk.raise_alert()
    workers = [desk.step, desk.step]
    for _ in range(12):
        rows = [row for worker in workers for row in await worker.due(10)]
        for worker, row in zip(itertools.cycle(workers), rows, strict=False):
            await worker.attempt(row)
        desk.clock.advance(SECOND)
    assert len(desk.slack.seen("#desk")) == 6
    assert set(times_each(desk).values()) == {1}


@pytest.mark.case(126)
async def test_a_sender_that_sleeps_after_its_intent_does_not_post_when_it_wakes(desk: Desk) -> None:
    class Sleeper:
        """Stopped with the request about to begin, for so long that another has looked, found nothing, and posted."""

        def __init__(self, inner: Any) -> None:
            self._inner = inner

        async def post(self, *args: Any, **kwargs: Any) -> Outcome:
            desk.others = {}
            await desk.work(120)
            assert len(desk.slack.seen("#desk")) == 1
            return await self._inner.post(*args, **kwargs)

    await desk.raise_alert()
    desk.others = {Channel.SLACK: Sleeper(desk.step.notifiers[Channel.SLACK])}
    sleeper = desk.step
    [row] = await sleeper.due(10)
    assert await sleeper.attempt(row) is None, "what it thinks came of it is no longer its to say"
    await desk.work(120)
    assert len(desk.slack.seen("#desk")) == 1
    assert await desk.states() == ["sent"]


async def test_what_was_not_begun_in_time_goes_out_next_and_holds_nobody_up(desk: Desk) -> None:
    class Slow:
        """Gets to it when its time is over."""

        def __init__(self, inner: Any) -> None:
            self._inner = inner

        async def post(self, *args: Any, **kwargs: Any) -> Outcome:
            desk.others = {}
            desk.clock.advance(SECOND)
            return await self._inner.post(*args, **kwargs)

    await desk.raise_alert()
    await desk.raise_alert()
    desk.others = {Channel.SLACK: Slow(desk.step.notifiers[Channel.SLACK])}
    slow = desk.step
    [row] = await slow.due(10)
    assert await slow.attempt(row) is DeliveryState.PENDING
    assert desk.slack.seen("#desk") == []
    await desk.work(2)
    assert len(desk.slack.seen("#desk")) == 2


Naive = Callable[[Deliver, Delivery], Awaitable[None]]


async def send_then_mark(step: Deliver, delivery: Delivery) -> None:
    now = step.clock.now()
    sending = await step.outbox.load(delivery.id, now)
    assert sending is not None
    message = compose(sending, step.catalogs.current(), now)
    outcome = await step.notifiers[Channel.SLACK].post(
        DESK, message, key=delivery.key, thread=None, broadcast=False, plain=False
    )
    if isinstance(outcome, Receipt):
        mark = Settlement(seen=delivery, state=DeliveryState.SENT, due=now, receipt=outcome, sent_at=now)
        await step.outbox.record(mark, now)


async def mark_then_send(step: Deliver, delivery: Delivery) -> None:
    now = step.clock.now()
    sending = await step.outbox.claim(
        delivery, via=DESK, throttles=throttles_of(DESK), until=now, settle_at=now + SECOND, now=now
    )
    if sending is not None:
        await step.outbox.record(Settlement(seen=sending.delivery, state=DeliveryState.SENT, due=now, sent_at=now), now)
        message = compose(sending, step.catalogs.current(), now)
        await step.notifiers[Channel.SLACK].post(
            DESK, message, key=delivery.key, thread=None, broadcast=False, plain=False
        )


@pytest.mark.parametrize(
    ("naive", "place", "stands"), [(send_then_mark, "after post", 2), (mark_then_send, "before post", 0)]
)
async def test_the_naive_orders_are_caught(desk: Desk, naive: Naive, place: str, stands: int) -> None:
    await desk.raise_alert()
    for step in (mortal(desk, place, 1), desk.step):
        for row in await step.due(10):
            try:
                await naive(step, row.delivery)
            except Died:
                continue
    assert sum(times_each(desk).values()) == stands
