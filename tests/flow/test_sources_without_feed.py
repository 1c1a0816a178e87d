"""Sitemaps and list pages are polled like feeds: over HTTP, into the store."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.adapters.pooled.tasks import parse_feed
from monitor.domain.catalog import Catalog, Feed, ListRecipe, SourceKind
from monitor.domain.failures import Failure
from monitor.domain.feeds.feed import ParsedFeed
from monitor.domain.feeds.intervals import IntervalSettings
from monitor.steps.poll import PollStep
from storage.feeds.store import SqlFeedStore
from storage.schema.content import feeds
from storage.schema.outbox import deliveries
from storage.sql.database import Database
from tests.flow.test_polling import FixedCatalog
from tests.support.hostile_servers import FixedClock, fetching, plain, serving

RELEASES = ListRecipe(links="ul.releases a")


class Parser:
    """The real reading, in this process."""

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock

    async def parse(
        self,
        body: bytes,
        *,
        url: str,
        charset: str | None,
        media_type: str,
        kind: SourceKind = SourceKind.FEED,
        recipe: ListRecipe | None = None,
    ) -> ParsedFeed | Failure:
        return parse_feed(body, url, charset, media_type, self._clock.now(), kind, recipe)


def sitemap(url: Callable[[str], str], *pages: str) -> bytes:
    items = "".join(f"<url><loc>{url(page)}</loc></url>" for page in pages)
    return plain(f"<urlset>{items}</urlset>".encode())


def index(url: Callable[[str], str], *parts: str) -> bytes:
    items = "".join(f"<sitemap><loc>{url(part)}</loc></sitemap>" for part in parts)
    return plain(f"<sitemapindex>{items}</sitemapindex>".encode(), b'ETag: "1"')


def releases(*links: str, name: str = "releases") -> bytes:
    rows = "".join(f"<li><a href='{link}'>Release {link.partition('?')[0]}</a></li>" for link in links)
    return plain(f"<title>Press</title><ul class={name}>{rows}</ul>".encode())


async def poll(database: Database, server, answers, source: Feed, *, clock: FixedClock) -> list[int | None]:
    """Poll once for each set of answers; the number of new articles each time."""
    store, found = SqlFeedStore(database), []
    async with fetching(server, clock=clock) as fetcher:
        await store.sync([source], clock.now())
        step = PollStep(
            store=store,
            fetcher=fetcher,
            parser=Parser(clock),
            catalog=FixedCatalog(Catalog(revision="1", feeds=(source,), admin_receiver="ops")),
            clock=clock,
            settings=IntervalSettings(minimum_every=timedelta(seconds=1)),
            outlet_of=lambda url: url.partition("//")[2].partition("/")[0],
            chance=lambda: 0.0,
        )
        for changed in answers:
            server.answers.update(changed)
            clock.moment += timedelta(days=2)
            (row,) = await store.due(clock.now(), 10, ())
            found.append(await step.poll(row))
    return found


async def test_an_index_is_followed_also_when_it_has_not_changed(sqlite_database: Database) -> None:
    async with serving({}, host="0.0.0.0") as server:
        first = {
            "/index.xml": index(server.url, "/news.xml", "/index.xml", "/deep.xml"),
            "/deep.xml": index(server.url, "/index.xml", "/more.xml"),
            "/news.xml": sitemap(server.url, "/a"),
            "/more.xml": sitemap(server.url, "/b"),
        }
        second = {"/news.xml": sitemap(server.url, "/a", "/c")}
        source = Feed(key="wire", url=server.url("/index.xml"), kind=SourceKind.SITEMAP)
        found = await poll(sqlite_database, server, [first, {}, second], source, clock=FixedClock())
        requests = len(server.requests)
    assert found == [2, 0, 1]
    assert requests == 3 * 4  # the index itself once a poll, however the parts name it


async def test_a_list_whose_links_change_their_tokens_brings_only_what_is_new(sqlite_database: Database) -> None:
    answers = [
        {"/press": releases("/1?t=a", "/2?t=a")},
        {"/press": releases("/1?t=b", "/2?t=b")},
        {"/press": releases("/3?t=c", "/1?t=c", "/2?t=c")},
    ]
    async with serving({}, host="0.0.0.0") as server:
        source = Feed(key="ministry", url=server.url("/press"), kind=SourceKind.LIST, recipe=RELEASES)
        assert await poll(sqlite_database, server, answers, source, clock=FixedClock()) == [2, 0, 1]


async def test_a_selector_that_matches_nothing_is_reported_at_the_second_poll(sqlite_database: Database) -> None:
    answers = [{"/press": releases("/1")}, {"/press": releases("/1", name="new")}, {}, {}]
    async with serving({}, host="0.0.0.0") as server:
        source = Feed(key="ministry", url=server.url("/press"), kind=SourceKind.LIST, recipe=RELEASES)
        await poll(sqlite_database, server, answers, source, clock=FixedClock())
    texts = await sqlite_database.run(lambda connection: connection.scalars(select(deliveries.c.text)).all())
    assert len(texts) == 1
    assert "no link matches 'ul.releases a'; the page is now 'Press' with 1 links" in texts[0]


async def test_another_recipe_starts_the_source_anew(sqlite_database: Database) -> None:
    clock = FixedClock()
    async with serving({}, host="0.0.0.0") as server:
        source = Feed(key="ministry", url=server.url("/press"), kind=SourceKind.LIST, recipe=RELEASES)
        await poll(sqlite_database, server, [{"/press": releases("/1")}], source, clock=clock)
        changed = Feed(key="ministry", url=source.url, kind=SourceKind.LIST, recipe=ListRecipe(links="li a"))
        await SqlFeedStore(sqlite_database).sync([changed], clock.now())
    row = await sqlite_database.run(lambda connection: connection.execute(select(feeds)).one())
    assert (row.body_hash, row.baseline_at) == (None, None)
    assert row.settings["list"]["links"] == "li a"


@pytest.mark.parametrize("kind", [SourceKind.LIST, SourceKind.FEED])
async def test_robots_txt_holds_for_list_pages_alone(sqlite_database: Database, kind: SourceKind) -> None:
    answers = {"/robots.txt": plain(b"User-agent: *\nDisallow: /press"), "/press": releases("/1")}
    async with serving(answers, host="0.0.0.0") as server:
        source = Feed(key="ministry", url=server.url("/press"), kind=kind, recipe=RELEASES)
        await poll(sqlite_database, server, [{}], source, clock=FixedClock())
    row = await sqlite_database.run(lambda connection: connection.execute(select(feeds)).one())
    assert row.failure.startswith("robots.txt says no") is (kind is SourceKind.LIST)
