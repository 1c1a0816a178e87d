"""The web listener: health checks, metrics and the read-only status page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.domain.status.overview import Overview
from monitor.web.page import render

_HEADERS = (
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the pages are made of. `alive` and `ready` answer with what is wrong, an empty tuple when nothing is."""

    alive: Callable[[], tuple[str, ...]]
    ready: Callable[[], Awaitable[tuple[str, ...]]]
    overview: Callable[[], Awaitable[Overview]]
    metrics: Callable[[], Awaitable[bytes]]
    now: Callable[[], datetime]


def application(source: Source) -> Starlette:
    """GET and HEAD only. `/healthz`: restart me when it fails; `/readyz`: store, configuration and lock are there."""

    async def healthz(_request: Request) -> Response:
        return _checked(source.alive())

    async def readyz(_request: Request) -> Response:
        return _checked(await source.ready())

    async def metrics(_request: Request) -> Response:
        return Response(await source.metrics(), media_type="text/plain; version=0.0.4")

    async def status(_request: Request) -> Response:
        return HTMLResponse(render(await source.overview()))

    return Starlette(
        routes=[
            Route("/", status),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ],
        middleware=[Middleware(_Guarded)],
    )


def _checked(problems: tuple[str, ...]) -> Response:
    if problems:
        return JSONResponse({"ok": False, "problems": list(problems)}, status_code=503)
    return JSONResponse({"ok": True})


class _Guarded:
    """Sends the security headers with every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            await PlainTextResponse("this page is read-only", status_code=405)(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self._app(scope, receive, guarded)
