"""The reference way through a feed: feedparser, which reads nearly anything, slowly."""

import io
from datetime import datetime
from typing import Any

import feedparser

from monitor.adapters.feeds.dates import from_struct, from_text
from monitor.adapters.feeds.entries import RawEntry, RawFeed

_HEADERS = {"content-type": "application/xml; charset=utf-8"}
RAISED = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    OSError,
    feedparser.ThingsNobodyCaresAboutButMe,
)
"""What feedparser has been seen to raise on crafted or damaged documents; UnicodeError is a ValueError."""


def read_reference(text: str) -> RawFeed | None:
    """The feed as feedparser reads it, or None when it raises or sees no feed at all.

    It gets bytes in a BytesIO, never a string: a string that is a path or an address would be opened.
    """
    try:
        found = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers=_HEADERS,
        )
    except RAISED:
        return None
    if not found.get("version") and not found.entries:
        return None
    feed = found.get("feed", {})
    return RawFeed(
        title=_text(feed.get("title")),
        language=_text(feed.get("language")),
        entries=[_entry(item) for item in found.entries],
        sound=not found.get("bozo"),
    )


def _entry(item: Any) -> RawEntry:  # noqa: ANN401  feedparser's dictionaries have no types
    detail = item.get("title_detail") or {}
    summary = _text(item.get("summary"))
    contents = [_text(content.get("value")) for content in item.get("content") or ()]
    content = max(contents, key=len, default="")
    return RawEntry(
        guid=_text(item.get("id")),
        link=_link(item),
        title=_text(item.get("title")),
        summary=summary,
        content="" if content == summary else content,
        published=_published(item),
        author=_text(item.get("author")),
        tags=[_text(tag.get("term")) or _text(tag.get("label")) for tag in item.get("tags") or ()],
        language=_text(item.get("language")) or _text(detail.get("language")),
        base=_text(detail.get("base")),
    )


def _link(item: Any) -> str:  # noqa: ANN401
    if item.get("link"):
        return _text(item.get("link"))
    links = item.get("links") or ()
    return next((_text(link.get("href")) for link in links if link.get("rel") in (None, "alternate")), "")


def _published(item: Any) -> datetime | None:  # noqa: ANN401
    for name in ("published", "created", "updated"):
        # feedparser answers "updated" with "published" for old times' sake; `in` does not
        if name in item:
            moment = from_struct(item.get(f"{name}_parsed")) or from_text(_text(item.get(name)))
            if moment:
                return moment
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
