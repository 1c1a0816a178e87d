"""`/stories/ID`: one story with its reports, messages and what people did."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from monitor.app.tools.views import Views
from monitor.web.rendering import page


def router(views: Views) -> APIRouter:
    """Return the route of the page."""
    routes = APIRouter()

    @routes.get("/stories/{story_id}")
    def story(request: Request, story_id: int) -> Response:
        view = views.story(story_id) if 0 < story_id < 2**62 else None
        if view is None:
            raise HTTPException(404, "There is no story of that number; it may have been deleted after its time.")
        if view.joined_into is not None:
            return RedirectResponse(f"/stories/{view.joined_into}", status_code=303)
        return page(request, "story.html", view=view, card=view.card)

    return routes
