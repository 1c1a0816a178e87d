"""News for open pages: one look at the store serves every browser, by server-sent events."""

import asyncio
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from monitor.app.tools.views import Views
from storage.sql.errors import StoreError

LOOK_EVERY = 2.0
MOST_LISTENERS = 100
"""Open pages at once; a further one is shown without live news."""

SEND_TIMEOUT = 10.0
"""Seconds a browser may take to read an event before it is let go."""


class Changes:
    """Looks for changes while somebody listens, and wakes all listeners at once."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._listeners: set[asyncio.Event] = set()
        self._version = ""
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    def response(self) -> Response:
        """Return the stream of changes for one browser."""
        if self._closed or len(self._listeners) >= MOST_LISTENERS:
            return PlainTextResponse("too many open pages", status_code=503, headers={"retry-after": "60"})
        return EventSourceResponse(
            self._events(), ping=20, send_timeout=SEND_TIMEOUT, headers={"cache-control": "no-store"}
        )

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        if self._looking is not None:
            self._looking.cancel()
        for woken in self._listeners:
            woken.set()

    async def _events(self) -> AsyncIterator[ServerSentEvent]:
        woken = asyncio.Event()
        self._listeners.add(woken)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="web-changes")
        try:
            yield ServerSentEvent(retry=3000, comment="wirewatch")
            while not self._closed:
                await woken.wait()
                woken.clear()
                if not self._closed:
                    yield ServerSentEvent(event="change", data=self._version)
        finally:
            self._listeners.discard(woken)

    async def _look(self) -> None:
        while self._listeners:
            try:
                version = await run_in_threadpool(self._views.latest_change)
            except StoreError:
                version = self._version  # the page's own requests will say so
            if version != self._version:
                first, self._version = not self._version, version
                for woken in () if first else tuple(self._listeners):
                    woken.set()
            await asyncio.sleep(LOOK_EVERY)
