"""`/topics` and `/topics/KEY`: what is watched for, and what came of it."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from monitor.app.tools.views import Views
from monitor.domain.catalog import Catalog, Topic, Vocabulary
from monitor.domain.topics.values import Document
from monitor.ports import Matcher
from monitor.web.rendering import page


def router(views: Views) -> APIRouter:
    """Return the routes of both pages."""
    routes = APIRouter()

    @routes.get("/topics")
    def topics(request: Request) -> Response:
        catalog = views.catalog()
        counts = views.topic_counts([topic.key for topic in catalog.topics])
        return page(request, "topics.html", watchlists=catalog.watchlists, counts=counts)

    @routes.get("/topics/{key}")
    def topic(request: Request, key: str) -> Response:
        catalog = views.catalog()
        found = catalog.topic(key)
        if found is None:
            raise HTTPException(404, "There is no topic of that key.")
        return page(
            request,
            "topic.html",
            topic=found,
            view=views.topic(key),
            vocabularies=vocabularies(catalog, found),
            examples=tried(views.matcher(), found),
            silences=[one for one in views.silences()[0] if one.topic in (None, key) and one.story_id is None],
        )

    return routes


def vocabularies(catalog: Catalog, topic: Topic) -> list[Vocabulary]:
    """Return the vocabularies that a topic's query names."""
    own = next(one for one in catalog.watchlists if topic in one.topics)
    return [one for one in own.vocabularies if f"${one.name}" in topic.query]


def tried(matcher: Matcher, topic: Topic) -> list[tuple[bool, str, bool]]:
    """Return each example as (it must match, its beginning, whether it does what it must)."""
    found = []
    for wanted, examples in ((True, topic.must_match), (False, topic.must_not_match)):
        for example in examples:
            given = Document(title=example.title, text=example.text, language=example.language)
            matched = bool(matcher.match(given, only=topic.key).matches)
            found.append((wanted, (example.title or example.text)[:200], matched is wanted))
    return found
