"""Socket Mode: a WebSocket over which Slack sends envelopes, each to be acknowledged by its id.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import itertools
import json
import uuid
from typing import Any

from aiohttp import WSMsgType, web

from tests.support.fake_slack.workspace import Workspace


class SocketMode:
    """Connections of the app. An envelope goes to one of them, and again to any until it is acknowledged."""

    def __init__(self, workspace: Workspace) -> None:
        self.port = 0
        self.acknowledged: dict[str, Any] = {}
        self.connected = asyncio.Event()
        self.refuse = False
        self.opened = 0
        self.responses: dict[int, list[dict[str, Any]]] = {}
        self._workspace = workspace
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self._changed = asyncio.Condition()

    def ticket(self) -> str:
        """A fresh address to connect to, good once."""
        self.opened += 1
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return f"ws://127.0.0.1:{self.port}/link?ticket={ticket}"

    async def link(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket itself."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or self.refuse:
            return web.Response(status=403)
        self._tickets.remove(ticket)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json({"type": "hello", "num_connections": len(self._sockets) + 1})
        self._sockets.append(connection)
        self.connected.set()
        for envelope in list(self._waiting.values()):
            await connection.send_json(envelope)
        try:
            async for frame in connection:
                if frame.type is WSMsgType.TEXT:
                    await self._hear(frame.data)
        finally:
            self._sockets.remove(connection)
            if not self._sockets:
                self.connected.clear()
        return connection

    async def _hear(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        envelope_id = frame.get("envelope_id")
        if envelope_id in self._waiting:
            async with self._changed:
                del self._waiting[envelope_id]
                self.acknowledged[envelope_id] = frame.get("payload")
                self._changed.notify_all()

    async def send(self, kind: str, payload: dict[str, Any], *, twice: bool = False) -> str:
        """Send an envelope (`interactive`, `slash_commands`, `events_api`); its id."""
        envelope_id = str(uuid.uuid4())
        envelope = {
            "type": kind,
            "envelope_id": envelope_id,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        self._waiting[envelope_id] = envelope
        for connection in self._sockets[:1]:
            for _ in range(2 if twice else 1):
                await connection.send_json(envelope)
        return envelope_id

    async def acknowledgement(self, envelope_id: str) -> Any:
        """Wait for the acknowledgement; the payload it carried."""
        async with self._changed:
            await self._changed.wait_for(lambda: envelope_id in self.acknowledged)
        return self.acknowledged[envelope_id]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to connect anew, then hang up."""
        for connection in list(self._sockets):
            await connection.send_json({"type": "disconnect", "reason": reason})
            await connection.close()

    def response_url(self) -> str:
        """An address that takes answers to an interaction; what was answered is in `responses`."""
        number = next(self._numbers)
        self.responses[number] = []
        return f"http://127.0.0.1:{self.port}/response/{number}"

    async def respond(self, request: web.Request) -> web.Response:
        """Keep an answer given through a response_url."""
        number = int(request.match_info["number"])
        if number not in self.responses:
            return web.Response(status=404, text="used_url")
        self.responses[number].append(await request.json())
        return web.Response(text="ok")

    async def close(self) -> None:
        """Hang up on everybody."""
        for connection in list(self._sockets):
            await connection.close()
