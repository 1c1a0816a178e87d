"""Feeds out: the stories that alerted, as Atom (RFC 4287) and JSON Feed 1.1, with validators for cheap polling."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import JSONResponse, Response

from monitor.app.tools.views import Views
from monitor.domain.status.story_view import StoryCard, StoryFilter
from monitor.domain.strings.visible import visible

ENTRIES = 50
LISTED = timedelta(days=30)
EMPTY_SINCE = datetime(1970, 1, 1, tzinfo=UTC)
ATOM = "application/atom+xml; charset=utf-8"
JSON_FEED = "application/feed+json; charset=utf-8"


def router(views: Views, public_url: str | None) -> APIRouter:
    """Return the routes of all feeds out."""
    routes = APIRouter()

    def answer(request: Request, key: str, kind: str) -> Response:
        topic = views.catalog().topic(key) if key else None
        if key and topic is None:
            raise HTTPException(404, "There is no topic of that key.")
        found = views.stories(StoryFilter(topic=key, since=views.now() - LISTED), ENTRIES).cards
        base = (public_url or str(request.base_url)).rstrip("/")
        changed = max((card.changed_at for card in found), default=EMPTY_SINCE)
        title = f"Wirewatch: {topic.title}" if topic else "Wirewatch: all alerts"
        draw = atom if kind == "atom" else json_feed
        content = draw(base, request.url.path, title, found, changed)
        media = ATOM if kind == "atom" else JSON_FEED
        return validated(request, content, media, changed)

    @routes.api_route("/feed.atom", methods=["GET", "HEAD"])
    def everything(request: Request) -> Response:
        return answer(request, "", "atom")

    @routes.api_route("/feed.json", methods=["GET", "HEAD"])
    def everything_as_json(request: Request) -> Response:
        return answer(request, "", "json")

    @routes.api_route("/topics/{key}/feed.atom", methods=["GET", "HEAD"])
    def of_topic(request: Request, key: str) -> Response:
        return answer(request, key, "atom")

    @routes.api_route("/topics/{key}/feed.json", methods=["GET", "HEAD"])
    def of_topic_as_json(request: Request, key: str) -> Response:
        return answer(request, key, "json")

    return routes


def validated(request: Request, content: bytes, media: str, changed: datetime) -> Response:
    """Return the content with ETag and Last-Modified, or 304 when the reader has it (RFC 9110, 13.2.2)."""
    etag = f'"{sha256(content).hexdigest()[:24]}"'
    headers = {
        "etag": etag,
        "last-modified": format_datetime(changed.astimezone(UTC).replace(microsecond=0), usegmt=True),
        "cache-control": "no-cache",
        "content-type": media,
    }
    known = request.headers.get("if-none-match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        unchanged = etag in tags or "*" in tags
    else:
        unchanged = _not_since(request.headers.get("if-modified-since"), changed)
    if unchanged:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers)


def _not_since(given: str | None, changed: datetime) -> bool:
    try:
        since = parsedate_to_datetime(given or "")
    except ValueError:
        return False
    return since.tzinfo is not None and changed.replace(microsecond=0) <= since


def atom(base: str, path: str, title: str, cards: Sequence[StoryCard], changed: datetime) -> bytes:
    """Return an Atom document; an entry keeps its id for good and changes `updated` with each development."""
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    SubElement(feed, "id").text = base + path
    SubElement(feed, "title").text = visible(title)
    SubElement(feed, "updated").text = changed.isoformat()
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": base + path})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}/"})
    SubElement(SubElement(feed, "author"), "name").text = "Wirewatch"
    for card in cards:
        entry = SubElement(feed, "entry")
        SubElement(entry, "id").text = f"{base}/stories/{card.id}"
        SubElement(entry, "title").text = visible(card.title)
        SubElement(entry, "updated").text = card.changed_at.isoformat()
        SubElement(entry, "published").text = min(alert.raised_at for alert in card.alerts).isoformat()
        SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}/stories/{card.id}"})
        for topic in card.topics:
            SubElement(entry, "category", {"term": topic})
        SubElement(entry, "category", {"term": card.severity.word, "scheme": "urn:wirewatch:severity"})
        SubElement(entry, "summary").text = visible(summary(card))
    document: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return document


def json_feed(base: str, path: str, title: str, cards: Sequence[StoryCard], changed: datetime) -> bytes:
    """Return a JSON Feed 1.1 document (https://www.jsonfeed.org/version/1.1/)."""
    items = [
        {
            "id": f"{base}/stories/{card.id}",
            "url": f"{base}/stories/{card.id}",
            **({"external_url": card.first_url} if card.first_url else {}),
            "title": visible(card.title),
            "content_text": visible(summary(card)),
            "date_published": min(alert.raised_at for alert in card.alerts).isoformat(),
            "date_modified": card.changed_at.isoformat(),
            "tags": [*card.topics, card.severity.word],
            **({"language": card.language} if card.language else {}),
        }
        for card in cards
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": visible(title),
        "home_page_url": f"{base}/",
        "feed_url": base + path,
        "items": items,
    }
    return bytes(JSONResponse(document).body)


def summary(card: StoryCard) -> str:
    """Return who reported first, how many are independent, and the last development."""
    first = f"{card.first_outlet}, {card.independent} independent of {card.outlets} outlets."
    latest = f" {card.latest_outlet}: {card.latest_title}" if card.latest_title else ""
    return f"{first}{latest}" + (f" {card.news}" if card.news else "")
