"""Name the tasks of workers without importing a parser.

A worker imports this module to find the function, so it imports nothing heavy but what the function needs.
"""

import copyreg
from dataclasses import fields
from datetime import datetime
from operator import attrgetter

from monitor.domain.articles.article import Entry, Text
from monitor.domain.catalog import ListRecipe, SourceKind
from monitor.domain.failures import Failure
from monitor.domain.feeds.feed import ParsedFeed

PRELOAD = ("monitor.adapters.pooled.tasks", "monitor.adapters.pooled.warm_up")
"""What the fork server imports once, so that a new worker starts in milliseconds."""


def parse_feed(
    body: bytes,
    url: str,
    charset: str | None,
    media_type: str,
    now: datetime,
    kind: SourceKind = SourceKind.FEED,
    recipe: ListRecipe | None = None,
) -> ParsedFeed | Failure:
    """Return the feed, sitemap or list in `body`, or why there is none."""
    if kind is SourceKind.SITEMAP:
        from monitor.adapters.feeds.sitemap import read_sitemap

        return read_sitemap(body, url, charset, now)
    if kind is SourceKind.LIST:
        from monitor.adapters.feeds.link_list import read_list

        return read_list(body, url, charset, recipe, now)
    from monitor.adapters.feeds.read import read_feed

    return read_feed(body, url, charset, media_type, now)


def extract_page(body: bytes, url: str, charset: str | None, now: datetime, title: str = "") -> Text | Failure:
    """Return the article in the page `body`, or why there is none."""
    from monitor.adapters.pages.read import read_page

    return read_page(body, url, charset, now, title)


_FIELDS = tuple(field.name for field in fields(Entry))
_values = attrgetter(*_FIELDS)
_setters = tuple(getattr(Entry, name).__set__ for name in _FIELDS)


def entry_from(*values: object) -> Entry:
    """Return an entry from the values of its fields in their order."""
    entry = object.__new__(Entry)
    for set_, value in zip(_setters, values, strict=True):
        set_(entry, value)
    return entry


copyreg.pickle(Entry, lambda entry: (entry_from, _values(entry)))
"""dataclasses look through a class's fields for each of its values, twice: four times the work."""
