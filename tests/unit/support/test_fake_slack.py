"""The fake Slack behaves as Slack documents: seen through slack-sdk's own clients, as a program would see it."""

import asyncio
import urllib.request
from collections.abc import AsyncIterator, Callable
from http.client import HTTPException
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient
from slack_sdk.webhook import WebhookClient

from tests.support.fake_slack import BOT_TOKEN, FakeSlack, Fault


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        slack.workspace.add_channel("desk")
        yield slack


def client(slack: FakeSlack, token: str = BOT_TOKEN, timeout: int = 3) -> WebClient:
    return WebClient(token, base_url=slack.api_url, timeout=timeout, retry_handlers=[])


async def ask(call: Callable[..., Any], **arguments: Any) -> Any:
    return await asyncio.to_thread(call, **arguments)


async def refusal(call: Callable[..., Any], **arguments: Any) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        await ask(call, **arguments)
    return caught.value


async def test_a_post_is_answered_with_the_channels_id_and_a_ts(slack: FakeSlack) -> None:
    answer = await ask(client(slack).chat_postMessage, channel="#desk", text="hello")
    assert answer["channel"] == slack.workspace.named("desk").id
    seconds, fraction = answer["ts"].split(".")
    assert seconds.isdecimal()
    assert len(fraction) == 6
    assert [message.text for message in slack.seen("#desk")] == ["hello"]


@pytest.mark.parametrize(
    ("settings", "error"),
    [({"archived": True}, "is_archived"), ({"private": True, "member": False}, "channel_not_found")],
)
async def test_a_channel_that_cannot_be_posted_to(slack: FakeSlack, settings: dict[str, Any], error: str) -> None:
    slack.workspace.add_channel("other", **settings)
    assert (await refusal(client(slack).chat_postMessage, channel="#other", text="x")).response["error"] == error


async def test_tokens_and_scopes(slack: FakeSlack) -> None:
    app = slack.workspace.apps[BOT_TOKEN]
    assert (await refusal(client(slack, "xoxb-no").auth_test)).response["error"] == "invalid_auth"
    app.scopes -= {"chat:write"}
    caught = await refusal(client(slack).chat_postMessage, channel="#desk", text="x")
    assert (caught.response["error"], caught.response["needed"]) == ("missing_scope", "chat:write")
    app.refusal = "token_revoked"
    assert (await refusal(client(slack).auth_test)).response["error"] == "token_revoked"


