"""The server: HTTP and WebSocket around a workspace, with faults, rate limits and windows to look in."""

import asyncio
import json
import socket
import struct
from dataclasses import asdict, dataclass
from email.utils import formatdate
from typing import Any

from aiohttp import web

from tests.support.fake_slack import methods
from tests.support.fake_slack.faults import Fault, Faults
from tests.support.fake_slack.limits import checked_body
from tests.support.fake_slack.pace import Pace
from tests.support.fake_slack.reading import Seen, seen
from tests.support.fake_slack.socket_mode import SocketMode
from tests.support.fake_slack.workspace import FakeChannel, FakeMessage, SlackRefusal, Workspace

_HTML = "<html><body><h1>{}</h1></body></html>"
_WEBHOOK_ERRORS = {"is_archived": (410, "channel_is_archived"), "channel_not_found": (404, "channel_not_found")}
_READING = {"conversations.history", "conversations.replies"}
_POSTING = {"chat.postMessage", "chat.update"}


@dataclass(frozen=True)
class Call:
    """One request as the log keeps it. `ts` is set when a message was recorded, whatever the answer was."""

    at: float
    method: str
    channel: str | None
    outcome: str
    key: str | None = None
    ts: str | None = None


class FakeSlack:
    """One workspace on a loopback port. `async with FakeSlack() as slack:` starts and stops it."""

    def __init__(self, workspace: Workspace | None = None, faults: Faults | None = None, port: int = 0) -> None:
        self.workspace = workspace or Workspace()
        self.faults = faults or Faults()
        self.pace = Pace(now=self.workspace.now)
        self.log: list[Call] = []
        self.refuse_blocks_with: str | None = None
        self.refuse_reading_with: str | None = None
        self.refuse_text_with: tuple[str, str] | None = None
        self._port = port
        self._late: set[asyncio.Task[dict[str, Any]]] = set()
        self.socket_mode = SocketMode(self.workspace)
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """What to set as `slack.api_url`."""
        return f"http://127.0.0.1:{self._port}/api/"

    def webhook_url(self, path: str) -> str:
        """The address of a webhook made with `workspace.add_webhook`."""
        return f"http://127.0.0.1:{self._port}/services/{path}"

    async def __aenter__(self) -> "FakeSlack":
        app = web.Application(client_max_size=4_000_000)
        app.on_response_prepare.append(self._date)
        app.router.add_post("/api/apps.connections.open", self._open_connection)
        app.router.add_post("/api/{method}", self._api)
        app.router.add_post("/services/{path:.+}", self._webhook)
        app.router.add_get("/link", self.socket_mode.link)
        app.router.add_post("/response/{number}", self.socket_mode.respond)
        app.router.add_get("/_fake/messages", self._show_messages)
        app.router.add_get("/_fake/log", self._show_log)
        app.router.add_post("/_fake/control", self._control)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.socket_mode.port = self._port
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket_mode.close()
        for task in self._late:
            task.cancel()
        assert self._runner is not None
        await self._runner.cleanup()

    def seen(self, channel: str) -> list[Seen]:
        """The messages of a channel, threads included, as a person sees them, oldest first."""
        found = self.workspace.named(channel)
        return [seen(message) for message in found.messages] if found else []

    async def _date(self, request: web.Request, response: web.StreamResponse) -> None:
        """Slack's clock, which need not be ours, and the rights of the token."""
        response.headers["Date"] = formatdate(self.workspace.now(), usegmt=True)
        app = self.workspace.apps.get(_token(request, {}) or "")
        if app is not None:
            response.headers["X-OAuth-Scopes"] = ",".join(sorted(app.scopes))

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            arguments = await _arguments(request)
        except ConnectionResetError:  # who asked was killed in the middle of it
            return web.Response(status=400)
        token = _token(request, arguments)
        may_fail = method in _POSTING or (self.faults.reading_too and method in _READING)
        fault = self.faults.next() if may_fail else None
        limited = self._limited(method, arguments, fault)
        if limited:
            return self._rate_limited(method, arguments, limited)
        if fault is Fault.LATE and method in _POSTING:
            return _json(await self._accept_late(method, token, arguments))
        if fault is not None and not fault.posts:
            self._note(method, arguments, fault.value)
            return await self._fail(fault, request, b"")
        try:
            self._refuse(method, arguments)
            answer = {"ok": True, **methods.call(self.workspace, method, token, arguments)}
        except SlackRefusal as refused:
            self._note(method, arguments, refused.error)
            return _json({"ok": False, "error": refused.error, **refused.more})
        self._note(method, arguments, fault.value if fault else "ok", ts=answer.get("ts"))
        return await self._answer(answer, method, fault, request)

    def _refuse(self, method: str, arguments: dict[str, Any]) -> None:
        """Refuse a layout, a word or a reading for a reason of the test's own."""
        if self.refuse_reading_with and method in _READING:
            raise SlackRefusal(self.refuse_reading_with)
        if self.refuse_blocks_with and arguments.get("blocks"):
            raise SlackRefusal(self.refuse_blocks_with)
        if self.refuse_text_with and self.refuse_text_with[0] in str(arguments.get("text")):
            raise SlackRefusal(self.refuse_text_with[1])

    async def _accept_late(self, method: str, token: str | None, arguments: dict[str, Any]) -> dict[str, Any]:
        """The message is recorded after a while, even if the caller has gone away by then."""

        async def accept() -> dict[str, Any]:
            await asyncio.sleep(self.faults.delay())
            try:
                answer = {"ok": True, **methods.call(self.workspace, method, token, arguments)}
            except SlackRefusal as refused:
                answer = {"ok": False, "error": refused.error, **refused.more}
            self._note(method, arguments, "late", ts=answer.get("ts"))
            return answer

        task = asyncio.create_task(accept())
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        return await asyncio.shield(task)

    async def _answer(
        self, answer: dict[str, Any], method: str, fault: Fault | None, request: web.Request
    ) -> web.StreamResponse:
        if fault is None:
            return _json(answer)
        return await self._fail(fault, request, json.dumps(answer).encode())

    async def _fail(self, fault: Fault, request: web.Request, body: bytes) -> web.StreamResponse:
        match fault:
            case Fault.SERVER_ERROR_BEFORE:
                return web.Response(status=500, text=_HTML.format("Internal Server Error"), content_type="text/html")
            case Fault.SERVER_ERROR_AFTER:
                return web.Response(status=503, text=_HTML.format("Service Unavailable"), content_type="text/html")
            case Fault.FATAL_BEFORE | Fault.FATAL_AFTER:
                return _json({"ok": False, "error": "fatal_error"})
            case Fault.PORTAL:
                return web.Response(text=_HTML.format("Please log in to the network"), content_type="text/html")
            case Fault.HANG_BEFORE | Fault.HANG_AFTER:
                await asyncio.sleep(self.faults.hang_for)
            case Fault.TRUNCATED_AFTER:
                return await _truncated(request, body)
            case Fault.RESET_BEFORE | Fault.RESET_AFTER:
                _reset(request)
            case _:
                assert request.transport is not None
                request.transport.close()
        return web.Response()

    def _limited(self, method: str, arguments: dict[str, Any], fault: Fault | None) -> int:
        """The Retry-After to answer with, 0 for none."""
        if method in _READING:
            return self.pace.reading()
        if method not in _POSTING:
            return 0
        channel = self.workspace.named(str(arguments.get("channel")))
        name = channel.name if channel else ""
        stormy = self.pace.stormy(name)
        if stormy:
            return stormy
        if fault is Fault.RATE_LIMITED:
            return self.faults.retry_after
        return self.pace.posting(name) if method == "chat.postMessage" else 0

    def _rate_limited(self, method: str, arguments: dict[str, Any], seconds: int) -> web.Response:
        self._note(method, arguments, "ratelimited")
        return web.json_response(
            {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)}
        )

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        """Incoming webhooks: plain words instead of JSON, and no `ts`."""
        channel = self.workspace.webhooks.get(request.match_info["path"])
        if channel is None:
            return web.Response(status=404, text="no_service")
        arguments = {**await _arguments(request), "channel": channel.id}
        fault = self.faults.next()
        limited = self._limited("chat.postMessage", arguments, fault)
        if limited:
            self._note("webhook", arguments, "ratelimited")
            return web.Response(status=429, text="rate_limited", headers={"Retry-After": str(limited)})
        if fault is not None and not fault.posts:
            self._note("webhook", arguments, fault.value)
            return await self._fail(fault, request, b"")
        try:
            message = self._post_by_webhook(channel, arguments)
        except SlackRefusal as refused:
            self._note("webhook", arguments, refused.error)
            status, word = _WEBHOOK_ERRORS.get(refused.error, (400, refused.error))
            return web.Response(status=status, text=word)
        self._note("webhook", arguments, fault.value if fault else "ok", ts=message.ts)
        return await self._fail(fault, request, b"ok") if fault else web.Response(text="ok")

    def _post_by_webhook(self, channel: FakeChannel, arguments: dict[str, Any]) -> FakeMessage:
        if channel.archived:
            raise SlackRefusal("is_archived")
        body = checked_body({**arguments, "metadata": None})
        return self.workspace.add_message(channel, "webhook", body, thread_ts=None, broadcast=False)

    async def _open_connection(self, request: web.Request) -> web.Response:
        scopes = self.workspace.app_tokens.get(_token(request, await _arguments(request)) or "")
        if scopes is None:
            return _json({"ok": False, "error": "invalid_auth"})
        if "connections:write" not in scopes:
            return _json({"ok": False, "error": "missing_scope", "needed": "connections:write"})
        return _json({"ok": True, "url": self.socket_mode.ticket()})

    async def _show_messages(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                channel.name: [seen(message).as_json() for message in channel.messages]
                for channel in self.workspace.channels.values()
            }
        )

    async def _show_log(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"calls": [asdict(call) for call in self.log], "faults": self.faults.counts, "early": self.pace.early}
        )

    async def _control(self, request: web.Request) -> web.Response:
        """Change the world: see README.md."""
        wanted = await request.json()
        for name, settings in wanted.get("channels", {}).items():
            channel = self.workspace.named(name) or self.workspace.add_channel(name)
            for key, value in settings.items():
                setattr(channel, key, value)
        for token, settings in wanted.get("apps", {}).items():
            app = self.workspace.apps.setdefault(token, type(next(iter(self.workspace.apps.values())))(token))
            for key, value in settings.items():
                setattr(app, key, set(value) if key == "scopes" else value)
        for key, value in wanted.get("pace", {}).items():
            setattr(self.pace, key, value)
        for key, value in wanted.get("faults", {}).items():
            if key == "queue":
                self.faults.queue.extend(Fault(name) for name in value)
            else:
                setattr(self.faults, key, {Fault(n): r for n, r in value.items()} if key == "rates" else value)
        for envelope in wanted.get("envelopes", ()):
            await self.socket_mode.send(envelope["type"], envelope["payload"])
        return web.json_response({"ok": True})

    def _note(self, method: str, arguments: dict[str, Any], outcome: str, ts: object = None) -> None:
        metadata = arguments.get("metadata")
        payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
        channel = self.workspace.named(str(arguments.get("channel")))
        self.log.append(
            Call(
                at=self.workspace.now(),
                method=method,
                channel=channel.name if channel else None,
                outcome=outcome,
                key=payload.get("id") if isinstance(payload, dict) else None,
                ts=ts if isinstance(ts, str) else None,
            )
        )


async def _arguments(request: web.Request) -> dict[str, Any]:
    """JSON or a form, in which blocks, attachments and metadata are JSON in strings."""
    if request.content_type == "application/json":
        raw = await request.read()
        body = json.loads(raw) if raw else {}
        return {**request.query, **body} if isinstance(body, dict) else {}
    form: dict[str, Any] = dict(await request.post())
    for name in ("blocks", "attachments", "metadata"):
        if isinstance(form.get(name), str):
            try:
                form[name] = json.loads(form[name])
            except ValueError:
                form[name] = form[name]
    return {**request.query, **form}


def _token(request: web.Request, arguments: dict[str, Any]) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" and token else arguments.get("token")


def _json(answer: dict[str, Any]) -> web.Response:
    return web.json_response(answer)


def _reset(request: web.Request) -> None:
    """RST instead of an orderly end."""
    assert request.transport is not None
    raw = request.transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


async def _truncated(request: web.Request, body: bytes) -> web.StreamResponse:
    """Half of the answer, then the end."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    assert request.transport is not None
    request.transport.close()
    return response
