"""Socket Mode: clicks and commands reach us over a WebSocket that we open, so no public address is needed.

An envelope is acknowledged once what it asks for is recorded; one that arrives twice is recorded once, by its key.
"""

import asyncio
import contextlib
import logging
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web import WebClient

from monitor.adapters.slack.admission import Admission
from monitor.adapters.slack.buttons import ACKNOWLEDGE, IRRELEVANT, MENU, MUTE, RELEVANT, SNOOZE, UNMUTE, WHY
from monitor.adapters.slack.client import SlackCalls
from monitor.adapters.slack.errors import CALL_ERRORS
from monitor.adapters.slack.escape import escaped
from monitor.adapters.workers.threads import in_daemon_thread
from monitor.domain.alerts.interactions import Action, Click, Command, Until, command_of

log = logging.getLogger(__name__)

_ACTIONS = {
    ACKNOWLEDGE: Action.ACKNOWLEDGE,
    MUTE: Action.MUTE,
    UNMUTE: Action.UNMUTE,
    SNOOZE: Action.SNOOZE,
    IRRELEVANT: Action.IRRELEVANT,
    RELEVANT: Action.RELEVANT,
    WHY: Action.WHY,
}
_THREADS = 4
_LOOK_EVERY = 2.0
_FIRST_REST, _LONGEST_REST = 2.0, 120.0
"""Seconds before the second try to connect, doubled with each that fails: 5 tries in the first half minute."""

_LASTING = 30.0
"""Seconds after which a connection counts as working, and the next try is made soon again."""

_ANSWER_LIMIT = 3_000
_ANSWERED_WITHIN = 2.5
"""Slack shows an error to the person when three seconds pass without an acknowledgement."""


class Hears(Protocol):
    """Answer clicks and commands; see `monitor.app.runtime.interactions`."""

    async def click(self, click: Click) -> str:
        """Do what the button says, once; the answer is for the person alone."""
        ...

    async def command(self, command: Command) -> str:
        """Answer a command, for the person alone."""
        ...


