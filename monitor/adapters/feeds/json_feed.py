"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), leniently."""

import json
from typing import Any

from monitor.adapters.feeds.dates import from_text
from monitor.adapters.feeds.entries import RawEntry, RawFeed
from monitor.adapters.text.html_to_text import storable


def read_json(text: str) -> RawFeed | None:
    """The feed, or None when the text is not a JSON Feed."""
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return None
    return RawFeed(
        title=_text(document.get("title")),
        language=_text(document.get("language")),
        entries=[_entry(item) for item in document["items"] if isinstance(item, dict)],
    )


def _entry(item: dict[str, Any]) -> RawEntry:
    return RawEntry(
        guid=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=_text(item.get("title")),
        summary=_text(item.get("summary")),
        content=_text(item.get("content_html")) or _text(item.get("content_text")),
        published=from_text(_text(item.get("date_published")) or _text(item.get("date_modified"))),
        author=_author(item),
        tags=[_text(tag) for tag in item.get("tags") or () if isinstance(tag, str)] if _is_list(item, "tags") else [],
        language=_text(item.get("language")),
    )


def _is_list(item: dict[str, Any], name: str) -> bool:
    return isinstance(item.get(name), list)


def _author(item: dict[str, Any]) -> str:
    authors = item["authors"] if _is_list(item, "authors") else [item.get("author")]
    return ", ".join(filter(None, (_text(author.get("name")) for author in authors if isinstance(author, dict))))


def _text(value: object) -> str:
    # ids are strings by the book and numbers in the wild
    return storable(value) if isinstance(value, str) else str(value) if type(value) in (int, float) else ""
