"""Trying out what Slack lets us do, step by step, and saying plainly what is missing."""

import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from slack_sdk.web import SlackResponse, WebClient

from monitor.adapters.slack.client import SlackCalls
from monitor.adapters.slack.errors import CALL_ERRORS, failure_of
from monitor.adapters.slack.notifier import SlackNotifier
from monitor.domain.alerts.alert import DeliveryKind, NotSent, Receipt, Unknown
from monitor.domain.catalog import Receiver
from monitor.domain.delivery.attempt import Absent
from monitor.domain.delivery.message import Message
from monitor.ports import Clock

SCOPES = {
    "chat:write": "to post at all",
    "channels:history": "to find out whether a message arrived, in public channels",
    "groups:history": "the same in private channels",
    "channels:read": "to look up public channels by #name",
    "groups:read": "the same for private channels",
}
"""What the bot token needs, and what for."""

_TEST = "Wirewatch can post here. This is a test."


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackCheckResult:
    """One thing that was tried: whether it works, and what was found."""

    works: bool
    text: str


class SlackCheck:
    """Tries a token and channels."""

    def __init__(self, *, token: Callable[[], str | None], calls: SlackCalls, clock: Clock) -> None:
        self._token = token
        self._calls = calls
        self._clock = clock
        self._notifier = SlackNotifier(token=token, calls=calls, clock=clock)

    async def credentials(self) -> AsyncIterator[SlackCheckResult]:
        """Who we are to Slack, and which scopes are missing."""
        token = self._token()
        if not token:
            yield SlackCheckResult(works=False, text="no bot token: set SLACK_BOT_TOKEN or SLACK_BOT_TOKEN_FILE")
            return
        answer = await self._call(token, lambda client: client.auth_test())
        if isinstance(answer, NotSent | Unknown):
            yield SlackCheckResult(works=False, text=f"Slack does not accept the bot token: {answer.reason}")
            return
        yield SlackCheckResult(works=True, text=f"connected to {answer.get('team')} as {answer.get('user')}")
        # some answers have no header that names the scopes
        named = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), None)
        if named is None:
            return
        granted = {scope.strip() for scope in named.split(",")}
        for scope, purpose in SCOPES.items():
            if scope not in granted:
                yield SlackCheckResult(works=False, text=f"scope {scope} is missing: it is needed {purpose}")

    async def listening(self, app_token: str | None) -> SlackCheckResult:
        """Whether buttons and commands will work."""
        if not app_token:
            return SlackCheckResult(
                works=True, text="no app token: messages have no buttons, and /wirewatch does not answer"
            )
        answer = await self._call(app_token, lambda client: client.apps_connections_open(app_token=app_token))
        if isinstance(answer, NotSent | Unknown):
            return SlackCheckResult(works=False, text=f"Slack does not accept the app token: {answer.reason}")
        return SlackCheckResult(works=True, text="the app token opens connections: buttons and /wirewatch work")

    async def receiver(self, receiver: Receiver) -> AsyncIterator[SlackCheckResult]:
        """Post a test message, then find it again as the daemon would after a lost answer."""
        key, began = secrets.token_hex(8), self._clock.now()
        message = Message(kind=DeliveryKind.NOTICE, lines=(_TEST,))
        sent = await self._notifier.post(receiver, message, key=key, thread=None, broadcast=False, plain=False)
        where = f"{receiver.name} ({receiver.address})"
        if not isinstance(sent, Receipt):
            yield SlackCheckResult(works=False, text=f"{where}: cannot post: {_advice(sent.reason)}")
            return
        yield SlackCheckResult(works=True, text=f"{where}: a test message was posted")
        found = await self._notifier.find(receiver, key, since=began, thread=None)
        if isinstance(found, Receipt):
            yield SlackCheckResult(works=True, text=f"{where}: its history can be read, so no alert is lost or doubled")
        else:
            why = "the message is not in it" if isinstance(found, Absent) else _advice(found.reason)
            yield SlackCheckResult(works=False, text=f"{where}: its history does not settle doubts: {why}")

    async def _call(self, token: str, call: Callable[[WebClient], SlackResponse]) -> SlackResponse | NotSent | Unknown:
        try:
            return await self._calls.api(token, call)
        except CALL_ERRORS as error:
            return failure_of(error)


_ADVICE = {
    "not_in_channel": "the app is not in the channel: /invite it there",
    "channel_not_found": "there is no such channel, or it is private and the app is not in it: /invite it there",
    "is_archived": "the channel is archived",
}


def _advice(reason: str) -> str:
    return _ADVICE.get(reason, reason)
