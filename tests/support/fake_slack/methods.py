"""The Web API's methods, over a workspace: each takes the app and the call's arguments and gives the answer."""

import base64
from collections.abc import Callable
from typing import Any

from tests.support.fake_slack.limits import checked_body
from tests.support.fake_slack.workspace import App, FakeChannel, FakeMessage, SlackRefusal, Workspace

Arguments = dict[str, Any]
Answer = dict[str, Any]

SCOPES = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.delete": "chat:write",
    "conversations.list": "channels:read",
    "conversations.info": "channels:read",
    "conversations.members": "channels:read",
}


def post_message(workspace: Workspace, app: App, arguments: Arguments) -> Answer:
    """chat.postMessage. Nothing is recognised as a repeat, whatever `client_msg_id` says."""
    channel = workspace.for_posting(app, arguments.get("channel"))
    body = checked_body(arguments)
    thread_ts = arguments.get("thread_ts")
    if thread_ts is not None and not isinstance(thread_ts, str):
        raise SlackRefusal("invalid_thread_ts")
    if thread_ts is not None:
        parent = channel.message(thread_ts)
        if parent is None:
            raise SlackRefusal("thread_not_found")
        if channel.thread_refusal:
            raise SlackRefusal(channel.thread_refusal)
        thread_ts = parent.thread_ts or parent.ts
    message = workspace.add_message(
        channel, app.user, body, thread_ts=thread_ts, broadcast=_truth(arguments.get("reply_broadcast"))
    )
    return {"channel": channel.id, "ts": message.ts, "message": as_slack_shows(message, channel, metadata=True)}


def update(workspace: Workspace, app: App, arguments: Arguments) -> Answer:
    """chat.update: of the app's own messages, by channel id; blocks not sent again are gone, metadata stays."""
    channel = workspace.channels.get(str(arguments.get("channel")))
    if channel is None:
        raise SlackRefusal("channel_not_found")
    if channel.archived:
        raise SlackRefusal("is_archived")
    message = channel.message(str(arguments.get("ts")))
    if message is None:
        raise SlackRefusal("message_not_found")
    if message.author != app.user:
        raise SlackRefusal("cant_update_message")
    body = checked_body(arguments, editing=True)
    if body["metadata"] is None:
        body["metadata"] = message.body.get("metadata")
    message.body = body
    message.edits += 1
    return {"channel": channel.id, "ts": message.ts, "text": body["text"]}


