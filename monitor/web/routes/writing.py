"""Log-in, and every form that writes. Only a known person whose form carries this server's token gets through."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from monitor.app.tools.actions import OFFERED, Actions
from monitor.app.tools.views import Views
from monitor.web.access import COOKIE, Access, Person, local_path
from monitor.web.rendering import page

SPANS = {
    "1h": timedelta(hours=1),
    "8h": timedelta(hours=8),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}


def log_in_router(access: Access) -> APIRouter:
    """Return the routes of logging in and out."""
    routes = APIRouter()

    @routes.get("/login")
    async def form(request: Request, next: str = "/") -> Response:  # noqa: A002 - the query's own word
        return page(request, "login.html", status=200, next=local_path(next), refused="", name="")

    @routes.post("/login")
    async def log_in(request: Request) -> Response:
        fields = await request.form()
        name, password = str(fields.get("name", "")).strip(), str(fields.get("password", ""))
        back, peer = local_path(str(fields.get("next", "/"))), request.client.host if request.client else ""
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            raise HTTPException(403, "This log-in came from another site.")
        if (wait := access.wait(peer)) > 0:
            refused = f"Too many wrong passwords; try again in {wait / 60:.0f} minutes."
            answer = page(request, "login.html", status=429, next=back, refused=refused, name=name)
            answer.headers["retry-after"] = str(int(wait) + 1)
            return answer
        if not name or not access.check_password(password, peer):
            refused = "Say who you are." if not name else "That is not the password."
            return page(request, "login.html", status=403, next=back, refused=refused, name=name)
        response = RedirectResponse(back, status_code=303)
        access.log_in(request, response, name)
        return response

    @routes.post("/logout")
    async def log_out(request: Request, _: None = Depends(known_writer(access))) -> Response:
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(COOKIE)
        return response

    return routes


def router(views: Views, actions: Actions, access: Access) -> APIRouter:
    """Return the routes of the forms on pages."""
    routes = APIRouter(dependencies=[Depends(known_writer(access))])

    @routes.post("/stories/{story_id}/join")
    async def join(request: Request, story_id: int) -> Response:
        other = number_in(str((await request.form()).get("other", "")), "Name the other story by its number.")
        stays, said = await actions.join(story_id, other, person_of(request).name)
        return answered(f"/stories/{stays}", said, access)

    @routes.post("/stories/{story_id}/split")
    async def split(request: Request, story_id: int) -> Response:
        article = number_in(str((await request.form()).get("article", "")), "Name the report by its number.")
        new, said = await actions.split(story_id, article, person_of(request).name)
        return answered(f"/stories/{new}", said, access)

    @routes.post("/stories/{story_id}/{action}")
    async def press(request: Request, story_id: int, action: str) -> Response:
        if action not in OFFERED:
            raise HTTPException(404, "There is no such button.")
        view = await run_in_threadpool(views.story, story_id)
        if view is None:
            raise HTTPException(404, "There is no story of that number.")
        topic = str((await request.form()).get("topic", ""))
        alerts = [alert.id for alert in view.card.alerts if topic in ("", alert.topic)]
        # A story is muted once; the other buttons are pressed on each of its alerts.
        chosen = alerts[:1] if action in ("mute", "unmute") else alerts
        said = await actions.press(action, chosen, person_of(request).name)
        return answered(f"/stories/{story_id}", said, access)

    @routes.post("/silences")
    async def mute(request: Request) -> Response:
        fields = await request.form()
        topic, named = str(fields.get("topic", "")), str(fields.get("story", "")).strip()
        story = number_in(named, "A story is named by its number.") if named else None
        if not topic and story is None:
            raise HTTPException(422, "Name a topic or a story to mute.")
        if topic and views.catalog().topic(topic) is None:
            raise HTTPException(422, "There is no topic of that key.")
        said = await actions.mute(
            topic or None,
            story,
            SPANS.get(str(fields.get("span")), SPANS["1d"]),
            str(fields.get("reason", ""))[:200].strip(),
            person_of(request).name,
        )
        return answered("/silences", said, access)

    @routes.post("/silences/{silence_id}/end")
    async def end(request: Request, silence_id: int) -> Response:
        return answered("/silences", await actions.end_silence(silence_id, person_of(request).name), access)

    @routes.post("/deliveries/{delivery_id}/requeue")
    async def requeue(request: Request, delivery_id: int) -> Response:
        return answered("/deliveries", await actions.requeue(delivery_id, person_of(request).name), access)

    @routes.post("/deliveries/{delivery_id}/release")
    async def release(request: Request, delivery_id: int) -> Response:
        return answered("/deliveries", await actions.release(delivery_id, person_of(request).name), access)

    return routes


def number_in(text: str, wanted: str) -> int:
    """Return the id that a field holds; raises HTTPException with what is wanted."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise HTTPException(422, wanted)
    return int(text)


def known_writer(access: Access) -> Callable[[Request], Awaitable[None]]:
    """Return a dependency that lets only genuine forms of people who may write through."""

    async def check(request: Request) -> None:
        person = person_of(request)
        if not person.may_write:
            raise HTTPException(403, "Log in to change anything.")
        token = (await request.form()).get("token", "")
        if not access.genuine(request, person, str(token)):
            raise HTTPException(403, "This form is too old, or came from another site. Go back, reload, and try again.")

    return check


def person_of(request: Request) -> Person:
    """Return who sent the request, as the frame found out."""
    person = request.state.person
    assert isinstance(person, Person)
    return person


def answered(path: str, said: str, access: Access) -> Response:
    """Lead back to a page that shows what was done."""
    return RedirectResponse(f"{path}?{urlencode({'said': access.sign(said)})}", status_code=303)
