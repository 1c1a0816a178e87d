"""Who may read and write: log-in, sessions, tokens, proxy headers, addresses beyond loopback, and what writing does."""

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from monitor.web.access import local_path
from storage.schema.content import alerts
from storage.schema.outbox import deliveries, interactions, silences
from storage.sql.database import Database
from tests.support.web_pages import Archive, served

PASSWORD = "correct horse battery"


async def log_in(client: httpx.AsyncClient, password: str = PASSWORD, **fields: str) -> httpx.Response:
    return await client.post("/login", data={"name": "Ada", "password": password, "next": "/status", **fields})


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found.group(1)


async def rows(database: Database, table: Any) -> list[Any]:
    return list(await database.read(lambda c: c.execute(select(table)).all()))


async def test_log_in_gives_a_strict_cookie_and_log_out_takes_it(sqlite_database: Database) -> None:
    async with served(sqlite_database, password=PASSWORD) as client:
        assert "Log in" in (await client.get("/")).text
        answer = await log_in(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/status")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        page = (await client.get("/")).text
        assert "Ada" in page
        out = await client.post("/logout", data={"token": token_in(page)})
        assert out.status_code == 303
        assert "Ada" not in (await client.get("/")).text


async def test_wrong_passwords_are_refused_and_soon_not_even_read(sqlite_database: Database) -> None:
    async with served(sqlite_database, password=PASSWORD) as client:
        for _ in range(5):
            answer = await log_in(client, "wrong")
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers
        answer = await log_in(client, PASSWORD)
        assert answer.status_code == 429
        assert "retry-after" in answer.headers


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/stories/3?x=1", "/stories/3?x=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil", "/"),
        ("", "/"),
    ],
)
def test_after_a_log_in_nobody_is_led_away(given: str, kept: str) -> None:
    assert local_path(given) == kept


async def test_a_forged_cookie_or_token_writes_nothing(sqlite_database: Database) -> None:
    archive = Archive(sqlite_database)
    story = await archive.ferry_story()
    async with served(sqlite_database, password=PASSWORD) as client:
        path = f"/stories/{story}/acknowledge"
        assert (await client.post(path)).status_code == 403, "nobody"
        client.cookies.set("wirewatch_session", "eyJpZCI6IjEifQ.aaaa.bbbb")
        assert (await client.post(path)).status_code == 403, "a cookie of one's own making"
        client.cookies.clear()
        await log_in(client)
        assert (await client.post(path)).status_code == 403, "no token"
        assert (await client.post(path, data={"token": "x.y.z"})).status_code == 403, "a wrong token"
        token = token_in((await client.get(f"/stories/{story}")).text)
        foreign = await client.post(path, data={"token": token}, headers={"origin": "https://evil.example"})
        assert foreign.status_code == 403
        assert (await client.get(path)).status_code == 405
    assert await rows(sqlite_database, interactions) == []


async def test_acknowledging_muting_and_taking_back_reach_the_message(database: Database) -> None:
    archive = Archive(database)
    story = await archive.ferry_story()
    async with served(database, password=PASSWORD) as client:
        await log_in(client)
        token = token_in((await client.get(f"/stories/{story}")).text)
        answer = await client.post(f"/stories/{story}/acknowledge", data={"token": token})
        assert answer.status_code == 303
        page = (await client.get(answer.headers["location"])).text
        assert "Acknowledged." in page
        assert "acknowledged by Ada" in page
        await client.post(f"/stories/{story}/mute", data={"token": token})
        assert ">muted</span>" in (await client.get("/")).text
        await client.post(f"/stories/{story}/unmute", data={"token": token})
        assert ">muted</span>" not in (await client.get("/")).text
        await client.post(f"/stories/{story}/irrelevant", data={"token": token})
        assert ">not relevant</span>" in (await client.get("/")).text
        assert "Undo: it is relevant" in (await client.get(f"/stories/{story}")).text
        await client.post(f"/stories/{story}/relevant", data={"token": token})
        assert ">not relevant</span>" not in (await client.get("/")).text
        assert (await client.post(f"/stories/{story}/explode", data={"token": token})).status_code == 404
        assert (await client.post("/stories/999/mute", data={"token": token})).status_code == 404
    (alert,) = await rows(database, alerts)
    assert alert.acknowledged_by == "Ada"
    updates = [row for row in await rows(database, deliveries) if row.kind == "update"]
    assert updates, "the message in Slack is rewritten"


