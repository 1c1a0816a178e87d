"""Accepted, not sent, unknown: what becomes of a message whatever Slack and the network do to its post."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from monitor.domain.alerts.alert import DeliveryKind
from monitor.domain.catalog import Channel, Receiver
from monitor.domain.delivery.attempt import Policy, Rules
from tests.support.delivery_world import (
    DESK,
    HELD,
    PENDING,
    SENDING,
    SENT,
    START,
    Desk,
    FixedCatalog,
    HandClock,
    catalog_of,
    memory_database,
)
from tests.support.fake_slack import BOT_TOKEN, FakeSlack, Fault, Workspace

RULES = Rules(timeout=timedelta(seconds=2), settle=timedelta(seconds=60))
HOOK = Receiver(name="hook", channel=Channel.WEBHOOK, address="hook")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = HandClock()
    async with FakeSlack(Workspace(now=clock.timestamp)) as slack:
        slack.workspace.add_channel("desk")
        desk = Desk(memory_database(), slack, clock, FixedCatalog(catalog_of(DESK, HOOK)), RULES)
        hook = slack.workspace.add_webhook("s3cret", slack.workspace.named("desk"))
        desk.webhook = slack.webhook_url(hook)
        slack.faults.hang_for = 2.5
        yield desk
        await desk.close()


async def test_an_accepted_message_is_recorded_where_it_stands(desk: Desk) -> None:
    await desk.raise_alert("Envoys meet")
    await desk.work()
    row = await desk.only()
    [message] = desk.slack.seen("#desk")
    assert (row.state.value, row.channel, row.ts) == (SENT, desk.slack.workspace.named("desk").id, message.ts)
    assert row.sent_at == START
    assert "Envoys meet" in message.text
    assert message.key == row.key


@pytest.mark.case(108)
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault.posts and fault is not Fault.LATE])
async def test_a_message_that_arrived_unacknowledged_is_found_and_not_posted_again(desk: Desk, fault: Fault) -> None:
    await desk.raise_alert()
    desk.slack.faults.queue.append(fault)
    await desk.work()
    assert await desk.states() == [SENDING]
    await desk.work(59)
    assert await desk.states() == [SENDING], "nothing is believed before it settled"
    await desk.work(2)
    assert await desk.states() == [SENT]
    [message] = desk.slack.seen("#desk")
    assert (await desk.only()).ts == message.ts


@pytest.mark.case(109)
@pytest.mark.parametrize("fault", [fault for fault in Fault if not fault.posts])
async def test_a_message_that_did_not_arrive_is_posted_again_once(desk: Desk, fault: Fault) -> None:
    await desk.raise_alert()
    desk.slack.faults.queue.append(fault)
    await desk.work(70)
    assert await desk.states() == [SENT]
    assert len(desk.slack.seen("#desk")) == 1


@pytest.mark.case(109)
async def test_a_slack_that_cannot_be_reached_certainly_got_nothing(desk: Desk) -> None:
    await desk.raise_alert()
    await desk.slack.__aexit__()
    await desk.work()
    row = await desk.only()
    assert (row.state.value, row.failure) == (PENDING, "connection refused")


@pytest.mark.case(110)
async def test_history_that_shows_a_message_late_is_waited_for(desk: Desk) -> None:
    desk.slack.workspace.history_lag = 30
    await desk.raise_alert()
    desk.slack.faults.queue.append(Fault.RESET_AFTER)
    await desk.work(100)
    assert await desk.states() == [SENT]
    assert len(desk.slack.seen("#desk")) == 1


@pytest.mark.case(111)
async def test_history_in_pages_of_one_is_read_to_the_end(desk: Desk) -> None:
    desk.slack.pace.history_per_minute = 1
    await desk.raise_alert("the one in question")
    desk.slack.faults.queue.append(Fault.RESET_AFTER)
    await desk.work()
    for number in range(5):
        await desk.raise_alert(f"later {number}")
        await desk.work(1)
    await desk.work(600)
    assert (await desk.rows())[0].state.value == SENT
    assert sorted(message.text.count("in question") for message in desk.slack.seen("#desk")) == [0] * 5 + [1]


@pytest.mark.case(111)
async def test_history_without_the_right_to_read_it_is_held_never_repeated(desk: Desk) -> None:
    desk.slack.workspace.apps[BOT_TOKEN].scopes -= {"channels:history"}
    await desk.raise_alert()
    desk.slack.faults.queue.append(Fault.RESET_AFTER)
    await desk.work(600)
    row = await desk.only()
    assert row.state.value == HELD
    assert "missing_scope" in (row.failure or "")
    assert len(desk.slack.seen("#desk")) == 1


@pytest.mark.case(112)
async def test_a_webhooks_unknown_outcome_is_held(desk: Desk) -> None:
    await desk.raise_alert(receivers=("hook",))
    desk.slack.faults.queue.append(Fault.RESET_AFTER)
    await desk.work(600)
    assert await desk.states() == [HELD]
    assert len(desk.slack.seen("#desk")) == 1


@pytest.mark.case(112)
async def test_or_sent_again_and_marked_where_the_operator_prefers_that(desk: Desk) -> None:
    desk.rules = Rules(timeout=RULES.timeout, settle=RULES.settle, policy=Policy.REPEAT)
    await desk.raise_alert(receivers=("hook",))
    desk.slack.faults.queue.append(Fault.RESET_AFTER)
    await desk.work(600)
    assert await desk.states() == [SENT]
    first, second = desk.slack.seen("#desk")
    assert "Possible repeat" not in first.text
    assert "Possible repeat" in second.text


async def test_a_captive_portals_answer_is_not_taken_for_slacks(desk: Desk) -> None:
    await desk.raise_alert(receivers=("hook",))
    desk.slack.faults.queue.append(Fault.PORTAL)
    await desk.work()
    assert await desk.states() == [SENDING]


async def test_the_queue_does_not_wait_for_a_message_that_settles(desk: Desk) -> None:
    await desk.raise_alert("first")
    await desk.raise_alert("second")
    desk.slack.faults.queue.append(Fault.RESET_AFTER)
    await desk.work(2)
    assert await desk.states() == [SENDING, SENT]


async def test_a_reply_of_unknown_outcome_is_looked_for_in_its_thread(desk: Desk) -> None:
    alert = await desk.raise_alert("Envoys meet")
    await desk.work(1)
    await desk.add(desk.about(alert, DeliveryKind.REPLY, text="They agreed"))
    desk.slack.faults.queue.append(Fault.CLOSE_AFTER)
    await desk.work(62)
    assert await desk.states() == [SENT, SENT]
    parent, answer = desk.slack.seen("#desk")
    assert answer.thread_ts == parent.ts


async def test_an_edit_of_unknown_outcome_is_simply_made_again(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.work(1)
    await desk.add(desk.about(alert, DeliveryKind.UPDATE))
    desk.slack.faults.queue.append(Fault.RESET_AFTER)
    await desk.work(10)
    assert await desk.states() == [SENT, SENT]
    [message] = desk.slack.seen("#desk")
    assert message.edits == 2


async def test_a_clock_ahead_of_slacks_does_not_hide_the_message(desk: Desk) -> None:
    desk.slack.workspace.now = lambda: desk.clock.timestamp() - 600
    await desk.raise_alert()
    desk.slack.faults.queue.append(Fault.RESET_AFTER)
    await desk.work(62)
    assert await desk.states() == [SENT]
    assert len(desk.slack.seen("#desk")) == 1
