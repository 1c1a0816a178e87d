"""Calls of slack-sdk off the event loop, each under one deadline.

slack-sdk's default retries post a second time when Slack accepts a message and then closes the connection, so there are
none here; and its timeout counts from one received byte to the next, so the whole call has a deadline of its own.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import TypeVar

from slack_sdk.web import SlackResponse, WebClient
from slack_sdk.webhook import WebhookClient, WebhookResponse

from monitor.adapters.slack.deadline import PunctualTLS, punctual, punctual_tls
from monitor.adapters.workers.threads import in_daemon_thread

T = TypeVar("T")

_THREADS = 16
"""Calls at once; a throttle has one at most, so this is how many channels may hang before others wait."""


class SlackCalls:
    """slack-sdk's two clients, made anew for each call: the token may have changed."""

    def __init__(
        self, *, timeout: timedelta, api_url: str, proxy: str | None = None, ca_file: str | None = None
    ) -> None:
        self._timeout = timeout.total_seconds()
        self._api_url = api_url if api_url.endswith("/") else f"{api_url}/"
        self._proxy, self._ca_file = proxy, ca_file
        self._slots = asyncio.Semaphore(_THREADS)
        self._log = logging.getLogger("monitor.slack")
        self._log.setLevel(logging.CRITICAL)  # slack-sdk logs requests whole; failures are values here

    async def api(
        self, token: str, call: Callable[[WebClient], SlackResponse], *, late: Callable[[], bool] = lambda: False
    ) -> SlackResponse:
        """Run `call` with a client of `token`, unless it is `late`; raises what `slack_errors.failure_of` knows."""
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
        return await self._within(lambda: call(client), late)

    async def webhook(
        self, url: str, call: Callable[[WebhookClient], WebhookResponse], *, late: Callable[[], bool] = lambda: False
    ) -> WebhookResponse:
        """Run `call` with a client of the webhook's `url`, unless it is `late`; raises what `failure_of` knows."""
        client = WebhookClient(
            url,
            timeout=max(1, round(self._timeout)),
            ssl=self._tls,
            proxy=self._proxy,
            logger=self._log,
            retry_handlers=[],
        )
        client.proxy = self._proxy
        return await self._within(lambda: call(client), late)

    @cached_property
    def _tls(self) -> PunctualTLS:
        """Made at the first call, and kept: reading the system's certificates takes a tenth of a second."""
        return punctual_tls(self._timeout, self._ca_file)

    async def _within(self, call: Callable[[], T], late: Callable[[], bool]) -> T:
        def in_time() -> T:
            with punctual(late):
                return call()

        async with asyncio.timeout(self._timeout):
            return await in_daemon_thread(in_time, self._slots, "slack")
