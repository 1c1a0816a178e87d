"""Read sitemaps and sitemap indexes, Google News sitemaps above all.

https://www.sitemaps.org/protocol.html and https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

import io
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from lxml import etree

from monitor.adapters.feeds.address_dates import date_in
from monitor.adapters.feeds.clean import clean, root_name, trimmed
from monitor.adapters.feeds.dates import from_text as date_from_text
from monitor.adapters.feeds.dates import within_reason
from monitor.adapters.feeds.entries import ENTRIES, RawEntry, RawFeed, absolute, finish
from monitor.adapters.text.charsets import decode_feed
from monitor.adapters.text.html_to_text import one_line, storable
from monitor.adapters.text.limits import cut
from monitor.adapters.text.outlets import outlets
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import ParsedFeed

UNPACKED = 52_428_800
ADDRESSES = 50_000
"""Bytes and addresses of one sitemap, by the protocol; an index has as many parts at most."""
RECENT = timedelta(days=7)
"""Age of an entry against the newest one: a news sitemap holds two days, and a source may be down for a weekend."""
PARTS = 10
"""Parts of an index that are handed on, of which few are requested."""

_GZIP = b"\x1f\x8b"
_FIELDS = {"publication_date", "title", "language", "keywords", "name", "lastmod", "loc"}


@dataclass(slots=True)
class _Document:
    """The addresses of a document with their fields by local name, and the names of its root."""

    root: str = ""
    items: list[dict[str, str]] = field(default_factory=list)
    damaged: bool = False
    cut: bool = False


def read_sitemap(body: bytes, url: str, charset: str | None, now: datetime) -> ParsedFeed | Failure:
    """Read the sitemap in `body`, opening nothing; an index gives the parts to request."""
    unpacked = _unpacked(body) if body.startswith(_GZIP) else body
    if isinstance(unpacked, Failure):
        return unpacked
    text = clean(trimmed(decode_feed(unpacked, charset)))
    root = root_name(text).rpartition(":")[2]
    if root not in ("urlset", "sitemapindex"):
        return Failure(reason=Reason.NOT_A_FEED, detail=_named(root, text))
    document = _read(text.encode("utf-8", "replace"))
    if root == "sitemapindex":
        return _index(document, url, now)
    return _news(document, url, now)


def _unpacked(body: bytes) -> bytes | Failure:
    inflater = zlib.decompressobj(31)
    try:
        unpacked = inflater.decompress(body, UNPACKED)
    except zlib.error:
        return Failure(reason=Reason.BROKEN_REPLY, detail="cannot be unpacked")
    if inflater.unconsumed_tail:
        return Failure(reason=Reason.TOO_LARGE, detail=f"over {UNPACKED:,} bytes unpacked")
    return unpacked if inflater.eof else Failure(reason=Reason.TRUNCATED, detail="the packed body ends early")


def _named(root: str, text: str) -> str:
    if root in ("rss", "feed", "rdf", "channel"):
        return "a feed, not a sitemap: leave `kind: sitemap` out"
    if root in ("html", "head", "body") or "<html" in text[:2_000].lower():
        return "a web page, not a sitemap"
    return "not a sitemap" if text else "an empty answer"


def _read(document: bytes) -> _Document:
    """Collect the fields of each address; what stands before a damage is kept."""
    found = _Document()
    current: dict[str, str] = {}
    parser = etree.iterparse(
        io.BytesIO(document),
        events=("end",),
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in parser:
            space, _, name = element.tag.lower().replace("}", ":").rpartition(":")
            if name in ("url", "sitemap"):
                if len(found.items) >= ADDRESSES:
                    found.cut = True
                    break
                found.items.append(current)
                current = {}
                _forget(element)
            elif name in _FIELDS and element.text and "image" not in space and "video" not in space:
                current.setdefault(name, element.text.strip())
    except etree.XMLSyntaxError:
        found.damaged = True
    found.damaged = found.damaged or bool(parser.error_log)
    if found.damaged and not document.rstrip().endswith((b"urlset>", b"sitemapindex>")):
        del found.items[-1:]  # half an address is the address of another page
    return found


def _forget(element: etree._Element) -> None:
    """Free an element that was read, and those before it: a document of 50 MB does not become a tree."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _index(document: _Document, url: str, now: datetime) -> ParsedFeed | Failure:
    parts = [(address, _moment(item.get("lastmod"), now)) for item, address in _own_addresses(document, url)]
    newest = max((date for _, date in parts if date is not None), default=None)
    recent = [(address, date) for address, date in parts if date is None or newest is None or newest - date <= RECENT]
    if not recent:
        return Failure(reason=Reason.NO_ENTRIES, detail="a sitemap index that names no sitemap of its own site")
    oldest = datetime.min.replace(tzinfo=now.tzinfo)
    # sorting is stable: of parts that say nothing the first are the newest, by habit
    recent.sort(key=lambda part: ("news" not in part[0].lower(), -((part[1] or oldest) - oldest).total_seconds()))
    chosen = tuple(dict.fromkeys(address for address, _ in recent))
    doubts = (f"an index of {len(chosen)} sitemaps, of which the first {PARTS} count",) if len(chosen) > PARTS else ()
    return ParsedFeed(parser="sitemap index", parts=chosen[:PARTS], doubts=doubts)


