"""Limits, refusals and outages: who waits, who goes on, and who is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.alerts.alert import DeliveryKind
from monitor.domain.catalog import Channel, Receiver, Severity
from monitor.domain.delivery.attempt import Rules
from storage.outbox.silences import SqlSilences
from tests.support.delivery_world import DESK, SENT, START, Desk, FixedCatalog, HandClock, catalog_of, memory_database
from tests.support.fake_slack import BOT_TOKEN, FakeSlack, Fault, Workspace
from tests.support.fake_slack.workspace import App

RULES = Rules(timeout=timedelta(seconds=2), settle=timedelta(seconds=60))
OTHER = Receiver(name="other", channel=Channel.SLACK, address="#other")
ADMIN = Receiver(name="admin", channel=Channel.SLACK, address="#admin")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = HandClock()
    async with FakeSlack(Workspace(now=clock.timestamp)) as slack:
        slack.pace.channel_burst = 1
        for name in ("desk", "other", "admin"):
            slack.workspace.add_channel(name)
        catalogs = FixedCatalog(catalog_of(DESK, OTHER, ADMIN, admin="admin"))
        desk = Desk(memory_database(), slack, clock, catalogs, RULES)
        yield desk
        await desk.close()


def texts(desk: Desk, channel: str) -> list[str]:
    return [message.text for message in desk.slack.seen(channel)]


async def test_one_message_a_second_and_channel_never_meets_the_limit(desk: Desk) -> None:
    for _ in range(10):
        await desk.raise_alert(receivers=("desk", "other"))
    await desk.work(10)
    assert [len(desk.slack.seen(channel)) for channel in ("#desk", "#other")] == [10, 10]
    assert {call.outcome for call in desk.slack.log} == {"ok"}


@pytest.mark.case(113)
async def test_a_limited_channel_waits_as_told_and_others_go_on(desk: Desk) -> None:
    for _ in range(3):
        await desk.raise_alert(receivers=("desk", "other"))
    desk.slack.pace.storm(desk.slack.workspace.named("desk").id, 30)
    desk.slack.pace.storm("desk", 30)
    await desk.work(29)
    assert [len(desk.slack.seen(channel)) for channel in ("#desk", "#other")] == [0, 3]
    await desk.work(10)
    assert [f"round {n}" in text for n, text in enumerate(texts(desk, "#desk"), 1)] == [True] * 3, "in order"
    assert desk.slack.pace.early == 1, "one request met the limit, none came before Retry-After"


@pytest.mark.case(113)
async def test_a_storm_over_the_whole_app_pauses_the_app(desk: Desk) -> None:
    for _ in range(5):
        await desk.raise_alert(receivers=("desk", "other"))
    desk.slack.pace.storm("*", 600)
    await desk.work(599)
    assert desk.slack.pace.early == 2, "each channel asked once"
    assert texts(desk, "#desk") == []
    await desk.work(10)
    assert set(await desk.states()) == {SENT}


@pytest.mark.case(114)
@pytest.mark.parametrize("refusal", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_refused_credentials_stop_everything_until_there_are_new_ones(desk: Desk, refusal: str) -> None:
    for _ in range(5):
        await desk.raise_alert(receivers=("desk", "other"))
    desk.slack.workspace.apps[BOT_TOKEN].refusal = refusal
    await desk.work(600)
    assert texts(desk, "#desk") == texts(desk, "#other") == []
    assert len(desk.slack.log) <= 12, "tried once a minute"
    assert [throttle.reason for throttle in await desk.outbox.blocked(desk.clock.now())] == [refusal]
    desk.slack.workspace.apps["xoxb-new"] = App("xoxb-new")
    desk.token = "xoxb-new"
    await desk.work(120)
    assert [len(texts(desk, channel)) for channel in ("#desk", "#other")] == [5, 5]
    assert set(await desk.states()) == {SENT}


@pytest.mark.case(115)
@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"archived": True}, "is_archived"),
        ({"private": True, "member": False}, "channel_not_found"),
        ({"refusal": "restricted_action"}, "restricted_action"),
    ],
)
async def test_a_channel_that_refuses_parks_alone_and_an_operator_is_told_once(
    desk: Desk, settings: dict[str, object], reason: str
) -> None:
    for _ in range(3):
        await desk.raise_alert(receivers=("desk", "other"))
    channel = desk.slack.workspace.named("desk")
    for name, value in settings.items():
        setattr(channel, name, value)
    await desk.work(3600)
    assert len(texts(desk, "#other")) == 3
    [told] = texts(desk, "#admin")
    assert reason in told
    assert "desk" in told
    channel.archived, channel.private, channel.member, channel.refusal = False, False, True, None
    await desk.work(1000)
    assert len(texts(desk, "#desk")) == 3


@pytest.mark.case(115)
async def test_a_fallback_stands_in_and_says_for_whom(desk: Desk) -> None:
    desk.catalogs.catalog = catalog_of(replace(DESK, fallback="other"), OTHER, ADMIN, admin="admin")
    desk.slack.workspace.named("desk").archived = True
    await desk.raise_alert("Envoys meet")
    await desk.work(5)
    [text] = texts(desk, "#other")
    assert "For desk, which cannot be reached" in text
    assert "Envoys meet" in text
    assert (await desk.rows())[0].via == "other"


@pytest.mark.case(116)
@pytest.mark.parametrize("error", ["msg_too_long", "invalid_blocks", "msg_blocks_too_long"])
async def test_a_refused_layout_goes_out_as_plain_words(desk: Desk, error: str) -> None:
    desk.slack.refuse_blocks_with = error
    await desk.raise_alert("Envoys meet")
    await desk.work(2)
    [message] = desk.slack.seen("#desk")
    assert "Envoys meet" in message.text
    assert desk.slack.workspace.named("desk").messages[0].body["blocks"] == []
    assert await desk.states() == [SENT]


@pytest.mark.case(117)
async def test_a_poison_message_is_parked_after_five_tries_and_the_others_pass_it(desk: Desk) -> None:
    await desk.raise_alert("poison")
    await desk.raise_alert("sound")
    desk.slack.refuse_text_with = ("poison", "some_new_error")
    await desk.work(4)
    assert len(texts(desk, "#desk")) == 1
    await desk.work(3600)
    assert (await desk.states())[:2] == ["dead", SENT]
    tries = [call for call in desk.slack.log if call.outcome == "some_new_error"]
    assert len(tries) == 5
    [told] = texts(desk, "#admin")
    assert "wirewatch alerts requeue 1" in told


@pytest.mark.case(118)
async def test_an_outage_drains_as_digests_oldest_first(desk: Desk) -> None:
    desk.slack.faults.rates = {Fault.SERVER_ERROR_BEFORE: 1.0}
    for number in range(60):
        await desk.raise_alert(f"Report number {number:04d}.")
    await desk.work(40 * 60)
    assert texts(desk, "#desk") == []
    assert len(desk.slack.log) < 150, "an outage is not hammered at"
    desk.slack.faults.rates = {}
    await desk.work(400)
    assert set(await desk.states()) <= {SENT, "rolled_up"}
    messages = desk.slack.seen("#desk")
    said = "\n".join(message.text for message in messages)
    assert all(f"Report number {number:04d}." in said for number in range(60)), "none lost"
    assert all(said.count(f"Report number {number:04d}.") == 1 for number in range(60)), "none doubled"
    top = [message for message in messages if message.thread_ts is None]
    assert len(top) <= 12, "no flood"
    assert "stories" in top[0].text, "what waits longest comes first"


async def test_more_than_a_receiver_wants_in_an_hour_becomes_a_digest(desk: Desk) -> None:
    desk.catalogs.catalog = catalog_of(replace(DESK, max_per_hour=3))
    for number in range(10):
        await desk.raise_alert(f"Report {number}")
    await desk.work(600)
    assert len(texts(desk, "#desk")) == 3
    await desk.work(3600)
    *_, digest = texts(desk, "#desk")
    assert len(texts(desk, "#desk")) == 4
    assert all(f"Report {number}" in digest for number in range(3, 10))


async def test_what_breaks_through_is_no_part_of_the_hours_count(desk: Desk) -> None:
    desk.catalogs.catalog = catalog_of(replace(DESK, max_per_hour=1, break_through=Severity.CRITICAL))
    await desk.raise_alert("Report 0")
    await desk.raise_alert("Report 1")
    await desk.raise_alert("Siren", severity=Severity.CRITICAL)
    await desk.work(10)
    assert [("Report 0" in text, "Siren" in text) for text in texts(desk, "#desk")] == [(True, False), (False, True)]


async def test_a_silence_added_while_it_waits_stops_a_message(desk: Desk) -> None:
    await desk.raise_alert()
    until = START + timedelta(hours=1)
    await SqlSilences(desk.database).add(
        topic="talks", story_id=None, until=until, reason="known", author="ann", now=START
    )
    await desk.work(5)
    assert await desk.states() == ["muted"]
    await desk.raise_alert()
    await desk.work(1)
    assert await desk.states() == ["muted", "muted"]
    desk.clock.advance(timedelta(hours=1))
    await desk.raise_alert()
    await desk.work(1)
    assert await desk.states() == ["muted", "muted", SENT]


async def test_updates_wait_for_their_message_and_then_rewrite_it(desk: Desk) -> None:
    alert = await desk.raise_alert()
    desk.slack.faults.queue.append(Fault.RESET_AFTER)
    await desk.work(1)
    await desk.add(desk.about(alert, DeliveryKind.UPDATE))
    await desk.work(30)
    assert await desk.states() == ["sending", "pending"]
    await desk.work(60)
    assert await desk.states() == [SENT, SENT]
    [message] = desk.slack.seen("#desk")
    assert message.edits == 1


async def test_a_receiver_no_longer_configured_is_held_and_named(desk: Desk) -> None:
    await desk.raise_alert(receivers=("gone",))
    await desk.work(5)
    assert await desk.states() == ["held", SENT]
    [told] = texts(desk, "#admin")
    assert "gone" in told


@pytest.mark.case(38)
async def test_hundreds_of_alerts_at_once_are_a_few_messages(desk: Desk) -> None:
    for number in range(300):
        await desk.raise_alert(f"Report number {number:04d}.")
    await desk.work(200)
    messages = desk.slack.seen("#desk")
    said = "\n".join(message.text for message in messages)
    assert all(said.count(f"Report number {number:04d}.") == 1 for number in range(300))
    top = [message for message in messages if message.thread_ts is None]
    assert len(top) <= 52, "at most a backlog of single messages; the others leave as digests"
    assert set(await desk.states()) <= {SENT, "rolled_up"}


@pytest.mark.parametrize(
    "refusal",
    ["cannot_reply_to_message", "restricted_action_thread_locked", "restricted_action_non_threadable_channel"],
)
async def test_a_reply_whose_thread_refuses_goes_to_the_channel_and_names_its_story(desk: Desk, refusal: str) -> None:
    alert = await desk.raise_alert("Envoys meet")
    await desk.work(2)
    desk.slack.workspace.named("desk").thread_refusal = refusal
    await desk.add(desk.about(alert, DeliveryKind.REPLY, text="A date is set"))
    await desk.raise_alert("Another story")
    await desk.work(10)
    news = [message for message in desk.slack.seen("#desk") if "A date is set" in message.text]
    assert [(message.thread_ts, "Envoys meet" in message.text) for message in news] == [(None, True)]
    assert any("Another story" in text for text in texts(desk, "#desk"))
    assert await desk.outbox.blocked(desk.clock.now()) == []
    assert texts(desk, "#admin") == [], "nothing was given up"


async def test_a_reply_to_a_deleted_message_goes_to_the_channel(desk: Desk) -> None:
    alert = await desk.raise_alert("Envoys meet")
    await desk.work(2)
    desk.slack.workspace.named("desk").messages.clear()
    await desk.add(desk.about(alert, DeliveryKind.REPLY, text="A date is set"), desk.about(alert, DeliveryKind.UPDATE))
    await desk.work(10)
    [news] = desk.slack.seen("#desk")
    assert news.thread_ts is None
    assert "Envoys meet" in news.text
    assert "A date is set" in news.text
    assert await desk.outbox.blocked(desk.clock.now()) == []


async def test_an_unknown_reply_whose_thread_is_gone_is_settled(desk: Desk) -> None:
    alert = await desk.raise_alert("Envoys meet")
    await desk.work(2)
    await desk.add(desk.about(alert, DeliveryKind.REPLY, text="A date is set"))
    desk.slack.faults.queue.append(Fault.RESET_BEFORE)
    await desk.work(2)
    desk.slack.workspace.named("desk").messages.clear()
    await desk.work(120)
    assert "sending" not in await desk.states()
    [news] = desk.slack.seen("#desk")
    assert "A date is set" in news.text


@pytest.mark.parametrize("moved", [True, False])
async def test_an_edit_in_an_archived_channel_is_dropped_and_blocks_nothing(desk: Desk, moved: bool) -> None:
    alert = await desk.raise_alert("Envoys meet")
    await desk.work(2)
    desk.slack.workspace.named("desk").archived = True
    if moved:
        desk.catalogs.catalog = catalog_of(replace(DESK, address="#other"), ADMIN, admin="admin")
    await desk.add(desk.about(alert, DeliveryKind.UPDATE))
    await desk.work(10)
    assert (await desk.states())[1] == "rolled_up"
    assert await desk.outbox.blocked(desk.clock.now()) == []
    if moved:
        await desk.raise_alert("Another story")
        await desk.work(2)
        assert len(texts(desk, "#other")) == 1


async def test_a_history_request_that_slack_refuses_is_not_asked_for_ever(desk: Desk) -> None:
    await desk.raise_alert()
    desk.slack.faults.queue.append(Fault.RESET_BEFORE)
    desk.slack.refuse_reading_with = "invalid_arguments"
    await desk.work(600)
    assert await desk.states() == ["held", SENT]
    assert "wirewatch alerts release 1" in texts(desk, "#admin")[0]
