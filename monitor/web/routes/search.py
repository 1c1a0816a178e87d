"""`/search`: full text over the archive, or a query in the topic language."""

from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from monitor.app.tools.views import Views
from monitor.domain.articles.searchable import SearchRefused
from monitor.domain.feeds.canonical_url import is_web_address
from monitor.domain.status.search_view import SearchFilter, SearchPage
from monitor.web.rendering import page
from monitor.web.routes.now import SPANS, span_start

ASKED_LIMIT = 5_000
"""Characters of a search; the longest shipped query has a third of it."""


def router(views: Views) -> APIRouter:
    """Return the route of the page."""
    routes = APIRouter()

    @routes.get("/search")
    def search(
        request: Request,
        q: str = "",
        mode: str = "words",
        time: str = "",
        before: int | None = Query(None, ge=0, lt=2**62),
    ) -> Response:
        asked = q.strip()[:ASKED_LIMIT]
        if mode != "query" and is_web_address(asked) and " " not in asked:
            return RedirectResponse(f"/why?{urlencode({'url': asked})}", status_code=303)
        wanted = search_filter(views, request, time, before)
        found: SearchPage | None = None
        refused = ""
        if asked:
            try:
                found = views.search_query(asked, wanted) if mode == "query" else views.search(asked, wanted)
            except SearchRefused as error:
                refused = str(error)
        return page(
            request,
            "search.html",
            q=asked,
            mode=mode,
            time=time,
            wanted=wanted,
            found=found,
            refused=refused,
            spans=tuple(SPANS),
            topics=views.catalog().topics,
        )

    return routes


def search_filter(views: Views, request: Request, time: str, before: int | None) -> SearchFilter:
    """Return the filter that a request's query asks for."""
    query = request.query_params
    return SearchFilter(
        since=span_start(views.now(), time) if time else None,
        topic=query.get("topic", "")[:200],
        outlet=query.get("outlet", "")[:200].strip().lower(),
        language=query.get("language", "")[:20],
        before=before,
    )
