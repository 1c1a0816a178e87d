"""Request feeds once, as the daemon does, without storing anything."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from monitor.adapters.feeds.propose_list import proposed_recipe
from monitor.adapters.pages.feed_links import USUAL_PLACES, USUAL_SITEMAPS, Offered, feeds_offered, sitemaps_named
from monitor.app.configuration import opened
from monitor.app.readers import Readers, open_readers
from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.input_document import InputDocument
from monitor.app.tools.workbench import open_workbench
from monitor.domain.articles.article import Entry
from monitor.domain.catalog import Feed, SourceKind
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched
from monitor.steps.read_source import Document, parse_source

SITEMAPS_TRIED = 3
"""Sitemaps of robots.txt that are requested; some sites name hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The outcome of one poll; `newest` is the latest date of an entry, `problem` None when it worked."""

    feed: Feed
    title: str = ""
    entries: int = 0
    newest: datetime | None = None
    moved_to: str | None = None
    doubts: tuple[str, ...] = ()
    problem: str | None = None
    latest: tuple[Entry, ...] = ()


async def try_feeds(config: Path | None, feeds: Sequence[Feed]) -> AsyncIterator[Tried]:
    """Each feed once, in the order in which the answers come. Raises ConfigurationInvalid."""
    source, _ = opened(config)
    async with open_readers(source.settings, SystemClock()) as readers:
        for answer in asyncio.as_completed([_try(readers, feed) for feed in feeds]):
            yield await answer


async def matching_topics(config: Path | None, tried: Tried) -> list[str]:
    """Return the topics that the entries match by headline and summary, one for each match."""
    async with open_workbench(config) as workbench:
        found: list[str] = []
        for entry in tried.latest:
            document = InputDocument(id="", title=entry.title, text=entry.summary, lang=tried.feed.language)
            found += [match.topic for match in workbench.match(document)[1].matches]
        return found


async def discover(config: Path | None, site: str) -> list[Tried] | Failure:
    """Find and try a site's feeds: the address itself, else what its page offers, else the usual places.

    Without a scheme https is tried first, then http.
    """
    source, _ = opened(config)
    addresses = [site] if urlsplit(site).scheme in ("http", "https") else [f"https://{site}", f"http://{site}"]
    async with open_readers(source.settings, SystemClock()) as readers:
        found: list[Tried] | Failure = []
        for number, address in enumerate(addresses):
            answer = await _discover(readers, address)
            if not isinstance(answer, Failure):
                return answer
            found = answer if number == 0 else found  # https's failure tells more than that of its stand-in
        return found


async def _discover(readers: Readers, address: str) -> list[Tried] | Failure:
    itself = await _try(readers, Feed(key="", url=address))
    if itself.problem is None:
        return [itself]
    page = await readers.fetcher.page(address)
    if isinstance(page, Failure):
        return page
    offered = feeds_offered(page.body, page.url, page.charset)
    guessed = [Offered(url=urljoin(page.url, place)) for place in USUAL_PLACES]
    tried = [await _try(readers, Feed(key="", url=feed.url)) for feed in offered or guessed]
    feeds = tried if offered else [feed for feed in tried if feed.problem is None]
    return [*feeds, *await _sitemaps(readers, page.url), *await _list(readers, page)]


async def _sitemaps(readers: Readers, url: str) -> list[Tried]:
    """Try the sitemaps that robots.txt names, those of news first; only those with entries are of use."""
    robots = await readers.fetcher.page(urljoin(url, "/robots.txt"))
    named = sitemaps_named(robots.body, robots.url) if isinstance(robots, Fetched) else ()
    usual = [] if named else [urljoin(url, place) for place in USUAL_SITEMAPS]
    asked = [*named[:SITEMAPS_TRIED], *usual]
    tried = [await _try(readers, Feed(key="", url=address, kind=SourceKind.SITEMAP)) for address in asked]
    return [sitemap for sitemap in tried if sitemap.problem is None]


async def _list(readers: Readers, page: Fetched) -> list[Tried]:
    """Try the page itself as a list, by the recipe that its structure suggests."""
    recipe = proposed_recipe(page.body, page.url, page.charset)
    if recipe is None:
        return []
    tried = await _try(readers, Feed(key="", url=page.url, kind=SourceKind.LIST, recipe=recipe))
    return [tried] if tried.problem is None else []


async def _try(readers: Readers, feed: Feed) -> Tried:
    answer = await readers.fetcher.feed(feed.url, Validators(), feed.kind)
    if isinstance(answer, Failure):
        return Tried(feed=feed, problem=str(answer))
    if not isinstance(answer, Fetched):
        return Tried(feed=feed, problem=str(Failure(reason=Reason.STATUS, detail="not modified, though never asked")))
    document = await parse_source(readers.fetcher, readers.parser, feed, answer)
    if not isinstance(document, Document):
        return Tried(feed=feed, problem=str(document))
    parsed = document.parsed
    dates = [entry.published for entry in parsed.entries if entry.published is not None]
    return Tried(
        feed=feed,
        title=parsed.title,
        entries=len(parsed.entries),
        newest=max(dates, default=None),
        moved_to=answer.permanent_url,
        doubts=parsed.doubts,
        problem=None if parsed.entries else "no entries",
        latest=parsed.entries,
    )
