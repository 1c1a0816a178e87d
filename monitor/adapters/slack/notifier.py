"""Slack by bot token: messages, edits, threads, and the channel's history that settles unknown outcomes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from slack_sdk.web import SlackResponse, WebClient

from monitor.adapters.slack.blocks import render
from monitor.adapters.slack.channels import SlackChannels
from monitor.adapters.slack.client import SlackCalls
from monitor.adapters.slack.deadline import after
from monitor.adapters.slack.error_codes import SlackMethod
from monitor.adapters.slack.errors import CALL_ERRORS, failure_of, unreadable
from monitor.domain.alerts.alert import NotSent, Outcome, Receipt, Unknown
from monitor.domain.catalog import Receiver
from monitor.domain.delivery.attempt import Absent, Found, HistoryUnreadable
from monitor.domain.delivery.message import Message
from monitor.ports import Clock

EVENT_TYPE = "wirewatch_delivery"
"""The type of the metadata that carries a delivery's key (https://docs.slack.dev/messaging/message-metadata)."""

_MARGIN = timedelta(seconds=60)
"""How much earlier than the attempt the history is read from, so that clocks may differ by that much unmeasured."""

_PAGE = 200


class SlackNotifier:
    """Post, edit and find messages over the Web API.

    `token` is read before each call, so that a new secret needs no restart.
    """

    def __init__(self, *, token: Callable[[], str | None], calls: SlackCalls, clock: Clock) -> None:
        self._token = token
        self._calls = calls
        self._clock = clock
        self.channels = SlackChannels(self.call)
        self._read_so_far: dict[str, str] = {}

    async def post(
        self,
        receiver: Receiver,
        message: Message,
        *,
        key: str,
        thread: str | None,
        broadcast: bool,
        plain: bool,
        begin_by: datetime | None = None,
    ) -> Outcome:
        """Post once, with `key` in the metadata."""
        arguments: dict[str, Any] = {"channel": receiver.address, **_content(message, key, plain=plain)}
        if thread is not None:
            arguments |= {"thread_ts": thread, "reply_broadcast": broadcast}
        method = SlackMethod.POST if thread is None else SlackMethod.REPLY
        answer = await self.call(lambda client: client.chat_postMessage(**arguments), method, begin_by)
        if isinstance(answer, NotSent | Unknown):
            return answer
        if isinstance(answer.get("channel"), str):
            self.channels.learn(receiver.address, answer["channel"])
        return _receipt(answer)

    async def update(
        self, receiver: Receiver, message: Message, *, channel: str, ts: str, key: str, plain: bool
    ) -> Outcome:
        """Rewrite the message at `ts`, its metadata kept. It may stand in a channel that is the receiver's no more."""
        content = _content(message, key, plain=plain)
        for only_posts in ("unfurl_links", "unfurl_media"):
            content.pop(only_posts)
        answer = await self.call(lambda client: client.chat_update(channel=channel, ts=ts, **content), SlackMethod.EDIT)
        return answer if isinstance(answer, NotSent | Unknown) else _receipt(answer)

    async def find(self, receiver: Receiver, key: str, *, since: datetime, thread: str | None) -> Found:
        """Read the channel, or the thread, from a margin before `since` to its end."""
        channel = await self.channels.id_of(receiver.address)  # Slack reads histories by id alone
        if isinstance(channel, NotSent | Unknown):
            return unreadable(channel)
        if not channel:
            reason = f"channel {receiver.address} is not among those the app can see"
            return HistoryUnreadable(reason=reason, permanent=True)
        oldest, cursor = since - _MARGIN, self._read_so_far.pop(key, None)
        while True:
            page = await self._page(channel, oldest, cursor, thread)
            if isinstance(page, NotSent | Unknown):
                if isinstance(page, NotSent) and page.scope is NotSent.Scope.THREAD:
                    return Absent()  # where the whole thread is gone, the reply is not in it
                # after a refused request the same cursor would be refused again
                if cursor and (isinstance(page, Unknown) or page.retry_after is not None):
                    self._read_so_far[key] = cursor  # goes on from here next time: some apps get one page a minute
                return unreadable(page)
            ts = next((str(sent["ts"]) for sent in page.get("messages") or () if _key_of(sent) == key), None)
            if ts is not None:
                return Receipt(channel=channel, ts=ts)
            corrected = self._corrected(oldest, since, page)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if corrected < oldest:
                oldest, cursor = corrected, None
            elif cursor is None:
                return Absent()

    async def _page(
        self, channel: str, oldest: datetime, cursor: str | None, thread: str | None
    ) -> SlackResponse | NotSent | Unknown:
        arguments: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{oldest.timestamp():.6f}",
            "inclusive": True,
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        if cursor:
            arguments["cursor"] = cursor
        if thread is None:
            return await self.call(lambda client: client.conversations_history(**arguments), SlackMethod.READ)
        return await self.call(lambda client: client.conversations_replies(ts=thread, **arguments), SlackMethod.READ)

    def _corrected(self, oldest: datetime, since: datetime, page: SlackResponse) -> datetime:
        """Return where to read from by Slack's clock, never later than `oldest`.

        Slack's clock, its Date header, counts where ours runs ahead by more than half the margin.
        """
        try:
            theirs = parsedate_to_datetime(
                next((value for name, value in page.headers.items() if name.lower() == "date"), "")
            )
        except (TypeError, ValueError):
            return oldest
        ahead = self._clock.now() - theirs
        return min(oldest, since - ahead - _MARGIN) if ahead > _MARGIN / 2 else oldest

    async def call(
        self, call: Callable[[WebClient], SlackResponse], method: SlackMethod, begin_by: datetime | None = None
    ) -> SlackResponse | NotSent | Unknown:
        """Call the Web API; a failure is a value, judged by `method`."""
        token = self._token()
        if not token:
            return NotSent(reason="no Slack token is set", permanent=True, scope=NotSent.Scope.APP)
        try:
            return await self._calls.api(token, call, late=after(begin_by, self._clock))
        except CALL_ERRORS as error:
            return failure_of(error, method)


def _receipt(answer: SlackResponse) -> Outcome:
    channel, ts = answer.get("channel"), answer.get("ts")
    return Receipt(channel=channel, ts=ts) if isinstance(ts, str) else Unknown(reason="an answer without a ts")


def _content(message: Message, key: str, *, plain: bool) -> dict[str, Any]:
    rendered = render(message, plain=plain)
    return {
        "text": rendered.text,
        "blocks": list(rendered.blocks),
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"id": key}},
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _key_of(sent: dict[str, Any]) -> str | None:
    metadata = sent.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("id")
    return key if isinstance(key, str) else None
