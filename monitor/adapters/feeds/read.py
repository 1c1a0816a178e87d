"""Read a feed document into entries: clean it, feedparser, else item by item."""

from datetime import datetime
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from monitor.adapters.feeds.clean import clean, root_name, trimmed
from monitor.adapters.feeds.entries import RawFeed, finish, language_code
from monitor.adapters.feeds.hints import with_hints
from monitor.adapters.feeds.json_feed import read_json
from monitor.adapters.feeds.salvage import item_starts, salvage
from monitor.adapters.feeds.xml_feed import read_xml
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
_HTML_ROOTS = frozenset({"html", "head", "body", "meta", "title", "div", "p", "script", "link", "center"})
_DAMAGED = "the document is damaged; its items were read one by one"
_ILL_FORMED = "the document is not well-formed"
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")


def read_feed(body: bytes, url: str, charset: str | None, media_type: str, now: datetime) -> ParsedFeed | Failure:
    """Read the feed in `body`, opening nothing; `url` makes links absolute."""
    signature = next((name for start, name in _SIGNATURES if body.startswith(start)), None)
    if signature:
        return _not_a_feed(signature)
    text = clean(trimmed(decode_feed(body, charset)))
    if not text:
        return _not_a_feed("an empty answer")
    if text[0] in "{[":
        raw = read_json(text)
        return _parsed(raw, "json", url, now) if raw else _not_a_feed("JSON, but no JSON Feed")
    root = root_name(text)
    if root in _HTML_ROOTS or (not root and "html" in media_type):
        named = discover(text, url)
        return _not_a_feed("a web page" + (f"; it names the feed {named[0]}" if named else ""))
    if root in ("opml", "urlset", "sitemapindex"):
        return _not_a_feed("an OPML list of feeds" if root == "opml" else "a sitemap: give it `kind: sitemap`")
    return _read_markup(text, url, now)


def _read_markup(text: str, url: str, now: datetime) -> ParsedFeed | Failure:
    found = read_xml(text)
    # one more start of an item than entries means that an open CDATA section or the like swallowed one
    if found is None or len(found.entries) < item_starts(text):
        salvaged = salvage(text)
        if salvaged is not None and (found is None or len(salvaged.entries) > len(found.entries)):
            title = found.title if found else ""
            return _parsed(with_hints(salvaged, text), "by items", url, now, doubts=(_DAMAGED,), title=title)
    if found is None:
        return _not_a_feed("neither RSS, Atom, RDF nor JSON Feed")
    doubts = () if found.sound else (_ILL_FORMED,)
    return _parsed(with_hints(found, text), "feedparser", url, now, doubts=doubts)


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


def _not_a_feed(what: str) -> Failure:
    return Failure(reason=Reason.NOT_A_FEED, detail=what)


def discover(page: str, url: str) -> tuple[str, ...]:
    """Return the feeds a web page names in its head, its own choice first."""
    links = LexborHTMLParser(page[:500_000]).css("link[rel~=alternate][href]")
    named = [link.attributes for link in links if (link.attributes.get("type") or "").lower() in _FEED_TYPES]
    found: dict[str, None] = {}
    for attributes in named:
        try:
            address = urljoin(url, (attributes.get("href") or "").strip())
        except ValueError:
            continue
        if is_web_address(address):
            found[address] = None
    return tuple(found)
