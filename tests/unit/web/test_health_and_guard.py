"""Health checks, and what no request may do: write, forge a host name, or make the server fail."""

import asyncio
import random
from collections import Counter

import pytest

from monitor.web.guard import host_allowed
from monitor.web.listener import Listener
from storage.sql.database import Database
from tests.support.web_pages import Archive, served

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "</table><h1>forged",
    "&lt;already&gt;",
]


@pytest.mark.case(144)
async def test_health_says_what_is_wrong(sqlite_database: Database) -> None:
    async with served(sqlite_database, alive=("polling stands still",)) as client:
        answer = await client.get("/healthz")
        assert answer.status_code == 503
        assert "polling stands still" in answer.text
    async with served(sqlite_database) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.head("/healthz")).status_code == 200
        page = await client.head("/status")
        assert (page.status_code, page.content) == (200, b"")
        assert (await client.get("/metrics")).text == "wirewatch_up 1\n"


@pytest.mark.case(95)
@pytest.mark.parametrize("text", PAYLOADS)
async def test_texts_of_strangers_are_shown_not_run(sqlite_database: Database, text: str) -> None:
    archive = Archive(sqlite_database)
    await archive.feed(text, title=text, failure=text)
    story = await archive.story(text)
    article = await archive.article(story, text, text, url=f"javascript:{text}", outlet="x", language=text)
    await archive.alert(story, article, topic=text, news=text)
    async with served(sqlite_database) as client:
        for path in ("/", "/status"):
            answer = await client.get(path)
            assert answer.status_code == 200
            assert text not in answer.text
            assert "javascript:" not in answer.text
            assert answer.text.count("<h1>") == 1
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'")
            assert "unsafe" not in policy


@pytest.mark.case(101)
async def test_nothing_can_be_written_without_a_password(sqlite_database: Database) -> None:
    async with served(sqlite_database) as client:
        assert (await client.post("/")).status_code == 405
        assert (await client.put("/status")).status_code == 405
        assert (await client.delete("/status")).status_code == 405
        assert (await client.get("/../../etc/passwd")).status_code == 404
        assert (await client.get("/static/../server.py")).status_code == 404
        assert (await client.get("/static/%2e%2e/server.py")).status_code == 404


async def test_a_foreign_host_name_is_refused(sqlite_database: Database) -> None:
    async with served(sqlite_database, hosts=["desk.example"]) as client:
        assert (await client.get("/", headers={"host": "evil.example"})).status_code == 421
        assert (await client.get("/", headers={"host": "desk.example"})).status_code == 200


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ("127.0.0.1:8080", True),
        ("localhost", True),
        ("[::1]:8080", True),
        ("wirewatch:8080", True),
        ("desk.example", True),
        ("DESK.example:443", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example:8080", False),
        ("", False),
        ("evil.example:8080:1", False),
        ("a b", False),
    ],
)
def test_which_hosts_are_answered(given: str, allowed: bool) -> None:
    assert host_allowed(given, {"desk.example"}) is allowed


async def asked_at_random(database: Database, count: int, seed: int) -> Counter[int]:
    """Statuses of so many requests with methods, paths, hosts and headers that no browser would send."""
    chance, statuses = random.Random(seed), Counter[int]()
    async with served(database) as client:
        for _ in range(count):
            reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
            writer.write(odd_request(chance))
            answer = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            head, _, body = answer.partition(b"\r\n\r\n")
            assert b"Traceback" not in body
            statuses[int(head.split()[1])] += 1
    return statuses


def odd_request(chance: random.Random) -> bytes:
    """One request that ends its connection."""
    method = chance.choice(
        [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"BREW", b"get"]
    )
    known = chance.choice([b"/", b"/metrics", b"/healthz", b"/readyz", b"/status", b"/login", b"/static/", b"/api/v1/"])
    parts = [
        b"..",
        b"%2e%2e",
        b"%00",
        b"%ff",
        b"etc/passwd",
        b";x=1",
        b"//",
        b"\\",
        b"<script>",
        b"?a=%27",
        b"#f",
        b"*",
    ]
    path = (known + b"".join(chance.choices(parts, k=chance.randint(0, 4)))).replace(b" ", b"")
    name = chance.choice([b"localhost", b"evil.example", b"", b"127.0.0.1:99999", b"[::1", b"a" * 300])
    odd = chance.choice(
        [b"X-Forwarded-For: 127.0.0.1", b"Range: bytes=0-9999999999", b"Accept: \xff\xfe", b"Cookie: a=b"]
    )
    return b"%s %s HTTP/1.1\r\nHost: %s\r\n%s\r\nConnection: close\r\n\r\n" % (method, path, name, odd)


@pytest.mark.case(101)
async def test_odd_requests_raise_nothing(sqlite_database: Database) -> None:
    statuses = await asked_at_random(sqlite_database, 200, 1)
    assert statuses.total() == 200
    assert max(statuses) < 500


@pytest.mark.torture
@pytest.mark.case(101)
async def test_ten_thousand_odd_requests_raise_nothing(sqlite_database: Database, figure) -> None:
    statuses = await asked_at_random(sqlite_database, 10_000, 2)
    assert max(statuses) < 500
    figure(f"{statuses.total():,} odd requests: 0 answers of 500 and above")


async def test_a_port_in_use_costs_only_the_page(sqlite_database: Database, caplog: pytest.LogCaptureFixture) -> None:
    async with served(sqlite_database) as client:
        second = Listener(lambda *_: None, f"127.0.0.1:{client.base_url.port}")  # type: ignore[arg-type]
        assert await second.start() is None
        assert "web.listen" in caplog.text
