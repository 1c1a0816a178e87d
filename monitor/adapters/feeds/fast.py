"""The fast way through a feed: fastfeedparser, for the documents it reads as feedparser does."""

import re
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

import fastfeedparser

from monitor.adapters.feeds.dates import from_text
from monitor.adapters.feeds.entries import RawEntry, RawFeed

_MARKS = re.compile(rb"<(?:(item|entry)[>\s]|!DOCTYPE|!doctype|!ENTITY|newLocation|rss:|channel:)")
"""Items; and what fastfeedparser reads otherwise than feedparser, as it does Atom 0.3."""
_ATOM_03 = b"http://purl.org/atom/ns#"
_DATES = (
    *(b"<pubDate", b"<published", b"<dc:date", b"<updated"),
    *(b"<issued", b"<modified", b"<atom:published", b"<atom:updated"),
)
_RELATIVE = re.compile(
    r"""<link\b[^<>]*?\shref\s*=\s*["'](?!https?://)|<(?:link|id|guid)\b[^<>]*(?<!/)>\s*(?!<!\[CDATA\[https?://|[a-z]+:)"""
)
"""Addresses that a base applies to, of which fastfeedparser knows nothing."""
_RAISED = (
    *(ExpatError, ValueError, TypeError, KeyError, AttributeError, LookupError),
    *(ArithmeticError, AssertionError, SyntaxError),
)
"""Expat's word for what is not well-formed, where fastfeedparser drops characters and takes other links; and what
fastfeedparser has been seen to raise."""
_NONCHARACTER = re.compile(rb"\xef\xb7[\x90-\xaf]")
_PACKED = re.compile(rb"<(?:\w+:)?(?:content|summary|title|description)\b[^<>]*application/octet-stream")


def read_fast(text: str) -> RawFeed | None:
    """The feed, or None when feedparser should read it: ill-formed, unusual, or not every item was found; or characters
    are in it that XML allows and we do not.
    """
    try:
        body = text.encode()
    except UnicodeEncodeError:
        return None
    if b"\x7f" in body or (b"\xef" in body and _NONCHARACTER.search(body)):
        return None
    starts = _MARKS.findall(body)
    if b"" in starts or _ATOM_03 in body or _is_relative(body, text) or _is_packed(body):
        return None
    try:
        ParserCreate(namespace_separator=" ").Parse(body, True)
        found = fastfeedparser.parse(body, include_media=False, include_enclosures=False)
    except _RAISED:
        return None
    items = found.get("entries") or []
    if not items or len(items) != len(starts) or any(map(_odd_link, items)) or _invents(items, body):
        return None
    entries = [_entry(item) for item in items]
    if any(not entry.link and not entry.title for entry in entries):
        return None
    feed = found.get("feed") or {}
    return RawFeed(title=_text(feed.get("title")), language=_text(feed.get("language")), entries=entries)


def _is_relative(body: bytes, text: str) -> bool:
    return b"xml:base" in body and bool(_RELATIVE.search(text))


def _is_packed(body: bytes) -> bool:
    return b"application/octet-stream" in body and bool(_PACKED.search(body))


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


def _invents(items: list[dict[str, Any]], body: bytes) -> bool:
    """Whether dates may be made up: without one in the item, a guid such as "20240607" is taken for a date."""
    dated = sum("published" in item for item in items)
    first = _MARKS.search(body)
    start = first.start() if first else 0
    if any(body.count(name, start) >= dated for name in _DATES):
        return False
    return sum(body.count(name, start) for name in _DATES) < len(items)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
