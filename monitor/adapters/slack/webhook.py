"""Slack by incoming webhook: posts, and nothing else.

A webhook's message has no `ts`, so it can be neither edited, threaded nor looked up.
"""

from collections.abc import Callable
from datetime import datetime

from monitor.adapters.slack.blocks import render
from monitor.adapters.slack.client import SlackCalls
from monitor.adapters.slack.deadline import after
from monitor.adapters.slack.errors import CALL_ERRORS, failure_of, webhook_refusal
from monitor.domain.alerts.alert import NotSent, Outcome, Receipt
from monitor.domain.catalog import Receiver
from monitor.domain.delivery.attempt import Found, HistoryUnreadable
from monitor.domain.delivery.message import Message
from monitor.ports import Clock


class WebhookNotifier:
    """Post to `url`, which is read before each call, so that a new secret needs no restart."""

    def __init__(self, *, url: Callable[[], str | None], calls: SlackCalls, clock: Clock) -> None:
        self._url = url
        self._calls = calls
        self._clock = clock

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
        """Post once; accepted is only an answer of 200 and the word `ok`, which no captive portal gives."""
        url = self._url()
        if not url:
            return NotSent(reason="no Slack webhook is set", permanent=True, scope=NotSent.Scope.APP)
        rendered = render(message, plain=plain)
        try:
            answer = await self._calls.webhook(
                url,
                lambda client: client.send(
                    text=rendered.text, blocks=list(rendered.blocks) or None, unfurl_links=False, unfurl_media=False
                ),
                late=after(begin_by, self._clock),
            )
        except CALL_ERRORS as error:
            return failure_of(error)
        if answer.status_code == 200 and answer.body.strip() == "ok":
            return Receipt()
        return webhook_refusal(answer.status_code, answer.body, dict(answer.headers))

    async def update(
        self, receiver: Receiver, message: Message, *, channel: str, ts: str, key: str, plain: bool
    ) -> Outcome:
        """Refuse: a webhook cannot edit."""
        return NotSent(reason="what a webhook posted cannot be edited", permanent=True, scope=NotSent.Scope.MESSAGE)

    async def find(self, receiver: Receiver, key: str, *, since: datetime, thread: str | None) -> Found:
        """Answer that a webhook cannot read its channel."""
        return HistoryUnreadable(reason="a webhook cannot read its channel", permanent=True)
