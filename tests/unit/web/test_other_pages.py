"""Search, topics, sources, deliveries and silences, each with something to show and with nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.catalog import Example
from storage.outbox.silences import SqlSilences
from storage.search.index import SearchIndex
from storage.sql.database import Database
from tests.support.web_pages import NOW, Archive, a_catalog, a_topic, served

PAGES = (
    "/search",
    "/search?q=ferry",
    "/topics",
    "/topics/ferries",
    "/sources",
    "/deliveries",
    "/silences",
    "/silences?topic=ferries",
)


@pytest.mark.parametrize("path", PAGES)
async def test_an_empty_store_has_pages_too(sqlite_database: Database, path: str) -> None:
    async with served(sqlite_database) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_on_both_databases(database: Database, path: str) -> None:
    archive = Archive(database)
    await archive.feed(failure="answers 403")
    await archive.feed("mirror")
    await archive.ferry_story()
    await SearchIndex(database).index_all()
    async with served(database) as client:
        answer = await client.get(path)
    assert answer.status_code == 200


async def test_search_finds_marks_and_leads_addresses_to_why(sqlite_database: Database) -> None:
    archive = Archive(sqlite_database)
    await archive.ferry_story()
    await SearchIndex(sqlite_database).index_all()
    async with served(sqlite_database) as client:
        words = (await client.get("/search", params={"q": "北港"})).text
        assert '<mark class="m1">北港</mark>' in words
        query = (await client.get("/search", params={"q": "ferr* AND collision", "mode": "query"})).text
        assert "2 of 3 articles read match" in query
        assert "Make this a topic" in query
        refused = (await client.get("/search", params={"q": "ferry AND (", "mode": "query"})).text
        assert 'role="alert"' in refused
        assert "at least one word" in (await client.get("/search", params={"q": "-ferry"})).text
        there = await client.get("/search", params={"q": "https://herald.example/x"})
        assert there.headers["location"] == "/why?url=https%3A%2F%2Fherald.example%2Fx"


async def test_a_topic_shows_its_query_examples_and_latest_articles(sqlite_database: Database) -> None:
    archive = Archive(sqlite_database)
    await archive.ferry_story()
    topic = a_topic()
    good = Example(text="A ferry collision.", title="")
    bad = Example(text="A tram collision.", title="")
    examples = replace(topic, must_match=(good, bad))
    async with served(sqlite_database, catalog=a_catalog(examples)) as client:
        page = (await client.get("/topics/ferries")).text
        assert (await client.get("/topics/nonsuch")).status_code == 404
    assert "ferry AND collision" in page
    assert page.count(">pass</b>") == 1
    assert page.count(">fail</b>") == 1
    assert "Two ferries collide off Northport" in page
    assert "<svg" in page


async def test_troubled_sources_come_first_with_the_reason(sqlite_database: Database) -> None:
    archive = Archive(sqlite_database)
    await archive.feed("aardvark")
    await archive.feed("zebra", failure="answers 403", failures=4)
    async with served(sqlite_database) as client:
        page = (await client.get("/sources")).text
        only = (await client.get("/sources?state=trouble")).text
    assert page.index("The Zebra") < page.index("The Aardvark")
    assert "answers 403" in page
    assert "Aardvark" not in only


async def test_a_silence_is_listed_and_previewed(sqlite_database: Database) -> None:
    archive = Archive(sqlite_database)
    story = await archive.ferry_story()
    await SqlSilences(sqlite_database).add(
        topic=None, story_id=story, until=NOW + timedelta(hours=1), reason="known", author="Ada", now=NOW
    )
    async with served(sqlite_database) as client:
        page = (await client.get("/silences?topic=ferries")).text
        cards = (await client.get("/")).text
        assert (await client.get("/deliveries?state=nonsense")).status_code == 422
        assert "Two ferries collide" in (await client.get("/deliveries?state=sent")).text
    assert "this would have muted <b>1</b> alert" in page
    assert "known" in page
    assert ">muted</span>" in cards
