"""Read JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), leniently."""

import json
import re
from typing import Any

from monitor.adapters.feeds.entries import RawEntry, RawFeed
from monitor.adapters.text.html_to_text import storable

_LOOKS_LIKE_HTML = re.compile(r"</[A-Za-z]|<(?:br|p|img)\b|&#?\w{1,8};")
"""Found where a title or summary, plain text by the book, is markup after all."""


def read_json(text: str) -> RawFeed | None:
    """Read a feed; None when the text is not a JSON Feed."""
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
    html, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    title, summary = _text(item.get("title")), _text(item.get("summary"))
    texts = {"title": title, "summary": summary}
    literal = {name for name, text in texts.items() if not _LOOKS_LIKE_HTML.search(text)}
    attachments = [found for found in _list(item, "attachments") if isinstance(found, dict)]
    return RawEntry(
        guid=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        enclosure=_text(attachments[0].get("url")) if attachments else "",
        title=title,
        summary=summary,
        content=html or plain,
        literal=frozenset(literal if html else {*literal, "content"}),
        dates=[_text(item.get("date_published")), _text(item.get("date_modified"))],
        author=_author(item),
        tags=[tag for tag in _list(item, "tags") if isinstance(tag, str)],
        language=_text(item.get("language")),
    )


def _list(item: dict[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    return value if isinstance(value, list) else []


def _author(item: dict[str, Any]) -> str:
    authors = _list(item, "authors") or [item.get("author")]
    return ", ".join(filter(None, (_text(author.get("name")) for author in authors if isinstance(author, dict))))


def _text(value: object) -> str:
    # ids are strings by the book and numbers in the wild
    return storable(value) if isinstance(value, str) else str(value) if type(value) in (int, float) else ""
