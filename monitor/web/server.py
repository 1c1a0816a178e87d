"""The application: routes, who may reach them, and what happens when something goes wrong."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from monitor import __version__
from monitor.app.pages import PageSource
from monitor.web.access import Access, AccessRules, is_loopback
from monitor.web.api import feeds_out
from monitor.web.api import routes as api
from monitor.web.events import Changes
from monitor.web.frame import Frames, bare_frame
from monitor.web.guard import Guard
from monitor.web.rendering import FOLDER, page
from monitor.web.routes import articles, now, operations, search, status, stories, topics, writing
from storage.sql.errors import StoreError

log = logging.getLogger(__name__)

_REFRESH = '<!doctype html><title>Wirewatch</title><meta http-equiv="refresh" content="0">'
"""Sent to a reader who comes from another site: the browser keeps a SameSite=Strict cookie back on that first
request, and sends it with the next."""

_DESCRIPTION = """Stories, articles, alerts, topics and sources of this Wirewatch. Lists come in pages: `next` is the
cursor of the page that follows, null at the end. Times are ISO 8601 in UTC."""


class Application(FastAPI):
    """The web application of one daemon; `changes` feeds its live pages, to be closed when the server stops."""

    changes: Changes


def application(source: PageSource) -> Application:
    """Return the application. `/healthz`: restart me when it fails; `/readyz`: store, configuration, lock are there."""
    settings = source.settings
    access = Access(
        AccessRules(
            loopback=is_loopback(settings.listen),
            open_read=settings.open == "read",
            password=source.password,
            header=settings.trusted_header,
            proxies=tuple(map(str, settings.trusted_proxies)),
        )
    )
    if access.rules.refusal:
        log.error("%s", access.rules.refusal)
    frames = Frames(source, access)
    changes = Changes(source.views)
    app = Application(title="Wirewatch", version=__version__, description=_DESCRIPTION, docs_url=None, redoc_url=None)
    app.changes = changes
    app.add_middleware(Guard, hosts=settings.hosts)
    app.include_router(_health(source), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    open_to = [Depends(_framed(access, frames))]
    views = source.views
    app.include_router(api.router(views), dependencies=[Depends(_reading(access))])
    # Before the pages, whose /topics/{key} would take a feed's name for a topic's.
    app.include_router(
        feeds_out.router(views, settings.public_url), dependencies=[Depends(_reading(access))], include_in_schema=False
    )
    for router in (
        now.router(views, changes),
        stories.router(views),
        articles.router(views),
        search.router(views),
        topics.router(views),
        operations.router(views),
        status.router(frames),
        writing.router(views, source.actions, access),
    ):
        app.include_router(router, dependencies=open_to, include_in_schema=False)
    if access.rules.password and not access.rules.refusal:
        log_in = writing.log_in_router(access)
        app.include_router(log_in, dependencies=[Depends(_shown(access))], include_in_schema=False)
    _add_error_pages(app, access, frames)
    return app


class NotOpen(Exception):
    """The person may not read; `refusal` says why nobody may, where that is so."""

    def __init__(self, refusal: str | None = None) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def _shown(access: Access) -> Callable[[Request], Awaitable[None]]:
    """Return the dependency of the log-in page, whose frame tells a stranger nothing."""

    async def shown(request: Request) -> None:
        request.state.person = access.person(request)
        request.state.frame = bare_frame(access, request.state.person)

    return shown


def _reading(access: Access) -> Callable[[Request], Awaitable[None]]:
    """Return the dependency of what has no frame: refuses who may not read."""

    async def reading(request: Request) -> None:
        if access.rules.refusal:
            raise NotOpen(access.rules.refusal)
        if not access.person(request).may_read:
            raise NotOpen

    return reading


def _framed(access: Access, frames: Frames) -> Callable[[Request], Awaitable[None]]:
    """Return the dependency of every page: refuses who may not read, prepares the frame for who may."""

    async def framed(request: Request) -> None:
        if access.rules.refusal:
            raise NotOpen(access.rules.refusal)
        person = access.person(request)
        request.state.person = person
        if not person.may_read:
            raise NotOpen
        request.state.frame = await run_in_threadpool(frames.frame, request, person)

    return framed


def _add_error_pages(app: FastAPI, access: Access, frames: Frames) -> None:
    async def not_open(request: Request, refused: Exception) -> Response:
        assert isinstance(refused, NotOpen)
        if refused.refusal or not access.rules.password:
            return PlainTextResponse(refused.refusal or "log in at the proxy in front of this server", status_code=403)
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": "log in first"}, status_code=401)
        if request.headers.get("sec-fetch-site") == "cross-site":
            return Response(_REFRESH, media_type="text/html")
        return RedirectResponse(f"/login?{urlencode({'next': request.url.path})}", status_code=303)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return await _problem(request, error.status_code, str(error.detail), error.headers)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        return await _problem(request, 422, f"{place}: {first['msg']}" if place else str(first["msg"]))

    async def store_error(request: Request, error: Exception) -> Response:
        return PlainTextResponse(f"The store cannot be read: {error}", status_code=503)

    async def _problem(request: Request, code: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
        person = access.person(request)
        if not wants_page or access.rules.refusal or not person.may_read:
            return JSONResponse({"detail": detail}, status_code=code, headers=headers)
        request.state.frame = await run_in_threadpool(frames.frame, request, person)
        return page(request, "error.html", status=code, code=code, detail=detail)

    app.add_exception_handler(NotOpen, not_open)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(StoreError, store_error)


def _health(source: PageSource) -> APIRouter:
    router = APIRouter()

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    async def healthz() -> Response:
        return _checked(source.alive())

    @router.api_route("/readyz", methods=["GET", "HEAD"])
    async def readyz() -> Response:
        return _checked(await source.ready())

    @router.api_route("/metrics", methods=["GET", "HEAD"])
    async def metrics() -> Response:
        return Response(await source.metrics(), media_type="text/plain; version=0.0.4")

    @router.get("/favicon.ico")
    async def favicon() -> Response:
        return RedirectResponse("/static/icon.svg", status_code=308)

    return router


def _checked(problems: tuple[str, ...]) -> Response:
    if problems:
        return JSONResponse({"ok": False, "problems": list(problems)}, status_code=503)
    return JSONResponse({"ok": True})
