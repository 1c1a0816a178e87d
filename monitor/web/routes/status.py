"""`/status`: how the work stands."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.web.frame import Frames
from monitor.web.rendering import page


def router(frames: Frames) -> APIRouter:
    """Return the route of the page."""
    routes = APIRouter()

    @routes.get("/status")
    def status(request: Request) -> Response:
        return page(request, "status.html", overview=frames.overview())

    return routes