def delete(workspace: Workspace, app: App, arguments: Arguments) -> Answer:
    """chat.delete."""
    channel = workspace.for_posting(app, arguments.get("channel"))
    message = channel.message(str(arguments.get("ts")))
    if message is None:
        raise SlackRefusal("message_not_found")
    channel.messages.remove(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(workspace: Workspace, app: App, arguments: Arguments) -> Answer:
    """chat.postEphemeral: seen by one user alone, and by no history."""
    channel = workspace.for_posting(app, arguments.get("channel"))
    channel.ephemeral.append({"user": arguments.get("user"), **checked_body(arguments)})
    return {"message_ts": workspace.next_ts()}


def history(workspace: Workspace, app: App, arguments: Arguments) -> Answer:
    """conversations.history: newest first; replies only where they were broadcast."""
    channel = workspace.for_reading(app, arguments.get("channel"))
    shown = [message for message in _between(workspace, channel, arguments) if message.in_channel]
    return _page(workspace, channel, shown[::-1], arguments)


def replies(workspace: Workspace, app: App, arguments: Arguments) -> Answer:
    """conversations.replies: the parent, then its answers, oldest first."""
    channel = workspace.for_reading(app, arguments.get("channel"))
    parent = channel.message(str(arguments.get("ts")))
    if parent is None:
        raise SlackRefusal("thread_not_found")
    answers = [m for m in _between(workspace, channel, arguments) if m.thread_ts == parent.ts]
    return _page(workspace, channel, [parent, *answers], arguments)


def list_channels(workspace: Workspace, app: App, arguments: Arguments) -> Answer:
    """conversations.list: public channels, and private ones the app is in if it may see them."""
    wanted = str(arguments.get("types", "public_channel")).split(",")
    if "private_channel" in wanted and "groups:read" not in app.scopes:
        raise SlackRefusal("missing_scope", needed="groups:read", provided=",".join(sorted(app.scopes)))
    shown = [
        channel
        for channel in workspace.channels.values()
        if (channel.member and "private_channel" in wanted if channel.private else "public_channel" in wanted)
        and not (channel.archived and _truth(arguments.get("exclude_archived")))
    ]
    limit, start = _limit(arguments, 1000), _start(arguments)
    return {
        "channels": [_channel(channel) for channel in shown[start : start + limit]],
        **_cursor(start + limit, len(shown)),
    }


def members(workspace: Workspace, app: App, arguments: Arguments) -> Answer:
    """conversations.members; its scope depends on the kind of channel."""
    if workspace.members_are_secret:
        raise SlackRefusal("missing_scope", needed="channels:read")
    channel = workspace.channels.get(str(arguments.get("channel")))
    if channel is None or (channel.private and not channel.member):
        raise SlackRefusal("channel_not_found")
    return {"members": sorted(channel.people)}


def info(workspace: Workspace, app: App, arguments: Arguments) -> Answer:
    """conversations.info."""
    channel = workspace.channels.get(str(arguments.get("channel")))
    if channel is None or (channel.private and not channel.member):
        raise SlackRefusal("channel_not_found")
    return {"channel": _channel(channel)}


def auth_test(workspace: Workspace, app: App, arguments: Arguments) -> Answer:
    """auth.test."""
    return {
        "url": "https://fake.slack.test/",
        "team": "Fake",
        "user": "wirewatch",
        "team_id": "T00000000",
        "user_id": app.user,
        "bot_id": "B00000000",
    }


METHODS: dict[str, Callable[[Workspace, App, Arguments], Answer]] = {
    "auth.test": auth_test,
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.list": list_channels,
    "conversations.info": info,
    "conversations.members": members,
}


def call(workspace: Workspace, method: str, token: str | None, arguments: Arguments) -> Answer:
    """What Slack answers, or raises SlackRefusal."""
    if method not in METHODS:
        raise SlackRefusal("unknown_method")
    app = workspace.app(token)
    needed = SCOPES.get(method)
    if needed and needed not in app.scopes:
        raise SlackRefusal("missing_scope", needed=needed, provided=",".join(sorted(app.scopes)))
    return METHODS[method](workspace, app, arguments)


def as_slack_shows(message: FakeMessage, channel: FakeChannel, *, metadata: bool) -> dict[str, Any]:
    """A message as the API gives it; without `metadata`, only the event's type is shown of it."""
    shown: dict[str, Any] = {
        "type": "message",
        "user": message.author,
        "bot_id": "B00000000",
        "ts": message.ts,
        "text": message.body["text"],
        "blocks": message.body["blocks"],
    }
    if message.broadcast:
        shown["subtype"] = "thread_broadcast"
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    elif any(other.thread_ts == message.ts for other in channel.messages):
        shown["thread_ts"] = message.ts
        shown["reply_count"] = sum(other.thread_ts == message.ts for other in channel.messages)
    kept = message.body.get("metadata")
    if kept is not None:
        shown["metadata"] = kept if metadata else {"event_type": kept["event_type"]}
    if message.edits:
        shown["edited"] = {"user": message.author, "ts": message.ts}
    return shown


def _between(workspace: Workspace, channel: FakeChannel, arguments: Arguments) -> list[FakeMessage]:
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    inclusive = _truth(arguments.get("inclusive"))
    now = workspace.now()
    return [
        message
        for message in channel.messages
        if message.visible_at <= now
        and (oldest < float(message.ts) < latest or (inclusive and float(message.ts) in (oldest, latest)))
    ]


def _page(workspace: Workspace, channel: FakeChannel, messages: list[FakeMessage], arguments: Arguments) -> Answer:
    limit, start = _limit(arguments, 999), _start(arguments)
    metadata = _truth(arguments.get("include_all_metadata"))
    more = _cursor(start + limit, len(messages))
    return {
        "messages": [as_slack_shows(m, channel, metadata=metadata) for m in messages[start : start + limit]],
        "has_more": bool(more),
        **more,
    }


def _limit(arguments: Arguments, most: int) -> int:
    try:
        wanted = int(arguments.get("limit") or 100)
    except ValueError:
        raise SlackRefusal("invalid_limit") from None
    if not 1 <= wanted <= most:
        raise SlackRefusal("invalid_limit")
    return wanted


def _start(arguments: Arguments) -> int:
    cursor = arguments.get("cursor")
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(str(cursor)).decode().removeprefix("next:"))
    except ValueError:
        raise SlackRefusal("invalid_cursor") from None


def _cursor(following: int, total: int) -> Answer:
    if following >= total:
        return {}
    return {"response_metadata": {"next_cursor": base64.b64encode(f"next:{following}".encode()).decode()}}


def _channel(channel: FakeChannel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": channel.member,
    }


def _truth(value: object) -> bool:
    return value in (True, 1, "1", "true", "True")
