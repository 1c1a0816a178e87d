"""The fast way through a feed: fastfeedparser, for the documents it reads as feedparser does."""

import re
from datetime import datetime
from typing import Any

import fastfeedparser

from monitor.adapters.feed_dates import from_text
from monitor.adapters.feed_entries import RawEntry, RawFeed

_ITEM = re.compile(r"<(?:[A-Za-z][\w.-]*:)?(?:item|entry)[\s>/]")
_DATE = re.compile(r"<(?:\w+:)?(?:pubDate|published|updated|date|issued|modified|created)[\s>]", re.IGNORECASE)
_UNLIKE = re.compile(
    r"<!DOCTYPE|<!ENTITY|xml:base\s*=|mode\s*=\s*[\"'](?:base64|escaped|xml)|<newLocation"
    r"|http://purl\.org/atom/ns#|<(?:rss:|channel:)|<entry[^>]*>\s*<source",
    re.IGNORECASE,
)
"""What fastfeedparser reads otherwise than feedparser: entities of the document's own, bases, Atom 0.3."""


def read_fast(text: str) -> RawFeed | None:
    """The feed, or None when feedparser should read it: ill-formed, unusual, or not every item was found."""
    if _UNLIKE.search(text):
        return None
    try:
        found = fastfeedparser.parse(text.encode(), include_media=False, include_enclosures=False)
    except (ValueError, TypeError, KeyError, AttributeError, LookupError, ArithmeticError, AssertionError):
        return None
    items = found.get("entries") or []
    if not items or len(items) != len(_ITEM.findall(text)):
        return None
    dated = len(_DATE.findall(text)) >= len(items)
    entries = [_entry(item, dated) for item in items]
    if any(not entry.link and not entry.title for entry in entries):
        return None
    feed = found.get("feed") or {}
    return RawFeed(title=_text(feed.get("title")), language=_text(feed.get("language")), entries=entries)


def _entry(item: dict[str, Any], dated: bool) -> RawEntry:
    contents = item.get("content") or [{}]
    summary = _text(item.get("description"))
    content = _text(contents[0].get("value"))
    return RawEntry(
        guid=_text(item.get("id")),
        link=_text(item.get("link")),
        title=_text(item.get("title")),
        summary=summary,
        content="" if content == summary else content,
        published=_published(item, dated),
        author=_text(item.get("author")),
        tags=[_text(tag.get("term")) for tag in item.get("tags") or ()],
        language=_text(contents[0].get("language")),
    )


def _published(item: dict[str, Any], dated: bool) -> datetime | None:
    # Without a date in the item fastfeedparser takes a guid such as "20240607" for one.
    return from_text(item.get("published") or item.get("updated")) if dated else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
