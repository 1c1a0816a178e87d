"""Find the feeds that a page offers in its head.

https://html.spec.whatwg.org/multipage/links.html#rel-alternate
"""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")

USUAL_PLACES = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
"""Where feeds are by habit, for sites that offer none."""


USUAL_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml")
"""Where news sitemaps are by habit, for sites whose robots.txt names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Name a feed by its full address and its title on the page."""

    url: str
    title: str = ""


def feeds_offered(body: bytes, url: str, charset: str | None = None) -> tuple[Offered, ...]:
    """Return the feeds that the page at `url` offers, in order, each once."""
    try:
        parser = HTMLParser(encoding=charset)
    except LookupError:
        parser = HTMLParser()  # libxml2 does not know the charset: it looks into the page
    try:
        tree = document_fromstring(body, parser=parser)
    except (etree.LxmlError, ValueError):
        return ()
    base = urljoin(url, next(iter(tree.xpath("//base/@href")), ""))
    found: dict[str, Offered] = {}
    for link in tree.iter("link"):
        kind = (link.get("type") or "").split(";")[0].strip().lower()
        if kind in _TYPES and "alternate" in (link.get("rel") or "").lower().split() and link.get("href"):
            address = urljoin(base, link.get("href").strip())
            if urlsplit(address).scheme in ("http", "https"):
                found.setdefault(address, Offered(url=address, title=" ".join((link.get("title") or "").split())))
    return tuple(found.values())


def sitemaps_named(robots: bytes, url: str) -> tuple[str, ...]:
    """Return the sitemaps that a robots.txt names, those of news first (RFC 9309, 2.2.4)."""
    lines = (line.partition("#")[0].partition(":") for line in robots.decode("utf-8", "replace").splitlines())
    named = (urljoin(url, value.strip()) for field, _, value in lines if field.strip().lower() == "sitemap")
    found = dict.fromkeys(address for address in named if urlsplit(address).scheme in ("http", "https"))
    return tuple(sorted(found, key=lambda address: "news" not in urlsplit(address).path.lower()))
