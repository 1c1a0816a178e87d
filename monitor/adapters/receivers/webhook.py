"""Post messages as signed JSON to any address, after the Standard Webhooks specification.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from monitor.adapters.receivers.payload import payload
from monitor.domain.alerts.alert import NotSent, Outcome, Receipt
from monitor.domain.catalog import Receiver
from monitor.domain.delivery.attempt import Found, HistoryUnreadable
from monitor.domain.delivery.message import Message
from monitor.ports import Clock

_BASE64_FOLLOWS = "whsec_"
_LONGEST_RETRY_AFTER = timedelta(hours=1)
_GONE = frozenset({401, 403, 404, 405, 410})
"""Answers that stay the same for every message: the address or the secret is wrong."""


class HttpNotifier:
    """POST each message once it is due, and again until a 2xx answer; the receiver tells repeats by `webhook-id`.

    `resolve` turns a `$VARIABLE` of the configuration into its value, None where it is not set.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        timeout: timedelta,
        resolve: Callable[[str], str | None],
        proxy: str | None = None,
        ca_file: str | None = None,
    ) -> None:
        self._clock = clock
        self._timeout = timeout.total_seconds()
        self._resolve = resolve
        self._proxy = proxy
        self._ca_file = ca_file

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
        """Post the message; its id stands for it as a `ts` does in Slack."""
        return await self._send(receiver, key, payload(message, key, answers=thread, edits=None))

    async def update(
        self, receiver: Receiver, message: Message, *, channel: str, ts: str, key: str, plain: bool
    ) -> Outcome:
        """Post what replaces the message of `key`, under an id of its own."""
        own = f"{key}.{message.delivery_id}"
        sent = await self._send(receiver, own, payload(message, own, answers=None, edits=key))
        return Receipt(channel=channel, ts=ts) if isinstance(sent, Receipt) else sent

    async def find(self, receiver: Receiver, key: str, *, since: datetime, thread: str | None) -> Found:
        """Answer that nothing can be looked up; no outcome is left unknown here."""
        return HistoryUnreadable(reason="a webhook cannot be read back", permanent=True)

    async def _send(self, receiver: Receiver, message_id: str, content: Mapping[str, Any]) -> Outcome:
        url = self._resolve(receiver.url)
        secret = self._resolve(receiver.secret) if receiver.secret else ""
        if not url or secret is None:
            return _refused("its address or secret names a variable that is not set")
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            headers = {"content-type": "application/json", **signed(message_id, self._clock.now(), body, secret)}
        except (binascii.Error, UnicodeEncodeError):
            return _refused("its secret is not base64")
        try:
            tls = ssl.create_default_context(cafile=self._ca_file) if self._ca_file else True
            async with httpx.AsyncClient(
                timeout=self._timeout, proxy=self._proxy, trust_env=False, verify=tls, follow_redirects=False
            ) as client:
                answer = await client.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            # it may have arrived: the same id is posted again, and the other side knows it
            return NotSent(reason=f"no answer: {type(error).__name__}", scope=NotSent.Scope.RECEIVER)
        return _judged(answer, receiver, message_id)


def signed(message_id: str, at: datetime, body: bytes, secret: str) -> dict[str, str]:
    """Return the headers of Standard Webhooks; without a secret the message is not signed.

    Raises binascii.Error for a `whsec_` secret that is not base64.
    """
    timestamp = str(int(at.timestamp()))
    headers = {"webhook-id": message_id, "webhook-timestamp": timestamp}
    if secret:
        named = secret.startswith(_BASE64_FOLLOWS)
        raw = base64.b64decode(secret.removeprefix(_BASE64_FOLLOWS), validate=True) if named else secret.encode()
        digest = hmac.new(raw, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return headers


def _judged(answer: httpx.Response, receiver: Receiver, message_id: str) -> Outcome:
    status = answer.status_code
    if 200 <= status < 300:
        return Receipt(channel=receiver.name, ts=message_id)
    if status in _GONE or 300 <= status < 400:
        return _refused(f"HTTP {status}")
    if status in (408, 425, 429) or status >= 500:
        wait = answer.headers.get("retry-after", "")
        after = min(timedelta(seconds=int(wait[:9])), _LONGEST_RETRY_AFTER) if wait.isdecimal() else None
        return NotSent(reason=f"HTTP {status}", retry_after=after, scope=NotSent.Scope.RECEIVER)
    return NotSent(reason=f"HTTP {status}", scope=NotSent.Scope.MESSAGE)


def _refused(reason: str) -> NotSent:
    return NotSent(reason=reason, permanent=True, scope=NotSent.Scope.RECEIVER)
