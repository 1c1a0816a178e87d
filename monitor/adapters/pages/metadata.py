"""Read what a page says of itself in its head and its JSON-LD."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    author = _author(article.get("author")) or _first(*_named(meta, "author", "article:author"))
    return Facts(
        title=_title(tree, _first(*_named(meta, "og:title")), _string(article.get("headline"))),
        published=within_reason(from_text(date), now),
        author=one_line(plain(author))[:200],
        body=plain(_string(article.get("articleBody"))),
        updates=tuple(filter(None, map(plain, updates_of(article)))),
        free=str(article.get("isAccessibleForFree", True)).lower() not in ("false", "http://schema.org/false"),
    )


def _title(tree: HtmlElement, *claims: str) -> str:
    """Return the first claim, else the head's title, else the first heading."""
    title = _first(*claims, tree.findtext(".//title") or "")
    return one_line(plain(title or str(tree.xpath("string((//h1)[1])"))))[:1_000]


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


def _author(value: Any) -> str:  # noqa: ANN401
    people = value if isinstance(value, list) else [value]
    names = [_string(person.get("name")) if isinstance(person, dict) else _string(person) for person in people]
    return ", ".join(name for name in names if name)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
