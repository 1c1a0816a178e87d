"""Read RSS, Atom and RDF by feedparser; choose what is the entry's own."""

import io
import re
from collections.abc import Iterator
from typing import Any

import feedparser

from monitor.adapters.feeds.entries import RawEntry, RawFeed

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
"""Raised by feedparser on crafted or damaged documents; UnicodeError is a ValueError."""

_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_ORIGINAL_LINK = "origlink"
"""The end of feedparser's names for feedburner:origLink and pheedo:origLink, whatever their prefix: the article's own
address where `link` leads through a service that counts clicks, and may be gone."""
_MEDIA_PREFIX = re.compile(r"""xmlns:([A-Za-z][\w.-]{0,30})\s*=\s*["']http://search\.yahoo\.com/mrss/?["']""")
_CAPTION = "media_wirewatch_caption"
_DATES = ("published", "created", "updated")
_FEED_HOSTS = re.compile(
    r"https?://(?:[\w-]+\.)*(?:feedburner\.com|feedproxy\.google\.com|feedblitz\.com|rss\.app)(?=[/:?#]|\Z)"
)
"""Services that host the feeds of others: an address there names no paper."""


def read_xml(text: str) -> RawFeed | None:
    """Read a feed; None when feedparser raises or sees no feed at all.

    It gets bytes in a BytesIO, never a string: a string that is a path or an address would be opened.
    """
    try:
        found = feedparser.parse(
            io.BytesIO(_without_captions(text).encode("utf-8", "replace")),
            # our own conversion to plain text needs neither, and without them parsing takes 40 % of the time
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers=_HEADERS,
        )
    except RAISED:
        return None
    version = found.get("version") or ""
    if not version and not found.entries:
        return None
    feed = found.get("feed", {})
    return RawFeed(
        title=_text(feed.get("title")),
        language=_text(feed.get("language")),
        entries=[_entry(item, atom=version.startswith("atom")) for item in found.entries],
        sound=not found.get("bozo"),
    )


def _without_captions(text: str) -> str:
    """Rename media:description, which feedparser cannot tell from the item's own.

    A caption of a picture would become the summary, and the summary the content.
    """
    for prefix in set(_MEDIA_PREFIX.findall(text)) if "search.yahoo.com/mrss" in text else ():
        for bracket in ("<", "</"):
            text = text.replace(f"{bracket}{prefix}:description", f"{bracket}{prefix}:wirewatch_caption")
    return text


def _entry(item: Any, *, atom: bool) -> RawEntry:  # noqa: ANN401  feedparser's dictionaries have no types
    detail = item.get("title_detail") or {}
    contents = sorted(
        ((_text(content.get("value")), _text(content.get("type"))) for content in item.get("content") or ()),
        key=lambda content: len(content[0]),
    )
    content, content_type = contents[-1] if contents else ("", "")
    summary, summary_type = _text(item.get("summary")), _text((item.get("summary_detail") or {}).get("type"))
    if not summary and not content:
        # a video channel describes its entries in captions alone
        summary = _text(item.get(_CAPTION))
    # only Atom declares its types; there, what feedparser calls plain looks like no HTML either
    types = {"title": _text(detail.get("type")), "summary": summary_type, "content": content_type}
    return RawEntry(
        guid=_text(item.get("id")),
        link=next(filter(None, _links(item)), ""),
        enclosure=next(
            (_text(link.get("href")) for link in item.get("links") or () if link.get("rel") == "enclosure"), ""
        ),
        title=_text(item.get("title")),
        summary=summary,
        content="" if content == summary else content,
        literal=frozenset(name for name, kind in types.items() if atom and kind == "text/plain"),
        dates=[_text(item.get(name)) for name in _DATES if name in item],
        author=_text(item.get("author")),
        tags=[_text(tag.get(name)) for tag in item.get("tags") or () for name in ("term", "label")],
        language=_text(item.get("language")) or _text(detail.get("language")),
        base=_text(detail.get("base")),
        source=_source(item.get("source") or {}),
    )


def _links(item: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield what may be the entry's address, best first."""
    yield from (_text(item.get(name)) for name in item if name.endswith(_ORIGINAL_LINK))
    # of two links feedparser takes the last; the first is the article, the second its page for phones or the like
    alternates = [link for link in item.get("links") or () if link.get("rel") in (None, "alternate")]
    for link in sorted(
        alternates, key=lambda link: link.get("type") not in (None, "text/html", "application/xhtml+xml")
    ):
        yield _text(link.get("href"))
    yield _text(item.get("link"))


def _source(source: Any) -> str:  # noqa: ANN401
    """Return address or name of the paper that an aggregator took the item from."""
    links = [_text(link.get("href")) for link in source.get("links") or () if link.get("rel") in (None, "alternate")]
    for address in (_text(source.get("href")), _text(source.get("link")), *links, _text(source.get("id"))):
        if address.startswith(("http://", "https://")) and not _FEED_HOSTS.match(address):
            return address
    return _text(source.get("title")) or _text(source.get("value"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
