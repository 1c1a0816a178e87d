"""`/articles/ID` and `/why`: one article, its marked text, and why it did or did not alert."""

from collections.abc import Collection

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from monitor.app.tools.views import Views
from monitor.domain.catalog import Catalog
from monitor.domain.status.article_history import ArticleHistory
from monitor.domain.topics.values import Field, Hit
from monitor.steps.triage import body
from monitor.web.marks import colours_of, marked, paragraphs
from monitor.web.rendering import page

ASKED_LIMIT = 2_000
"""Characters of an address or of words of a title that are looked for."""


def router(views: Views) -> APIRouter:
    """Return the routes of both pages."""
    routes = APIRouter()

    @routes.get("/articles/{article_id}")
    def article(request: Request, article_id: int, topic: str = "") -> Response:
        history = views.article(article_id) if 0 < article_id < 2**62 else None
        if history is None:
            raise HTTPException(404, "There is no article of that number; it may have been deleted after its time.")
        return page(request, "article.html", history=history, topic=topic, shown=_text(history, topic, views.catalog()))

    @routes.get("/why")
    async def why(request: Request, url: str = "") -> Response:
        asked = url.strip()[:ASKED_LIMIT]
        explanation = await views.explain(asked) if asked else None
        return page(request, "why.html", asked=asked, explanation=explanation)

    return routes


def _text(history: ArticleHistory, topic: str, catalog: Catalog) -> dict[str, object]:
    """Return the title and text in marked pieces; the hits are of one topic, of all matched ones by default."""
    found = history.matches
    hits: list[Hit] = [hit for match in found.matches if topic in ("", match.topic) for hit in match.hits]
    hits += [hit for near in found.near if topic == near.topic for hit in near.hits]
    topics = {match.topic for match in found.matches} | {topic}
    colours, legend = colours_of(hits, _clauses(catalog, topics))
    article = history.article
    text = body(article)
    return {
        "title_pieces": list(marked(article.title, Field.TITLE, hits, colours)),
        "paragraphs": list(paragraphs(marked(text, Field.TEXT, hits, colours))),
        "legend": legend,
        "example": _example(article.title, text),
    }


def _clauses(catalog: Catalog, topics: Collection[str]) -> dict[str, str]:
    """Return the vocabulary of each term that the topics' watchlists define, as queries write it."""
    return {
        term: f"${vocabulary.name}"
        for watchlist in catalog.watchlists
        if any(topic.key in topics for topic in watchlist.topics)
        for vocabulary in reversed(watchlist.vocabularies)
        for terms in vocabulary.terms.values()
        for term in terms
    }


def _example(title: str, text: str) -> str:
    """Return the YAML of a must_match example, to be pasted into a topic."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    quoted = "'" + title.replace("'", "''") + "'"
    return "\n".join([f"- title: {quoted}", "  text: |-", *(f"    {line}" for line in lines)])
