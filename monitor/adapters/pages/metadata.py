"""Read what a page says of itself in its head and its JSON-LD."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml.html import HtmlElement

from monitor.adapters.feeds.dates import from_text, within_reason
from monitor.adapters.pages.json_ld import article_in, updates_of
from monitor.adapters.text.html_to_text import one_line, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Hold what the page claims.

    `body` is JSON-LD's articleBody, plain, `updates` those of a live page; `free` False when there is a paywall.
    """

    title: str = ""
    published: datetime | None = None
    author: str = ""
    body: str = ""
    updates: tuple[str, ...] = ()
    free: bool = True


def facts_of(tree: HtmlElement, now: datetime) -> Facts:
    """Return the page's own claims, dates within reason only."""
    article, meta = article_in(tree), _meta_contents(tree)
    date = _first(
        *_named(
            meta, "article:published_time", "datePublished", "og:article:published_time", "date", "dc.date", "pubdate"
        ),
        _string(article.get("datePublished")),
    )
    authors = article.get("author")
    people = authors if isinstance(authors, list) else [authors]
    names = [_string(person.get("name")) if isinstance(person, dict) else _string(person) for person in people]
    author = ", ".join(filter(None, names)) or _first(*_named(meta, "author", "article:author"))
    # the head's title and the first heading serve where the page claims none
    claims = (*_named(meta, "og:title"), _string(article.get("headline")), tree.findtext(".//title") or "")
    title = _first(*claims) or str(tree.xpath("string((//h1)[1])"))
    return Facts(
        title=one_line(plain(title))[:1_000],
        published=within_reason(from_text(date), now),
        author=one_line(plain(author))[:200],
        body=plain(_string(article.get("articleBody"))),
        updates=tuple(filter(None, map(plain, updates_of(article)))),
        free=str(article.get("isAccessibleForFree", True)).lower() not in ("false", "http://schema.org/false"),
    )


def _first(*values: str) -> str:
    return next((value for value in values if value.strip()), "")


def _meta_contents(tree: HtmlElement) -> dict[str, str]:
    """Return what the meta elements say, by each of their names; the first counts."""
    meta: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = element.get("content") or ""
        for attribute in ("property", "name", "itemprop"):
            if (name := element.get(attribute)) and content.strip():
                meta.setdefault(name, content)
    return meta


def _named(meta: dict[str, str], *names: str) -> Iterator[str]:
    return (meta.get(name, "") for name in names)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
