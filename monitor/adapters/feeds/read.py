"""A feed document to entries, inside a worker: pre-clean, then the fast parser, feedparser, or item by item."""

import re
from datetime import datetime
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from monitor.adapters.feeds.clean import clean, trimmed
from monitor.adapters.feeds.entries import RawFeed, finish, language_code
from monitor.adapters.feeds.fast import read_fast
from monitor.adapters.feeds.hints import with_hints
from monitor.adapters.feeds.json_feed import read_json
from monitor.adapters.feeds.reference import read_reference
from monitor.adapters.feeds.salvage import item_starts, salvage
from monitor.adapters.text.charsets import decode_feed
from monitor.adapters.text.html_to_text import plain_line
from monitor.adapters.text.limits import cut
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.canonical_url import is_web_address
from monitor.domain.feeds.feed import ParsedFeed

_SIGNATURES = (
    (b"%PDF-", "a PDF file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
)
_ROOT = re.compile(r"(?:\s|<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*<([A-Za-z_][\w.:-]{0,60})", re.DOTALL)
_FEEDS = frozenset({"rss", "feed", "rdf:rdf"})
"""What feeds begin with that may need no cleaning."""
_DAMAGED = "the document is damaged; its items were read one by one"
_ILL_FORMED = "the document is not well-formed"
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")


def read_feed(
    body: bytes, url: str, charset: str | None, media_type: str, now: datetime, parser: str = "auto"
) -> ParsedFeed | Failure:
    """The feed in `body`. `parser` is "auto", or "feedparser" to go without the fast one. Opens nothing."""
    signature = next((name for start, name in _SIGNATURES if body.startswith(start)), None)
    if signature:
        return _not_a_feed(signature)
    given = trimmed(decode_feed(body, charset))
    fast = read_fast(given) if parser == "auto" and _root(given) in _FEEDS else None
    if fast is not None:
        return _parsed(with_hints(fast, given), "fastfeedparser", url, now)
    text = clean(given)
    if not text:
        return _not_a_feed("an empty answer")
    if text[0] in "{[":
        raw = read_json(text)
        return _parsed(raw, "json", url, now) if raw else _not_a_feed("JSON, but no JSON Feed")
    root = _root(text)
    if root == "html" or (not root and "html" in media_type):
        return _web_page(text, url)
    if root in ("opml", "urlset", "sitemapindex"):
        return _not_a_feed("an OPML list of feeds" if root == "opml" else "a sitemap")
    return _read_xml(text, url, now, fast_too=parser == "auto" and (text != given or root not in _FEEDS))


def _read_xml(text: str, url: str, now: datetime, *, fast_too: bool) -> ParsedFeed | Failure:
    fast = read_fast(text) if fast_too else None
    if fast is not None:
        return _parsed(with_hints(fast, text), "fastfeedparser", url, now)
    reference = read_reference(text)
    # HTML that quotes items has them escaped, so one more start of an item than entries means that one was swallowed
    if reference is None or len(reference.entries) < item_starts(text):
        salvaged = salvage(text)
        if salvaged is not None and (reference is None or len(salvaged.entries) > len(reference.entries)):
            title = reference.title if reference else ""
            return _parsed(with_hints(salvaged, text), "by items", url, now, doubts=(_DAMAGED,), title=title)
    if reference is None:
        return _not_a_feed("neither RSS, Atom, RDF nor JSON Feed")
    doubts = () if reference.sound else (_ILL_FORMED,)
    return _parsed(with_hints(reference, text), "feedparser", url, now, doubts=doubts)


def _parsed(
    raw: RawFeed, parser: str, url: str, now: datetime, *, doubts: tuple[str, ...] = (), title: str = ""
) -> ParsedFeed:
    return ParsedFeed(
        title=cut(plain_line((raw.title or title)[:10_000]), 300),
        language=language_code(raw.language),
        entries=finish(raw, url=url, now=now),
        ttl=raw.ttl,
        skip_hours=raw.skip_hours,
        skip_days=raw.skip_days,
        update_period=raw.update_period,
        parser=parser,
        doubts=doubts,
    )


def _root(text: str) -> str:
    found = _ROOT.match(text[:65_536])
    name = found[1].lower() if found else ""
    return "html" if name in ("head", "body", "meta", "title", "div", "p", "script", "link", "center") else name


def _not_a_feed(what: str) -> Failure:
    return Failure(reason=Reason.NOT_A_FEED, detail=what)


def _web_page(text: str, url: str) -> Failure:
    found = discover(text, url)
    return _not_a_feed("a web page" + (f"; it names the feed {found[0]}" if found else ""))


def discover(page: str, url: str) -> tuple[str, ...]:
    """The feeds a web page names in its head, absolute, the first being the page's own choice."""
    links = LexborHTMLParser(page[:500_000]).css("link[rel~=alternate][href]")
    named = [link.attributes for link in links if (link.attributes.get("type") or "").lower() in _FEED_TYPES]
    joined = [_joined(url, attributes.get("href") or "") for attributes in named]
    return tuple(dict.fromkeys(address for address in joined if address))


def _joined(url: str, href: str) -> str:
    try:
        address = urljoin(url, href.strip())
    except ValueError:
        return ""
    return address if is_web_address(address) else ""
