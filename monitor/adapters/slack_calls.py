"""Calls of slack-sdk off the event loop, each under one deadline.

slack-sdk's default retries post a second time when Slack accepts a message and then closes the connection, so there are
none here; and its timeout counts from one received byte to the next, so the whole call has a deadline of its own.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from slack_sdk.web import SlackResponse, WebClient
from slack_sdk.webhook import WebhookClient, WebhookResponse

from monitor.adapters.daemon_threads import in_daemon_thread

T = TypeVar("T")

_THREADS = 16
"""Calls at once; a lane has one at most, so this is how many channels may hang before others wait."""


class SlackCalls:
    """slack-sdk's two clients, made anew for each call: the token may have changed."""

    def __init__(self, *, timeout: timedelta, api_url: str, proxy: str | None = None) -> None:
        self._timeout = timeout.total_seconds()
        self._api_url = api_url if api_url.endswith("/") else f"{api_url}/"
        self._proxy = proxy
        self._tls = ssl.create_default_context()
        self._slots = asyncio.Semaphore(_THREADS)
        self._log = logging.getLogger("monitor.slack")
        self._log.setLevel(logging.CRITICAL)  # slack-sdk logs requests whole; failures are values here

    async def api(self, token: str, call: Callable[[WebClient], SlackResponse]) -> SlackResponse:
        """Run `call` with a client of `token`; raises what `slack_errors.failure_of` knows."""
        client = WebClient(
            token=token,
            base_url=self._api_url,
            timeout=max(1, round(self._timeout)),
            ssl=self._tls,
            proxy=self._proxy,
            logger=self._log,
            retry_handlers=[],
        )
        client.proxy = self._proxy  # not what slack-sdk found in the environment
        client.timeout = self._timeout  # type: ignore[assignment]  # urllib takes fractions too
        return await self._within(lambda: call(client))

    async def webhook(self, url: str, call: Callable[[WebhookClient], WebhookResponse]) -> WebhookResponse:
        """Run `call` with a client of the webhook's `url`; raises what `slack_errors.failure_of` knows."""
        client = WebhookClient(
            url,
            timeout=max(1, round(self._timeout)),
            ssl=self._tls,
            proxy=self._proxy,
            logger=self._log,
            retry_handlers=[],
        )
        client.proxy = self._proxy
        return await self._within(lambda: call(client))

    async def _within(self, call: Callable[[], T]) -> T:
        async with asyncio.timeout(self._timeout):
            return await in_daemon_thread(call, self._slots, "slack")
