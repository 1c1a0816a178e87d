"""What Slack knows: apps and their rights, channels, messages, threads."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

BOT_TOKEN = "xoxb-fake-bot"
APP_TOKEN = "xapp-fake-app"
SCOPES = frozenset(
    {
        "chat:write",
        "chat:write.public",
        "channels:history",
        "groups:history",
        "channels:read",
        "groups:read",
        "commands",
    }
)


class SlackRefusal(Exception):
    """`ok: false`, with the error Slack names and what it adds to it."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


@dataclass
class App:
    """An installation: its token, what it may do, and what became of it (`invalid_auth`, `token_revoked`, ...)."""

    token: str
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    refusal: str | None = None
    user: str = "U0WIREBOT"


@dataclass
class FakeMessage:
    """One message as Slack keeps it. `visible_at` is when histories begin to show it."""

    ts: str
    author: str
    body: dict[str, Any]
    thread_ts: str | None = None
    broadcast: bool = False
    edits: int = 0
    visible_at: float = 0.0

    @property
    def in_channel(self) -> bool:
        """Whether the channel itself shows it, not only a thread."""
        return self.thread_ts is None or self.broadcast


@dataclass
class FakeChannel:
    """A conversation; `refusal` is an error every post to it gets, such as `restricted_action`,
    `thread_refusal` every reply; `people` are its members."""

    id: str
    name: str
    private: bool = False
    member: bool = True
    archived: bool = False
    refusal: str | None = None
    thread_refusal: str | None = None
    people: set[str] = field(default_factory=lambda: {"U1"})
    messages: list[FakeMessage] = field(default_factory=list)
    ephemeral: list[dict[str, Any]] = field(default_factory=list)

    def message(self, ts: str) -> FakeMessage | None:
        """The message at `ts`."""
        return next((message for message in self.messages if message.ts == ts), None)


class Workspace:
    """Channels by id and by name, apps by token, webhooks by secret path."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.history_lag = 0.0
        self.members_are_secret = False
        self.apps = {BOT_TOKEN: App(BOT_TOKEN)}
        self.app_tokens = {APP_TOKEN: {"connections:write"}}
        self.channels: dict[str, FakeChannel] = {}
        self.webhooks: dict[str, FakeChannel] = {}
        self._numbers = itertools.count(1)
        self._last_ts = 0

    def add_channel(self, name: str, **settings: Any) -> FakeChannel:
        """A new channel; the bot is a member unless told otherwise."""
        channel = FakeChannel(id=f"C{next(self._numbers):08d}", name=name, **settings)
        self.channels[channel.id] = channel
        return channel

    def add_webhook(self, secret: str, channel: FakeChannel) -> str:
        """The path of a new incoming webhook that posts to `channel`."""
        path = f"T00000000/B00000000/{secret}"
        self.webhooks[path] = channel
        return path

    def app(self, token: str | None) -> App:
        """The app of a token; raises what Slack answers for a token that is no good."""
        if not token:
            raise SlackRefusal("not_authed")
        app = self.apps.get(token)
        if app is None:
            raise SlackRefusal("invalid_auth")
        if app.refusal:
            raise SlackRefusal(app.refusal)
        return app

    def named(self, address: str) -> FakeChannel | None:
        """The channel of an id, `#name` or `name`."""
        if address in self.channels:
            return self.channels[address]
        name = address.removeprefix("#")
        return next((channel for channel in self.channels.values() if channel.name == name), None)

    def for_posting(self, app: App, address: object) -> FakeChannel:
        """The channel, if the app may post to it."""
        channel = self.named(address) if isinstance(address, str) else None
        if channel is None or (channel.private and not channel.member):
            raise SlackRefusal("channel_not_found")
        if channel.archived:
            raise SlackRefusal("is_archived")
        if channel.refusal:
            raise SlackRefusal(channel.refusal)
        if not channel.member and "chat:write.public" not in app.scopes:
            raise SlackRefusal("not_in_channel")
        return channel

    def for_reading(self, app: App, address: object) -> FakeChannel:
        """The channel by its id, if the app may read its history."""
        channel = self.channels.get(address) if isinstance(address, str) else None
        if channel is None or (channel.private and not channel.member):
            raise SlackRefusal("channel_not_found")
        needed = "groups:history" if channel.private else "channels:history"
        if needed not in app.scopes:
            raise SlackRefusal("missing_scope", needed=needed, provided=",".join(sorted(app.scopes)))
        if not channel.member:
            raise SlackRefusal("not_in_channel")
        return channel

    def next_ts(self) -> str:
        """Seconds and microseconds as a string; unique and growing, as `ts` is within a channel."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_message(
        self, channel: FakeChannel, author: str, body: dict[str, Any], *, thread_ts: str | None, broadcast: bool
    ) -> FakeMessage:
        """Append a message; it is there from now on, whatever becomes of the answer."""
        message = FakeMessage(
            ts=self.next_ts(),
            author=author,
            body=body,
            thread_ts=thread_ts,
            broadcast=broadcast,
            visible_at=self.now() + self.history_lag,
        )
        channel.messages.append(message)
        return message

    def all_messages(self) -> Iterator[tuple[FakeChannel, FakeMessage]]:
        """Every message of every channel, oldest first within its channel."""
        return ((channel, message) for channel in self.channels.values() for message in channel.messages)