async def test_a_silence_can_be_added_and_ended(sqlite_database: Database) -> None:
    archive = Archive(sqlite_database)
    story = await archive.ferry_story()
    async with served(sqlite_database, password=PASSWORD) as client:
        await log_in(client)
        token = token_in((await client.get(f"/silences?story={story}")).text)
        good = {"token": token, "story": str(story), "span": "1h", "reason": "known"}
        answer = await client.post("/silences", data=good)
        assert "Muted until" in (await client.get(answer.headers["location"])).text
        assert (await client.post("/silences", data={"token": token})).status_code == 422
        assert (await client.post("/silences", data={"token": token, "topic": "nonsuch"})).status_code == 422
        none = await client.post("/silences", data={"token": token, "story": "9999"})
        assert "no story of that number" in (await client.get(none.headers["location"])).text
        (silence,) = await rows(sqlite_database, silences)
        assert (silence.author, silence.reason) == ("Ada", "known")
        await client.post(f"/silences/{silence.id}/end", data={"token": token})
        assert "Nothing is muted." in (await client.get("/silences")).text


async def test_beyond_loopback_nothing_is_served_without_a_word(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(sqlite_database, listen="0.0.0.0:0") as client:
        answer = await client.get("/")
        assert answer.status_code == 403
        assert "WIREWATCH_WEB_PASSWORD" in answer.text
        assert (await client.get("/healthz")).status_code == 200
    assert "web: {open: read}" in caplog.text
    async with served(sqlite_database, listen="0.0.0.0:0", open="read") as client:
        assert (await client.get("/")).status_code == 200


async def test_beyond_loopback_a_password_is_asked_for_reading(sqlite_database: Database) -> None:
    async with served(sqlite_database, listen="0.0.0.0:0", password=PASSWORD) as client:
        answer = await client.get("/status")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fstatus")
        assert "topics" not in (await client.get("/login")).text.split("<main")[1]
        cross = await client.get("/status", headers={"sec-fetch-site": "cross-site"})
        assert 'http-equiv="refresh"' in cross.text
        await log_in(client)
        assert (await client.get("/status")).status_code == 200


async def test_a_proxy_header_counts_from_the_proxy_only(sqlite_database: Database) -> None:
    archive = Archive(sqlite_database)
    story = await archive.ferry_story()
    given = {"listen": "0.0.0.0:0", "trusted_header": "X-Forwarded-User"}
    named = {"x-forwarded-user": "Grace"}
    async with served(sqlite_database, **given, trusted_proxies=["127.0.0.0/8"]) as client:
        assert (await client.get("/")).status_code == 403
        page = (await client.get(f"/stories/{story}", headers=named)).text
        done = await client.post(f"/stories/{story}/acknowledge", headers=named, data={"token": token_in(page)})
        assert done.status_code == 303
    async with served(sqlite_database, **given, trusted_proxies=["10.0.0.0/8"]) as client:
        assert (await client.get("/", headers=named)).status_code == 403
    (alert,) = await rows(sqlite_database, alerts)
    assert alert.acknowledged_by == "Grace"


async def test_stories_are_merged_and_reports_split_off(database: Database) -> None:
    archive = Archive(database)
    first = await archive.ferry_story()
    second = await archive.story("The same collision")
    report = await archive.article(second, "The same collision", "A ferry.", outlet="post")
    await archive.alert(second, report)
    async with served(database, password=PASSWORD) as client:
        await log_in(client)
        token = token_in((await client.get(f"/stories/{first}")).text)
        joined = await client.post(f"/stories/{second}/join", data={"token": token, "other": str(first)})
        page = (await client.get(joined.headers["location"])).text
        assert "The same collision" in page
        assert "1 report moved into this story" in page
        assert (await client.get(f"/stories/{second}")).headers["location"] == f"/stories/{first}"
        assert "1 story alerted" in (await client.get("/")).text
        split = await client.post(f"/stories/{first}/split", data={"token": token, "article": str(report)})
        page = (await client.get(split.headers["location"])).text
        assert "a story of its own" in page
        assert "The same collision" in page
        refused = await client.post(f"/stories/{first}/join", data={"token": token, "other": str(first)})
        assert "Nothing was joined" in (await client.get(refused.headers["location"])).text
        assert (await client.post(f"/stories/{first}/join", data={"token": token, "other": "x"})).status_code == 422
