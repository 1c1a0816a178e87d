"""Clicks and commands over Socket Mode, from Slack's envelope to the rewritten message and the private answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.adapters.slack.admission import Admission
from monitor.adapters.slack.notifier import SlackNotifier
from monitor.adapters.slack.socket_mode import SlackSocket, click_of, listening
from monitor.app.runtime.interactions import Interact
from monitor.app.runtime.stored_archive import StoredArchive
from monitor.domain.alerts.interactions import Action, Until, command_of, snoozed_until
from monitor.domain.catalog import Severity
from monitor.domain.delivery.attempt import Rules
from storage.outbox.interactions import SqlInteractions
from storage.outbox.silences import SqlSilences
from storage.views.feedback import SqlLabels
from tests.support.delivery_world import DESK, SENT, Desk, FixedCatalog, HandClock, catalog_of, memory_database
from tests.support.fake_slack import APP_TOKEN, FakeSlack, Workspace


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = HandClock()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(FakeSlack(Workspace(now=clock.timestamp)))
        slack.workspace.add_channel("desk")
        rules = Rules(timeout=timedelta(seconds=2))
        desk = Desk(memory_database(), slack, clock, FixedCatalog(catalog_of(DESK)), rules, interactive=True)
        stack.push_async_callback(desk.close)
        interact = Interact(
            interactions=SqlInteractions(desk.database),
            archive=StoredArchive(database=desk.database, clock=clock, catalogs=desk.catalogs),
            silences=SqlSilences(desk.database),
            catalogs=desk.catalogs,
            clock=clock,
        )
        socket = SlackSocket(
            token=lambda: APP_TOKEN, api_url=slack.api_url, calls=desk.calls, hears=interact, admission=admission(desk)
        )
        await stack.enter_async_context(listening(socket))
        await asyncio.wait_for(slack.socket_mode.connected.wait(), 10)
        yield desk


def press(action: str, value: str, *, at: str = "1.1", name: str = "ann", url: str | None = None) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U1", "name": name},
        "container": {"message_ts": "1.000000"},
        "actions": [{"action_id": action, "value": value, "action_ts": at}],
        "response_url": url,
    }


async def send(desk: Desk, kind: str, payload: dict[str, Any], *, twice: bool = False) -> None:
    envelope = await desk.slack.socket_mode.send(kind, payload, twice=twice)
    await asyncio.wait_for(desk.slack.socket_mode.acknowledgement(envelope), 10)


async def answer(desk: Desk, kind: str, payload: dict[str, Any]) -> str:
    """The private answer to an envelope."""
    url = desk.slack.socket_mode.response_url()
    await send(desk, kind, {"user_id": "U1", **payload, "response_url": url})
    number = int(url.rsplit("/", 1)[1])
    async with asyncio.timeout(10):
        while not desk.slack.socket_mode.responses[number]:
            await asyncio.sleep(0.01)
    [response] = desk.slack.socket_mode.responses[number]
    assert response["response_type"] == "ephemeral"
    return response["text"]


async def test_a_click_on_acknowledge_is_kept_and_shown_with_who_and_when(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.work(1)
    assert await answer(desk, "interactive", press("wirewatch_acknowledge", str(alert))) == "Acknowledged."
    await desk.work(1)
    [message] = desk.slack.seen("#desk")
    assert "Acknowledged by ann, 2 Mar 12:00 UTC" in message.text
    assert message.edits == 1
    assert "wirewatch_acknowledge" not in message.buttons


async def test_a_click_that_arrives_twice_counts_once(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.work(1)
    await send(desk, "interactive", press("wirewatch_mute", str(alert)), twice=True)
    again = await answer(desk, "interactive", press("wirewatch_mute", str(alert)))
    assert again == "That is already done."
    assert len(await SqlSilences(desk.database).in_force(desk.clock.now())) == 1


async def test_a_muted_story_says_who_muted_it_and_is_heard_again_with_a_button(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.work(1)
    await send(desk, "interactive", press("wirewatch_mute", str(alert)))
    await desk.work(1)
    [muted] = desk.slack.seen("#desk")
    assert "Story muted by ann until 1 Apr 12:00 UTC" in muted.text
    assert f"wirewatch_unmute:{alert}" in muted.choices
    assert f"wirewatch_mute:{alert}" not in muted.choices
    undone = await answer(desk, "interactive", press("wirewatch_unmute", str(alert), name="bob"))
    assert undone == "This story and the topic talks alert again."
    await desk.work(10)
    [heard] = desk.slack.seen("#desk")
    assert "muted" not in heard.text
    assert f"wirewatch_mute:{alert}" in heard.choices
    assert await SqlSilences(desk.database).in_force(desk.clock.now()) == ()


async def test_what_is_muted_is_told_by_name(desk: Desk) -> None:
    alert = await desk.raise_alert("Envoys meet")
    await send(desk, "interactive", press("wirewatch_mute", str(alert)))
    told = await answer(desk, "slash_commands", {"command": "/wirewatch", "text": "silence", "user_name": "ann"})
    assert told == (
        'story 1 "Envoys meet", except critical alerts until 2026-04-01 12:00 UTC: muted with a button (ann)'
    )


async def test_a_story_is_unmuted_without_touching_other_topics(desk: Desk) -> None:
    alert, now = await desk.raise_alert(), desk.clock.now()
    store = SqlSilences(desk.database)
    for topic in ("talks", "tariffs"):
        await store.add(topic=topic, story_id=None, until=now + timedelta(days=1), reason="", author="bob", now=now)
    await send(desk, "interactive", press("wirewatch_unmute", str(alert)))
    assert [silence.topic for silence in await store.in_force(now)] == ["tariffs"]


async def test_what_somebody_finds_not_relevant_says_so(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.work(1)
    for name in ("ann", "bob"):
        await send(desk, "interactive", press("wirewatch_irrelevant", str(alert), name=name, at=name))
    await desk.work(1)
    [message] = desk.slack.seen("#desk")
    assert "Not relevant, says ann, 2 Mar 12:00 UTC" in message.text
    assert f"wirewatch_irrelevant:{alert}" not in message.choices
    await send(desk, "interactive", press("wirewatch_relevant", str(alert), name="bob", at="9"))
    await desk.work(2)
    [message] = desk.slack.seen("#desk")
    assert "Not relevant" not in message.text
    assert await SqlLabels(desk.database).labels("talks") == []


async def test_a_snooze_mutes_its_own_channel_and_lets_critical_alerts_pass(desk: Desk) -> None:
    second = replace(DESK, name="second", address="#second")
    desk.slack.workspace.add_channel("second")
    desk.catalogs.catalog = catalog_of(DESK, second)
    alert = await desk.raise_alert(receivers=("desk", "second"))
    await desk.work(2)
    row = (await desk.rows())[0]
    pressed = press("wirewatch_snooze", "")
    pressed["actions"][0] |= {"selected_option": {"value": f"{alert}:today"}, "value": None}
    pressed |= {"channel": {"id": row.channel}, "container": {"message_ts": row.ts}}
    assert "silent for desk until" in await answer(desk, "interactive", pressed)
    await desk.raise_alert("Quiet", receivers=("desk", "second"))
    await desk.raise_alert("Siren", severity=Severity.CRITICAL, receivers=("desk", "second"))
    await desk.work(5)
    heard = {name: " ".join(message.text for message in desk.slack.seen(name)) for name in ("#desk", "#second")}
    assert ("Quiet" in heard["#desk"], "Siren" in heard["#desk"]) == (False, True)
    assert ("Quiet" in heard["#second"], "Siren" in heard["#second"]) == (True, True)


async def test_why_answers_with_the_ledger(desk: Desk) -> None:
    alert = await desk.raise_alert("Envoys meet")
    assert "Envoys meet" in await answer(desk, "interactive", press("wirewatch_why", str(alert)))


async def test_the_first_to_acknowledge_remains_the_one(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await send(desk, "interactive", press("wirewatch_acknowledge", str(alert)))
    late = press("wirewatch_acknowledge", str(alert), at="2.2", name="bob")
    assert await answer(desk, "interactive", late) == "Already acknowledged by ann."


async def test_a_snoozed_topic_is_silent_until_then(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.work(1)
    pressed = press("wirewatch_snooze", "")
    pressed["actions"][0] |= {"selected_option": {"value": f"{alert}:today"}, "value": None}
    assert "silent until Tuesday 00:00" in await answer(desk, "interactive", pressed)
    await desk.raise_alert()
    await desk.work(60)
    assert (await desk.states())[-1] == "muted"
    desk.clock.moment = datetime(2026, 3, 3, 0, 0, 1, tzinfo=UTC)
    await desk.raise_alert()
    await desk.work(1)
    assert (await desk.states())[-1] == SENT


async def test_not_relevant_is_kept_as_a_labelled_example(desk: Desk) -> None:
    alert = await desk.raise_alert("A play about envoys")
    await send(desk, "interactive", press("wirewatch_irrelevant", str(alert)))
    [label] = await SqlLabels(desk.database).labels("talks")
    assert (label.topic, label.article.title, label.author) == ("talks", "A play about envoys", "ann")


@pytest.mark.parametrize(
    ("chosen", "action", "until"),
    [
        ("wirewatch_mute:7", Action.MUTE, None),
        ("wirewatch_unmute:7", Action.UNMUTE, None),
        ("wirewatch_acknowledge:7", Action.ACKNOWLEDGE, None),
        ("wirewatch_irrelevant:7", Action.IRRELEVANT, None),
        ("wirewatch_snooze:7:today", Action.SNOOZE, Until.TODAY),
        ("wirewatch_snooze:7:monday", Action.SNOOZE, Until.MONDAY),
    ],
)
def test_a_digests_menu_does_the_same(chosen: str, action: Action, until: Until | None) -> None:
    pressed = press("wirewatch_menu", "")
    pressed["actions"][0] |= {"selected_option": {"value": chosen}, "value": None}
    click = click_of(pressed)
    assert click is not None
    assert (click.action, click.alert_id, click.until) == (action, 7, until)


async def test_a_token_that_comes_later_is_taken_up_and_buttons_appear(desk: Desk) -> None:
    token: str | None = None
    slack = FakeSlack(Workspace(now=desk.clock.timestamp))
    async with slack:
        interact = Interact(
            interactions=SqlInteractions(desk.database),
            archive=StoredArchive(database=desk.database, clock=desk.clock, catalogs=desk.catalogs),
            silences=SqlSilences(desk.database),
            catalogs=desk.catalogs,
            clock=desk.clock,
        )
        socket = SlackSocket(token=lambda: token, api_url=slack.api_url, calls=desk.calls, hears=interact)
        async with listening(socket):
            await asyncio.sleep(0.1)
            assert not slack.log, "nobody connects without a token"
            token = APP_TOKEN
            await asyncio.wait_for(slack.socket_mode.connected.wait(), 15)
            token = None
            async with asyncio.timeout(15):
                while slack.socket_mode.connected.is_set():
                    await asyncio.sleep(0.05)


async def test_buttons_come_and_go_with_the_token(desk: Desk) -> None:
    desk.interactive = False
    await desk.raise_alert()
    await desk.work(1)
    desk.interactive = True
    await desk.raise_alert()
    await desk.work(1)
    before, after = desk.slack.seen("#desk")
    assert before.buttons == ()
    assert "wirewatch_acknowledge" in after.buttons


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "view_submission"},
        press("foreign", "1"),
        press("wirewatch_mute", "x"),
        {"type": "block_actions", "actions": []},
    ],
)
def test_payloads_that_are_not_ours_are_left_alone(payload: dict[str, Any]) -> None:
    assert click_of(payload) is None


COMMANDS = {
    "status": "outbox",
    "topics": "talks: Peace talks (high)",
    "silence": "Nothing is muted.",
    "why https://herald.example/1": "Envoys meet",
    "why https://herald.example/none": "Never seen: no source of yours belongs to this outlet.",
    "try envoys": "1 of the newest 1 articles of the last 3 days match.",
    "try (envoys": "never closed",
    "": "/wirewatch try QUERY",
    "dance": "/wirewatch status",
}


async def test_commands_are_answered_privately(desk: Desk) -> None:
    await desk.raise_alert("Envoys meet")
    for text, expected in COMMANDS.items():
        command = {"command": "/wirewatch", "text": text, "user_name": "ann"}
        assert expected in await answer(desk, "slash_commands", command), text
    assert desk.slack.seen("#desk") == []


async def test_a_connection_that_slack_renews_is_taken_up_again(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.slack.socket_mode.disconnect()
    await asyncio.wait_for(desk.slack.socket_mode.connected.wait(), 15)
    assert await answer(desk, "interactive", press("wirewatch_acknowledge", str(alert))) == "Acknowledged."


def test_a_snooze_until_monday_ends_at_its_midnight_in_the_zone() -> None:
    sunday = datetime(2026, 3, 8, 22, tzinfo=UTC)
    assert snoozed_until(Until.MONDAY, sunday, "UTC") == datetime(2026, 3, 9, tzinfo=UTC)
    assert snoozed_until(Until.MONDAY, sunday, "Asia/Tokyo") == datetime(2026, 3, 15, 15, tzinfo=UTC)
    assert snoozed_until(Until.HOUR, sunday, "UTC") == sunday + timedelta(hours=1)


def test_a_command_may_be_spelt_anyhow() -> None:
    assert command_of("  WHY  https://a.example ", "ann").verb == "why"


def admission(desk: Desk, **allowed: frozenset[str]) -> Admission:
    lookups = SlackNotifier(token=lambda: desk.token, calls=desk.calls, clock=desk.clock)
    return Admission(channels=lookups.channels, catalogs=desk.catalogs, clock=desk.clock, **allowed)


async def admitted(door: Admission, user: str, channel: str = "C9", name: str = "elsewhere") -> list[bool]:
    """Whether a click and a command of that user are taken."""
    click = {"user": {"id": user}, "channel": {"id": channel, "name": name}}
    command = {"user_id": user, "channel_id": channel, "channel_name": name}
    return [await door.refusal(payload) is None for payload in (click, command)]


async def test_only_members_of_the_receivers_channels_may_act(desk: Desk) -> None:
    door = admission(desk)
    assert await admitted(door, "U1") == [True, True]
    assert await admitted(door, "U7") == [False, False]
    desk.slack.workspace.named("desk").people.add("U7")
    assert await admitted(door, "U7") == [False, False], "members are believed for five minutes"
    desk.clock.advance(timedelta(minutes=6))
    assert await admitted(door, "U7") == [True, True]


async def test_where_slack_does_not_name_members_those_who_act_in_the_channel_may(desk: Desk) -> None:
    channel = desk.slack.workspace.named("desk").id
    desk.slack.workspace.members_are_secret = True
    assert await admitted(admission(desk), "U7", channel) == [True, True]
    assert await admitted(admission(desk), "U7") == [False, False]


async def test_whom_the_settings_allow_may_act_and_nobody_else(desk: Desk) -> None:
    by_user = admission(desk, allowed_users=frozenset({"U7"}))
    assert [await admitted(by_user, user) for user in ("U7", "U1")] == [[True, True], [False, False]]
    by_channel = admission(desk, allowed_channels=frozenset({"#risk", "C5"}))
    assert await admitted(by_channel, "U8", "C4", "risk") == [True, True]
    assert await admitted(by_channel, "U8", "C5") == [True, True]
    assert await admitted(by_channel, "U1") == [False, False]


async def test_a_stranger_changes_nothing_and_is_told_why(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.work(1)
    payload = {**press("wirewatch_acknowledge", str(alert)), "user": {"id": "U7", "name": "eve"}}
    assert "Only members of the channels that get alerts" in await answer(desk, "interactive", payload)
    await desk.work(1)
    assert desk.slack.seen("#desk")[0].edits == 0


async def test_a_socket_that_cannot_connect_backs_off_and_offers_no_buttons(desk: Desk) -> None:
    desk.slack.socket_mode.refuse = True
    socket = SlackSocket(token=lambda: APP_TOKEN, api_url=desk.slack.api_url, calls=desk.calls, hears=None)  # type: ignore[arg-type]
    assert socket.is_listening(), "until the first try has failed"
    async with listening(socket):
        async with asyncio.timeout(5):
            while socket.is_listening():
                await asyncio.sleep(0.01)
        opened = desk.slack.socket_mode.opened
        await asyncio.sleep(1.5)
        assert desk.slack.socket_mode.opened == opened
