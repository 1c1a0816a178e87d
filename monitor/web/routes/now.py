"""`/`: the stories that alerted, latest development first."""

from datetime import datetime, timedelta

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from monitor.app.tools.views import Views
from monitor.domain.status.story_view import StoryFilter
from monitor.web.cursors import read_cursor, write_cursor
from monitor.web.events import Changes
from monitor.web.rendering import page

SPANS = {"1h": timedelta(hours=1), "24h": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
"""The choices of the time filter."""

FILTERS = ("topic", "severity", "state", "receiver", "outlet", "language")


def router(views: Views, changes: Changes) -> APIRouter:
    """Return the routes of the page and of its stream of changes."""
    routes = APIRouter()

    @routes.get("/")
    def stories(request: Request, before: str = "", time: str = Query("7d"), part: str = "") -> Response:
        wanted = story_filter(request, views.now(), time, before)
        found = views.stories(wanted)
        return page(
            request,
            "cards.html" if part == "cards" else "now.html",
            found=found,
            filters=FILTERS,
            spans=tuple(SPANS),
            time=time,
            chosen={name: getattr(wanted, name) for name in FILTERS},
            next_cursor=write_cursor(found.next),
        )

    @routes.get("/events")
    async def events() -> Response:
        return changes.response()

    return routes


def story_filter(request: Request, now: datetime, time: str, before: str = "") -> StoryFilter:
    """Return the filter that a request's query asks for; raises HTTPException for what makes no sense."""
    query = request.query_params
    return StoryFilter(
        **{name: query.get(name, "")[:200] for name in FILTERS},
        since=span_start(now, time),
        before=read_cursor(before),
    )


def span_start(now: datetime, time: str) -> datetime:
    """Return when a span of time such as "24h" begins; raises HTTPException for one that is not offered."""
    if time not in SPANS:
        raise HTTPException(422, f"time: one of {', '.join(SPANS)}")
    return now - SPANS[time]
