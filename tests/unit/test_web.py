"""The web pages: what they say, and that feed text cannot act on them."""

import asyncio
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest

from monitor.domain.overview import AlertOverview, FeedOverview, Overview, Queue, WorkerOverview
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


async def served(path: str, *, text: str = "plain", alive: tuple[str, ...] = (), method: str = "GET"):
    async def no_trouble() -> tuple[str, ...]:
        return ()

    async def page() -> Overview:
        return overview(text)

    async def metrics() -> bytes:
        return b"wirewatch_up 1\n"

    listener = Listener(
        application(Source(alive=lambda: alive, ready=no_trouble, overview=page, metrics=metrics, now=lambda: NOW)),
        "127.0.0.1:0",
    )
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
