"""`/sources`, `/deliveries` and `/silences`: the machinery, for people who look after it."""

from datetime import timedelta

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from monitor.app.tools.views import DELIVERIES, Views
from monitor.domain.alerts.alert import DeliveryState
from monitor.web.rendering import page

LISTED = timedelta(days=30)
"""How far back deliveries are listed."""


def router(views: Views) -> APIRouter:
    """Return the routes of the three pages."""
    routes = APIRouter()

    @routes.get("/sources")
    def sources(request: Request, state: str = "") -> Response:
        every = [source for source in views.sources() if source.configured]
        trouble = [source for source in every if source.trouble]
        shown = trouble if state == "trouble" else every
        return page(request, "sources.html", sources=shown, every=len(every), trouble=len(trouble), state=state)

    @routes.get("/deliveries")
    def deliveries(request: Request, state: str = "", before: int | None = Query(None, ge=0, lt=2**62)) -> Response:
        found = views.deliveries(states_named(state), views.now() - LISTED, before)
        return page(
            request,
            "deliveries.html",
            found=found,
            state=state,
            states=[one.value for one in DeliveryState],
            next_before=found[-1].delivery.id if len(found) == DELIVERIES else None,
        )

    @routes.get("/silences")
    def silences(
        request: Request,
        topic: str = "",
        story: int | None = Query(None, ge=0, lt=2**62),
        span: str = "1d",
        reason: str = "",
    ) -> Response:
        active, ended, stories = views.silences()
        preview = views.would_mute(topic, story) if topic or story is not None else None
        return page(
            request,
            "silences.html",
            active=active,
            ended=ended,
            stories=stories,
            preview=preview,
            form={"topic": topic, "story": story, "span": span, "reason": reason[:200]},
            topics=views.catalog().topics,
        )

    return routes


def states_named(state: str) -> tuple[DeliveryState, ...]:
    """Return the states that a filter names, all for an empty one; raises HTTPException for an unknown one."""
    if not state:
        return ()
    try:
        return (DeliveryState(state),)
    except ValueError:
        raise HTTPException(422, f"state: one of {', '.join(DeliveryState)}") from None