async def test_not_a_member(slack: FakeSlack) -> None:
    slack.workspace.add_channel("public", member=False)
    await ask(client(slack).chat_postMessage, channel="#public", text="x")
    slack.workspace.apps[BOT_TOKEN].scopes -= {"chat:write.public"}
    caught = await refusal(client(slack).chat_postMessage, channel="#public", text="x")
    assert caught.response["error"] == "not_in_channel"


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_text"),
        ({"blocks": [section("x")] * 51}, "invalid_blocks"),
        ({"blocks": [section("x" * 3001)]}, "invalid_blocks"),
        ({"blocks": [section("")]}, "invalid_blocks"),
        ({"blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "context", "elements": []}]}, "invalid_blocks"),
        ({"blocks": [{"type": "mystery"}]}, "invalid_blocks"),
        ({"blocks": [section("x" * 2900)] * 5}, "msg_blocks_too_long"),
        ({"blocks": "nonsense"}, "invalid_blocks_format"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
        ({"text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
    ],
)
async def test_what_slack_refuses_in_a_message(slack: FakeSlack, arguments: dict[str, Any], error: str) -> None:
    caught = await refusal(
        client(slack).api_call, api_method="chat.postMessage", json={"channel": "#desk", **arguments}
    )
    assert caught.response["error"] == error
    assert slack.seen("#desk") == []


async def test_long_texts_are_cut_without_a_word(slack: FakeSlack) -> None:
    await ask(client(slack).chat_postMessage, channel="#desk", text="x" * 41_000)
    assert len(slack.seen("#desk")[0].text) == 40_000


async def test_the_same_message_twice_is_two_messages(slack: FakeSlack) -> None:
    for _ in range(2):
        await ask(client(slack).chat_postMessage, channel="#desk", text="x", client_msg_id="one")
    assert len(slack.seen("#desk")) == 2


async def test_history_is_newest_first_in_pages_and_shows_payloads_only_when_asked(slack: FakeSlack) -> None:
    desk = slack.workspace.named("desk").id
    for number in range(5):
        metadata = {"event_type": "e", "event_payload": {"id": number}}
        slack.pace.enforced = False
        await ask(client(slack).chat_postMessage, channel=desk, text=f"m{number}", metadata=metadata)
    first = await ask(client(slack).conversations_history, channel=desk, limit=2, include_all_metadata=True)
    assert [m["text"] for m in first["messages"]] == ["m4", "m3"]
    assert first["messages"][0]["metadata"] == {"event_type": "e", "event_payload": {"id": 4}}
    cursor = first["response_metadata"]["next_cursor"]
    second = await ask(client(slack).conversations_history, channel=desk, limit=200, cursor=cursor)
    assert [m["text"] for m in second["messages"]] == ["m2", "m1", "m0"]
    assert second["messages"][0]["metadata"] == {"event_type": "e"}
    since = await ask(client(slack).conversations_history, channel=desk, oldest=second["messages"][1]["ts"])
    assert [m["text"] for m in since["messages"]] == ["m4", "m3", "m2"]
    assert (await refusal(client(slack).conversations_history, channel="#desk")).response[
        "error"
    ] == "channel_not_found"


async def test_answers_stand_in_their_thread_unless_broadcast(slack: FakeSlack) -> None:
    desk = slack.workspace.named("desk").id
    parent = await ask(client(slack).chat_postMessage, channel=desk, text="parent")
    await ask(client(slack).chat_postMessage, channel=desk, text="quiet", thread_ts=parent["ts"])
    await ask(client(slack).chat_postMessage, channel=desk, text="loud", thread_ts=parent["ts"], reply_broadcast=True)
    history = await ask(client(slack).conversations_history, channel=desk)
    assert [m["text"] for m in history["messages"]] == ["loud", "parent"]
    replies = await ask(client(slack).conversations_replies, channel=desk, ts=parent["ts"])
    assert [m["text"] for m in replies["messages"]] == ["parent", "quiet", "loud"]


async def test_an_edit_keeps_the_ts_and_drops_blocks_not_sent_again(slack: FakeSlack) -> None:
    desk = slack.workspace.named("desk").id
    post = await ask(client(slack).chat_postMessage, channel=desk, text="old", blocks=[section("old")])
    edit = await ask(client(slack).chat_update, channel=desk, ts=post["ts"], text="new")
    assert edit["ts"] == post["ts"]
    [message] = slack.seen("#desk")
    assert (message.text, message.edits) == ("new", 1)
    caught = await refusal(client(slack).chat_update, channel=desk, ts="1.000000", text="x")
    assert caught.response["error"] == "message_not_found"


async def test_more_than_one_a_second_to_a_channel_is_limited_and_other_channels_are_not(slack: FakeSlack) -> None:
    slack.pace.channel_burst = 2
    slack.workspace.add_channel("other")
    for _ in range(2):
        await ask(client(slack).chat_postMessage, channel="#desk", text="x")
    caught = await refusal(client(slack).chat_postMessage, channel="#desk", text="x")
    assert caught.response.status_code == 429
    assert caught.response["error"] == "ratelimited"
    assert int(caught.response.headers["Retry-After"]) >= 1
    await ask(client(slack).chat_postMessage, channel="#other", text="x")


async def test_pings_and_links_are_read_as_slack_reads_them(slack: FakeSlack) -> None:
    text = "<!channel> <@U123> <https://a.example|good> &lt;!here&gt; &amp;"
    await ask(client(slack).chat_postMessage, channel="#desk", text=text)
    [message] = slack.seen("#desk")
    assert message.pings == ("!channel", "@U123")
    assert message.links == (("https://a.example", "good"),)
    assert message.text.endswith("good <!here> &")


@pytest.mark.parametrize("fault", list(Fault))
async def test_every_fault_leaves_the_message_or_not_as_its_name_says(slack: FakeSlack, fault: Fault) -> None:
    slack.faults.queue.append(fault)
    slack.faults.hang_for = 0.5
    slack.faults.late_by = 0.05
    accepted = False
    try:
        answer = await ask(client(slack, timeout=1).chat_postMessage, channel="#desk", text="x")
        accepted = bool(answer["ok"])
    except (SlackApiError, OSError, HTTPException):
        accepted = False
    assert accepted is (fault is Fault.LATE)
    assert len(slack.seen("#desk")) == fault.posts


async def test_slack_sdks_own_retries_post_twice(slack: FakeSlack) -> None:
    """Why the product calls it with none: this fake shows the hazard."""
    slack.faults.queue.append(Fault.RESET_AFTER)
    retrying = WebClient(BOT_TOKEN, base_url=slack.api_url, timeout=3)
    await ask(retrying.chat_postMessage, channel="#desk", text="x")
    assert len(slack.seen("#desk")) == 2


async def test_webhooks_answer_in_plain_words(slack: FakeSlack) -> None:
    desk = slack.workspace.named("desk")
    hook = WebhookClient(slack.webhook_url(slack.workspace.add_webhook("s3", desk)), retry_handlers=[])
    answer = await ask(hook.send, text="hello")
    assert (answer.status_code, answer.body) == (200, "ok")
    answer = await ask(hook.send, text="x", blocks=[section("x" * 3001)])
    assert (answer.status_code, answer.body) == (400, "invalid_blocks")
    desk.archived = True
    answer = await ask(hook.send, text="x")
    assert (answer.status_code, answer.body) == (410, "channel_is_archived")
    gone = WebhookClient(slack.webhook_url("T/B/none"), retry_handlers=[])
    answer = await ask(gone.send, text="x")
    assert (answer.status_code, answer.body) == (404, "no_service")


async def test_channels_are_listed_in_pages_without_those_the_app_cannot_see(slack: FakeSlack) -> None:
    slack.workspace.add_channel("secret", private=True, member=False)
    slack.workspace.add_channel("inside", private=True)
    everything = await ask(client(slack).conversations_list, types="public_channel,private_channel", limit=1)
    names = [channel["name"] for channel in everything["channels"]]
    cursor = everything["response_metadata"]["next_cursor"]
    rest = await ask(client(slack).conversations_list, types="public_channel,private_channel", cursor=cursor)
    assert names + [channel["name"] for channel in rest["channels"]] == ["desk", "inside"]


async def test_it_can_be_looked_into_and_changed_over_http(slack: FakeSlack) -> None:
    base = slack.api_url.replace("/api/", "/_fake/")

    def post() -> bytes:
        body = b'{"channels": {"desk": {"archived": true}}, "faults": {"queue": ["portal"]}}'
        request = urllib.request.Request(base + "control", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    await ask(post)
    assert slack.workspace.named("desk").archived
    assert list(slack.faults.queue) == [Fault.PORTAL]
