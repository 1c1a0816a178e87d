"""The fast way through a feed: fastfeedparser, for the documents it reads as feedparser does."""

import re
from typing import Any

import fastfeedparser
from lxml import etree

from monitor.adapters.feed_dates import from_text
from monitor.adapters.feed_entries import RawEntry, RawFeed

_ITEM = re.compile(r"<(?:item|entry)[>\s]")
_DATES = ("<pubDate", "<published", "<dc:date", "<updated", "<issued", "<modified", "<atom:published", "<atom:updated")
_UNLIKE = (
    *("<!DOCTYPE", "<!doctype", "<!ENTITY", "xml:base", "<newLocation", "<rss:", "<channel:"),
    *("http://purl.org/atom/ns#", "application/octet-stream"),
)
"""What fastfeedparser reads otherwise than feedparser: entities of the document's own, bases, Atom 0.3, base64."""


def read_fast(text: str) -> RawFeed | None:
    """The feed, or None when feedparser should read it: ill-formed, unusual, or not every item was found."""
    if any(mark in text for mark in _UNLIKE):
        return None
    body = text.encode("utf-8", "replace")
    try:
        etree.fromstring(body, _strict())
        found = fastfeedparser.parse(body, include_media=False, include_enclosures=False)
    except (ValueError, TypeError, KeyError, AttributeError, LookupError, ArithmeticError, AssertionError, SyntaxError):
        return None
    items = found.get("entries") or []
    if not items or len(items) != len(_ITEM.findall(text)) or any(map(_odd_link, items)) or _invents(items, text):
        return None
    entries = [_entry(item) for item in items]
    if any(not entry.link and not entry.title for entry in entries):
        return None
    feed = found.get("feed") or {}
    return RawFeed(title=_text(feed.get("title")), language=_text(feed.get("language")), entries=entries)


def _strict() -> etree.XMLParser:
    """Well-formed documents only: in others fastfeedparser drops characters and takes other links."""
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, collect_ids=False)


def _entry(item: dict[str, Any]) -> RawEntry:
    contents = item.get("content") or [{}]
    summary = _text(item.get("description"))
    content = _text(contents[0].get("value"))
    return RawEntry(
        guid=_text(item.get("id")),
        link=_text(item.get("link")),
        title=_text(item.get("title")),
        summary=summary,
        content="" if content == summary else content,
        published=from_text(item.get("published") or item.get("updated")),
        author=_text(item.get("author")),
        tags=[_text(tag.get("term")) for tag in item.get("tags") or ()],
        language=_text(contents[0].get("language")),
    )


def _odd_link(item: dict[str, Any]) -> bool:
    """Whether what is given as the link is an enclosure, a licence or the like."""
    return any(
        link.get("href") == item.get("link") and link.get("rel") not in (None, "alternate")
        for link in item.get("links") or ()
    )


def _invents(items: list[dict[str, Any]], text: str) -> bool:
    """Whether dates may be made up: without one in the item, a guid such as "20240607" is taken for a date."""
    if not any("published" in item for item in items):
        return False
    return all(text.count(name) < len(items) for name in _DATES) and sum(map(text.count, _DATES)) < len(items)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
