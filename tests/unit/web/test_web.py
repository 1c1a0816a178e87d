"""The web pages: what they say, and that feed text cannot act on them."""

import asyncio
import random
import urllib.error
import urllib.request
from collections import Counter
from datetime import UTC, datetime

import pytest

from monitor.domain.status.overview import AlertOverview, FeedOverview, Overview, Queue, WorkerOverview
from monitor.web.listener import Listener
from monitor.web.server import Source, application

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "</table><h1>forged",
    "&lt;already&gt;",
]


def overview(text: str) -> Overview:
    return Overview(
        at=NOW,
        queues=(Queue(step="poll", due=3, oldest_due=NOW),),
        outbox={"pending": 2, "held": 1},
        feeds=(
            FeedOverview(
                key="a", title=text, polled_at=NOW, succeeded_at=None, due=NOW, entries_last=3, trouble=text, since=NOW
            ),
        ),
        workers=(WorkerOverview(name=text, version="1", started_at=NOW, seen_at=NOW, revision=text, problems=(text,)),),
        alerts=(
            AlertOverview(
                id=1, topic="t", severity="high", title=text, url=f"javascript:{text}", outlets=2, raised_at=NOW
            ),
        ),
        closed=((text, text),),
    )


def a_source(text: str = "plain", alive: tuple[str, ...] = ()) -> Source:
    async def no_trouble() -> tuple[str, ...]:
        return ()

    async def page() -> Overview:
        return overview(text)

    async def metrics() -> bytes:
        return b"wirewatch_up 1\n"

    return Source(alive=lambda: alive, ready=no_trouble, overview=page, metrics=metrics, now=lambda: NOW)


async def served(path: str, *, text: str = "plain", alive: tuple[str, ...] = (), method: str = "GET"):
    listener = Listener(application(a_source(text, alive)), "127.0.0.1:0")
    address = await listener.start()
    assert address
    try:
        return await asyncio.to_thread(_get, address.rstrip("/") + path, method)
    finally:
        await listener.stop()


def _get(url: str, method: str):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read().decode()


@pytest.mark.case(144)
async def test_health_says_what_is_wrong() -> None:
    status, _, body = await served("/healthz", alive=("polling stands still",))
    assert status == 503
    assert "polling stands still" in body
    assert (await served("/healthz"))[0] == 200
    assert (await served("/readyz"))[0] == 200


@pytest.mark.case(95)
@pytest.mark.parametrize("text", PAYLOADS)
async def test_texts_of_strangers_are_shown_not_run(text: str) -> None:
    status, headers, body = await served("/", text=text)
    assert status == 200
    assert "<script" not in body
    assert "<img" not in body
    assert "<svg" not in body
    assert "javascript:" not in body
    assert body.count("<h1>") == 1
    assert headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.case(101)
async def test_nothing_can_be_written() -> None:
    assert (await served("/", method="POST"))[0] == 405
    assert (await served("/../../etc/passwd"))[0] == 404


async def asked_at_random(count: int, seed: int) -> Counter[int]:
    """Statuses of so many requests with methods, paths, hosts and headers that nobody in his right mind would send."""
    chance, statuses = random.Random(seed), Counter[int]()
    listener = Listener(application(a_source()), "127.0.0.1:0")
    address = await listener.start()
    assert address
    host, port = address.split("//")[1].rstrip("/").split(":")
    try:
        for _ in range(count):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(odd_request(chance))
            answer = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            head, _, body = answer.partition(b"\r\n\r\n")
            assert b"Traceback" not in body
            statuses[int(head.split()[1])] += 1
    finally:
        await listener.stop()
    return statuses


def odd_request(chance: random.Random) -> bytes:
    """One request that ends its connection."""
    method = chance.choice(
        [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"BREW", b"get"]
    )
    known = chance.choice([b"/", b"/metrics", b"/healthz", b"/readyz", b"/api/status", b"/feeds", b"/static/"])
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
async def test_odd_requests_raise_nothing() -> None:
    statuses = await asked_at_random(200, 1)
    assert statuses.total() == 200
    assert max(statuses) < 500


@pytest.mark.torture
@pytest.mark.case(101)
async def test_ten_thousand_odd_requests_raise_nothing(figure) -> None:
    statuses = await asked_at_random(10_000, 2)
    assert max(statuses) < 500
    figure(f"{statuses.total():,} odd requests: 0 answers of 500 and above")


async def test_a_port_in_use_costs_only_the_page(caplog) -> None:
    async def never() -> tuple[str, ...]:
        return ()

    source = Source(alive=lambda: (), ready=never, overview=never, metrics=never, now=lambda: NOW)  # type: ignore[arg-type]
    first = Listener(application(source), "127.0.0.1:0")
    address = await first.start()
    assert address
    second = Listener(application(source), address.split("//")[1].rstrip("/"))
    assert await second.start() is None
    assert "web.listen" in caplog.text
    await first.stop()
    await second.stop()