class SlackSocket:
    """Keep one connection open while an app token is set; a new token is taken up at once."""

    def __init__(
        self,
        *,
        token: Callable[[], str | None],
        api_url: str,
        calls: SlackCalls,
        hears: Hears,
        admission: Admission | None = None,
        proxy: str | None = None,
        ca_file: str | None = None,
    ) -> None:
        self._token = token
        self._admission = admission
        self._proxy = proxy
        self._tls = ssl.create_default_context(cafile=ca_file) if ca_file else None
        self._failing = False
        self._api_url = api_url if api_url.endswith("/") else f"{api_url}/"
        self._calls = calls
        self._hears = hears
        self._slots = asyncio.Semaphore(_THREADS)
        self._quiet = logging.getLogger("monitor.slack")

    def is_listening(self) -> bool:
        """Tell whether clicks reach us: an app token is set, and the last try to connect did not fail."""
        return bool(self._token()) and not self._failing

    async def run(self) -> None:
        """Connect, stay connected, connect anew whenever the connection is lost; until cancelled.

        Tries follow each other ever more seldom, until a connection has lasted.
        """
        rest, loop = _FIRST_REST, asyncio.get_running_loop()
        while True:
            token, began = self._token(), loop.time()
            if not token or (await self._stay(token) and loop.time() - began > _LASTING):
                rest = _FIRST_REST
            until = loop.time() + rest  # no longer than until there is another token
            while self._token() == token and loop.time() < until:  # noqa: ASYNC110  a file changed
                await asyncio.sleep(min(rest, _LOOK_EVERY))
            rest = min(rest * 2, _LONGEST_REST)

    async def _stay(self, token: str) -> bool:
        """Stay until the connection is lost or the token changes; return whether it was connected."""
        client = self._client(token)
        connected = False
        try:
            await in_daemon_thread(client.connect, self._slots, "slack socket")
            connected = client.is_connected()  # slack-sdk raises nothing when the WebSocket is answered 403
            self._failing = not connected
            if connected:
                log.info("connected to Slack: buttons and /wirewatch work")
            else:
                log.warning("cannot listen to Slack: its WebSocket was refused; messages have no buttons meanwhile")
            while client.is_connected() and self._token() == token:  # noqa: ASYNC110  # slack-sdk's threads offer no event to wait for
                await asyncio.sleep(_LOOK_EVERY)
        except CALL_ERRORS as error:
            self._failing = True
            log.warning("cannot listen to Slack: %s; messages have no buttons meanwhile", type(error).__name__)
        finally:
            # slack-sdk takes seconds to end its threads; a stop need not wait for them
            threading.Thread(target=client.close, name="slack socket closing", daemon=True).start()
        return connected

    def _client(self, token: str) -> SocketModeClient:
        web = WebClient(base_url=self._api_url, ssl=self._tls, logger=self._quiet, retry_handlers=[], proxy=self._proxy)
        web.proxy = self._proxy  # not what slack-sdk found in the environment
        # slack-sdk would connect anew once a second for ever: `run` does, ever more seldom
        client = SocketModeClient(
            app_token=token, web_client=web, logger=self._quiet, auto_reconnect_enabled=False, proxy=self._proxy
        )
        client.proxy = self._proxy
        loop = asyncio.get_running_loop()

        def hear(connection: BaseSocketModeClient, request: SocketModeRequest) -> None:
            future = asyncio.run_coroutine_threadsafe(self._answer(connection, request), loop)
            # Only keeps slack-sdk's thread busy while it is answered; `_answer` itself logs what fails.
            with contextlib.suppress(TimeoutError, asyncio.CancelledError):
                future.result(timeout=60)

        client.socket_mode_request_listeners.append(hear)
        return client

    async def _answer(self, connection: BaseSocketModeClient, request: SocketModeRequest) -> None:
        answering = asyncio.ensure_future(self._heard(request))
        done, _ = await asyncio.wait({answering}, timeout=_ANSWERED_WITHIN)
        if done and answering.exception() is not None:
            log.error("an interaction failed: %s", type(answering.exception()).__name__)
            return  # unacknowledged, so Slack tells the person that it did not work
        try:
            acknowledgement = {"envelope_id": request.envelope_id}
            await in_daemon_thread(
                lambda: connection.send_socket_mode_response(acknowledgement), self._slots, "slack socket"
            )
        except SlackClientError as error:
            log.warning("an acknowledgement was lost: %s", type(error).__name__)
        answer, url = await answering, request.payload.get("response_url")
        if answer and isinstance(url, str):
            text = "\n".join(escaped(line, 600) for line in answer.splitlines())[:_ANSWER_LIMIT]
            try:
                await self._calls.webhook(  # for the person who clicked, and nobody else
                    url, lambda client: client.send(text=text, response_type="ephemeral", replace_original=False)
                )
            except CALL_ERRORS as error:
                log.warning("the answer to a click or command in Slack was lost: %s", type(error).__name__)

    async def _heard(self, request: SocketModeRequest) -> str:
        if self._admission is not None and request.type in ("slash_commands", "interactive"):
            refusal = await self._admission.refusal(request.payload)
            if refusal is not None:
                return refusal
        if request.type == "slash_commands":
            return await self._hears.command(command_of(str(request.payload.get("text", "")), _author(request.payload)))
        if request.type == "interactive":
            click = click_of(request.payload)
            return await self._hears.click(click) if click is not None else ""
        return ""


@asynccontextmanager
async def listening(socket: SlackSocket) -> AsyncIterator[None]:
    """Listen beside what the block does."""
    task = asyncio.create_task(socket.run(), name="slack socket")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def click_of(payload: Mapping[str, Any]) -> Click | None:
    """Return the click in a `block_actions` payload; None for actions that are not ours."""
    actions = payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(actions, list) or not actions:
        return None
    pressed = actions[0]
    option = pressed.get("selected_option") or {}
    name, value = str(pressed.get("action_id")), str(pressed.get("value") or option.get("value", ""))
    until = None
    if name == MENU:
        name, _, value = value.partition(":")
    if name == SNOOZE:
        value, _, chosen = value.partition(":")
        until = next((known for known in Until if known.value == chosen), None)
    if name not in _ACTIONS or not value.isdecimal():
        return None
    container = payload.get("container") or {}
    stamp = (container.get("message_ts"), name, value, pressed.get("action_ts"))
    return Click(
        key=":".join(str(part) for part in stamp),
        action=_ACTIONS[name],
        alert_id=int(value),
        author=_author(payload),
        until=until,
        channel=str((payload.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        message=str(container.get("message_ts") or ""),
    )


def _author(payload: Mapping[str, Any]) -> str:
    """Return the person's name: Slack puts it in `user` for clicks, in `user_name` for commands."""
    user = payload.get("user") or {}
    return str(user.get("name") or user.get("username") or user.get("id") or payload.get("user_name") or "somebody")
