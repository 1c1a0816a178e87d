"""The JSON API against its own description, and the feeds out as other readers see them."""

from datetime import timedelta
from typing import Any

import feedparser
import jsonschema
import pytest

from monitor.adapters.feeds.read import read_feed
from monitor.domain.feeds.feed import ParsedFeed
from storage.search.index import SearchIndex
from storage.sql.database import Database
from tests.support.web_pages import NOW, Archive, served


async def filled(database: Database) -> int:
    archive = Archive(database)
    await archive.feed()
    story = await archive.ferry_story()
    await SearchIndex(database).index_all()
    return story


async def test_every_answer_is_as_described(database: Database) -> None:
    story = await filled(database)
    async with served(database) as client:
        described = (await client.get("/openapi.json")).json()
        first = (await client.get(f"/api/v1/stories/{story}")).json()
        article = first["members"][0]["article"]
        for path, asked in {
            "/api/v1/stories": "/api/v1/stories",
            "/api/v1/stories/{story_id}": f"/api/v1/stories/{story}",
            "/api/v1/articles/{article_id}": f"/api/v1/articles/{article}",
            "/api/v1/alerts": "/api/v1/alerts?topic=ferries&severity=high",
            "/api/v1/topics": "/api/v1/topics",
            "/api/v1/topics/{key}": "/api/v1/topics/ferries",
            "/api/v1/sources": "/api/v1/sources",
            "/api/v1/search": "/api/v1/search?q=北港",
            "/api/v1/why": f"/api/v1/why?url={article}",
        }.items():
            answer = await client.get(asked)
            assert answer.status_code == 200, asked
            schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            jsonschema.validate(answer.json(), {**schema, "components": described["components"]})
        assert set(described["paths"]) == {path for path in described["paths"] if path.startswith("/api/v1/")}
    assert first["independent"] == 2
    assert first["members"][1]["copy_of"] == article


async def test_cursors_lead_through_everything_once(database: Database) -> None:
    archive = Archive(database)
    for number in range(7):
        story = await archive.story(f"Story {number}")
        report = await archive.article(story, f"Story {number}", "ferry text")
        when = NOW - timedelta(minutes=number // 2)
        await archive.alert(story, report, updated_at=when, raised_at=when)
    await SearchIndex(database).index_all()
    async with served(database) as client:
        for path in ("/api/v1/stories?limit=3", "/api/v1/alerts?limit=3"):
            seen: list[Any] = []
            cursor: str | None = ""
            while cursor is not None:
                page = (await client.get(f"{path}&cursor={cursor}")).json()
                seen += [item["id"] for item in page["items"]]
                cursor = page["next"]
            assert len(seen) == len(set(seen)) == 7, path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/stories/0", 422),
        ("/api/v1/stories/99", 404),
        ("/api/v1/stories/99999999999999999999999", 422),
        ("/api/v1/stories?limit=0", 422),
        ("/api/v1/stories?cursor=%00", 422),
        ("/api/v1/stories?cursor=MjAyNg", 422),
        ("/api/v1/alerts?severity=dire", 422),
        ("/api/v1/search", 422),
        ("/api/v1/search?q=-", 422),
        ("/api/v1/search?q=(&query=true", 422),
        ("/api/v1/topics/nonsuch", 404),
        ("/api/v1/nothing", 404),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_reason(sqlite_database: Database, path: str, status: int) -> None:
    async with served(sqlite_database) as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert answer.json()["detail"]


async def test_reading_needs_what_the_pages_need(sqlite_database: Database) -> None:
    async with served(sqlite_database, listen="0.0.0.0:0", password="long enough") as client:
        assert (await client.get("/api/v1/stories")).status_code == 401
        assert (await client.get("/feed.atom")).status_code == 303


async def test_other_readers_read_the_feeds(sqlite_database: Database) -> None:
    story = await filled(sqlite_database)
    async with served(sqlite_database) as client:
        for path in ("/feed.atom", "/topics/ferries/feed.atom"):
            answer = await client.get(path)
            parsed = feedparser.parse(answer.content)
            assert not parsed.bozo, parsed.get("bozo_exception")
            assert parsed.version == "atom10"
            (entry,) = parsed.entries
            assert entry.title == "Two ferries collide off Northport"
            assert entry.link.endswith(f"/stories/{story}")
            assert "2 independent of 3 outlets" in entry.summary
        answer = await client.get("/topics/ferries/feed.json")
        own = read_feed(answer.content, "https://desk.example/feed.json", "utf-8", "application/feed+json", NOW)
        assert isinstance(own, ParsedFeed)
        assert [item.title for item in own.entries] == ["Two ferries collide off Northport"]
        assert (await client.get("/topics/nonsuch/feed.atom")).status_code == 404


@pytest.mark.parametrize("path", ["/feed.atom", "/feed.json", "/topics/ferries/feed.atom", "/topics/ferries/feed.json"])
async def test_a_poller_gets_304_until_something_changes(sqlite_database: Database, path: str) -> None:
    await filled(sqlite_database)
    async with served(sqlite_database) as client:
        first = await client.get(path)
        etag, modified = first.headers["etag"], first.headers["last-modified"]
        for known in ({"if-none-match": etag}, {"if-none-match": f'"x", W/{etag}'}, {"if-modified-since": modified}):
            again = await client.get(path, headers=known)
            assert (again.status_code, again.content) == (304, b""), known
        assert (
            await client.get(path, headers={"if-none-match": '"x"', "if-modified-since": modified})
        ).status_code == 200
        assert (await client.head(path)).headers["etag"] == etag
        archive = Archive(sqlite_database)
        story = await archive.story("Another")
        await archive.alert(story, await archive.article(story, "Another", "x"), updated_at=NOW)
        changed = await client.get(path, headers={"if-none-match": etag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != etag