def _news(document: _Document, url: str, now: datetime) -> ParsedFeed | Failure:
    own = list(_own_addresses(document, url))
    if document.items and not own:
        hosts = Counter(urlsplit(item.get("loc", "")).hostname or "no host" for item in document.items)
        detail = f"all {len(document.items):,} addresses are of other sites, such as {hosts.most_common(1)[0][0]}"
        return Failure(reason=Reason.NO_ENTRIES, detail=detail)
    dated = [(item, address, _date(item, address, now)) for item, address in own]
    newest = max((date for _, _, date in dated if date is not None), default=now)
    kept = [entry for entry in dated if entry[2] is None or newest - entry[2] <= RECENT]
    # the newest first, undated ones last: a cap must not cut off news
    kept.sort(key=lambda entry: (entry[2] is None, -(entry[2] or now).timestamp()))
    raw = RawFeed(entries=[_entry(item, address) for item, address, _ in kept[:ENTRIES]])
    names = Counter(item["name"] for item, _, _ in kept if item.get("name"))
    return ParsedFeed(
        title=cut(one_line(storable(names.most_common(1)[0][0][:1_000])), 300) if names else "",
        entries=finish(raw, url=url, now=now),
        parser="sitemap",
        doubts=tuple(_doubts(document, own, dated, kept)),
    )


def _doubts(
    document: _Document,
    own: list[tuple[dict[str, str], str]],
    dated: list[tuple[dict[str, str], str, datetime | None]],
    kept: list[tuple[dict[str, str], str, datetime | None]],
) -> Iterator[str]:
    if document.damaged:
        yield "the document is damaged; what could be read of it counts"
    if document.cut:
        yield f"more than {ADDRESSES:,} addresses; the first of them count"
    if foreign := len(document.items) - len(own):
        yield f"{foreign:,} addresses of other sites are left out"
    if old := len(dated) - len(kept):
        yield f"{old:,} addresses older than {RECENT.days} days are left out"
    if len(kept) > ENTRIES:
        yield f"{len(kept):,} addresses; the newest {ENTRIES:,} count"
    if kept and not any(item.get("publication_date") for item, _, _ in kept):
        yield "no dates of publication: an old page that is edited counts as new"


def _entry(item: dict[str, str], address: str) -> RawEntry:
    return RawEntry(
        link=address,
        title=item.get("title", ""),
        literal=frozenset({"title"}),
        dates=[item[name] for name in ("publication_date", "lastmod") if item.get(name)],
        tags=[word.strip() for word in item.get("keywords", "").split(",")],
        language=item.get("language", ""),
    )


def _own_addresses(document: _Document, url: str) -> Iterator[tuple[dict[str, str], str]]:
    """Yield the items whose address a sitemap at `url` may speak for: those of its own site."""
    name = outlets().outlet
    site, host = name(url), _host(url)
    for item in document.items:
        address = absolute(item.get("loc", ""), url)
        if address is None:
            continue
        other = _host(address)
        if not host or name(address) == site or f".{other}".endswith(f".{host}") or host.endswith(f".{other}"):
            yield item, address


def _host(url: str) -> str:
    """Return the host of an address without "www.", "" for a file."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _date(item: dict[str, str], address: str, now: datetime) -> datetime | None:
    """Return when an address was published; its own date counts before the time of its last change."""
    return _moment(item.get("publication_date"), now) or date_in(address, now) or _moment(item.get("lastmod"), now)


def _moment(text: str | None, now: datetime) -> datetime | None:
    return within_reason(date_from_text(text), now) if text else None
