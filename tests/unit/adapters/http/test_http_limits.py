"""Servers that never come to an end, or come to a sudden one."""

import asyncio
import inspect
import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpcore
import httpx
import pytest

from monitor.adapters.http.errors import EXPECTED, failure_of
from monitor.adapters.http.network import Blocked, LookupFailed
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched
from tests.support.hostile_servers import Request, fetching, plain, reset, serving

OK = b"HTTP/1.1 200 OK\r\n"
BODY = b"<rss>" + b"Nothing to report from the pier. " * 60 + b"</rss>"


async def forever(writer: asyncio.StreamWriter, piece: bytes, pause: float = 0.0) -> None:
    while not writer.is_closing():
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)


async def endless_body(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"\r\n")
    await forever(writer, bytes(50_000))


async def dripping_body(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"\r\n")
    await forever(writer, b"x", 0.02)


async def dripping_headers(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)
    await forever(writer, b"X-A: b\r\n", 0.02)


async def endless_headers(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)
    await forever(writer, b"X-A: b\r\n" * 1000)


async def endless_hints(_: Request, writer: asyncio.StreamWriter) -> None:
    await forever(writer, b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100, 0.001)


async def silence(_: Request, writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        await asyncio.sleep(0.05)


@pytest.mark.case(77)
@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        (endless_body, {Reason.TOO_LARGE}),
        (dripping_body, {Reason.TIMEOUT}),
        (dripping_headers, {Reason.TIMEOUT}),
        (endless_headers, {Reason.BROKEN_REPLY}),
        (endless_hints, {Reason.TIMEOUT}),
        (silence, {Reason.TIMEOUT}),
    ],
)
async def test_nothing_goes_on_for_ever(
    answer: Callable[[Request, asyncio.StreamWriter], Awaitable[None]], reasons: set[Reason]
) -> None:
    async with serving({"/": answer}) as server:
        async with fetching(server, total_timeout=timedelta(seconds=0.5), feed_limit=2_000_000) as fetcher:
            async with asyncio.timeout(10):
                result = await fetcher.feed(server.url(), Validators())
    assert isinstance(result, Failure)
    assert result.reason in reasons


@pytest.mark.case(77)
async def test_silence_is_cut_by_the_read_limit() -> None:
    async with serving({"/": silence}) as server:
        async with fetching(server, read_timeout=timedelta(seconds=0.2)) as fetcher:
            result = await fetcher.feed(server.url(), Validators())
    assert isinstance(result, Failure)
    assert result.reason is Reason.TIMEOUT


@pytest.mark.case(78)
async def test_slow_hosts_do_not_hold_up_quick_ones() -> None:
    async with serving({"/": silence}) as slow, serving({"/": plain(b"x")}) as quick:
        async with fetching(slow, quick, concurrency=80) as fetcher:
            stuck = [
                asyncio.ensure_future(fetcher.feed(slow.url("/", f"127.0.1.{number}"), Validators()))
                for number in range(1, 51)
            ]
            await asyncio.sleep(0)
            answers = [await fetcher.feed(quick.url("/"), Validators()) for number in range(50)]
            assert not any(task.done() and not isinstance(task.result(), Failure) for task in stuck)
            for task in stuck:
                task.cancel()
            await asyncio.gather(*stuck, return_exceptions=True)
    assert all(isinstance(answer, Fetched) for answer in answers)


@pytest.mark.case(80)
async def test_a_reset_at_any_byte_is_a_failure_and_nothing_else() -> None:
    whole = plain(BODY, b'ETag: "1"', b"Content-Type: application/rss+xml")
    cut = 0

    async def cuts(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(whole[:cut])
        await writer.drain()
        reset(writer)

    async with serving({"/": cuts}) as server, fetching(server) as fetcher:
        reasons = set()
        for cut in [*range(0, 120, 7), *range(120, len(whole), 211), len(whole) - 1]:  # noqa: B007
            result = await fetcher.feed(server.url(), Validators())
            assert isinstance(result, Failure)
            reasons.add(result.reason)
    assert reasons <= {Reason.TRUNCATED, Reason.BROKEN_REPLY, Reason.CONNECT}


@pytest.mark.case(84)
async def test_a_connection_that_was_closed_meanwhile_is_opened_again_once() -> None:
    async def once(_: Request, writer: asyncio.StreamWriter) -> None:
        seen = len(server.requests)
        if seen in (2, 4, 5):
            writer.close()
        else:
            writer.write(plain(b"x"))

    async with serving({"/": once}) as server, fetching(server) as fetcher:
        first = await fetcher.feed(server.url(), Validators())
        second = await fetcher.feed(server.url(), Validators())
        third = await fetcher.feed(server.url(), Validators())
    assert [type(first), type(second), type(third)] == [Fetched, Fetched, Failure]
    assert len(server.requests) == 5


async def test_a_server_that_is_not_there_cannot_be_reached() -> None:
    async with serving() as server:
        pass
    async with fetching(server) as fetcher:
        result = await fetcher.feed(server.url(), Validators())
    assert isinstance(result, Failure)
    assert result.reason is Reason.CONNECT


@pytest.mark.case(80)
@pytest.mark.parametrize("noise", [b"\x00" * 50, b"SSH-2.0-OpenSSH\r\n\r\n", b"<rss/>", b"HTTP/9.9 what\r\n\r\n", b""])
async def test_what_is_not_http_is_a_broken_reply(noise: bytes) -> None:
    async def says(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(noise)
        await writer.drain()
        writer.close()

    async with serving({"/": says}) as server, fetching(server) as fetcher:
        result = await fetcher.feed(server.url(), Validators())
    assert isinstance(result, Failure)
    assert result.reason is Reason.BROKEN_REPLY


def library_errors() -> list[type[Exception]]:
    found: list[type[Exception]] = []
    for library in (httpx, httpcore):
        classes = (value for _, value in inspect.getmembers(library, inspect.isclass))
        found += [kind for kind in classes if issubclass(kind, Exception)]
    return [
        *found,
        ssl.SSLError,
        ssl.SSLCertVerificationError,
        UnicodeError,
        OSError,
        TimeoutError,
        LookupFailed,
    ]


@pytest.mark.parametrize("kind", library_errors())
def test_every_error_of_the_libraries_is_expected_and_has_a_reason(kind: type[Exception]) -> None:
    assert issubclass(kind, EXPECTED)
    error = kind.__new__(kind)
    error.args = ("http://user:SECRET@host/?key=SECRET",)
    failure = failure_of(error)
    assert failure.reason is not None
    assert "SECRET" not in str(failure)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Blocked("port 22"), Reason.BLOCKED),
        (LookupFailed(), Reason.DNS),
        (TimeoutError(), Reason.TIMEOUT),
        (httpcore.ReadTimeout(), Reason.TIMEOUT),
        (httpcore.ConnectError(), Reason.CONNECT),
        (httpcore.RemoteProtocolError("x"), Reason.BROKEN_REPLY),
        (httpx.InvalidURL("x"), Reason.BAD_URL),
        (UnicodeError(), Reason.BAD_URL),
        (httpcore.ReadError(), Reason.TRUNCATED),
        (ConnectionResetError(), Reason.CONNECT),
    ],
)
def test_errors_mean_what_a_person_would_call_them(error: Exception, reason: Reason) -> None:
    assert failure_of(error).reason is reason


@pytest.mark.parametrize(
    "url", ["", "feed", "ftp://a.example/", "http://", "http://[::1", "http://a..b/", "x" * 5000, "http://\ud800/"]
)
async def test_what_is_no_address_is_a_failure_for_good(url: str) -> None:
    async with fetching() as fetcher:
        for result in (await fetcher.feed(url, Validators()), await fetcher.page(url)):
            assert isinstance(result, Failure)
            assert result.reason in (Reason.BAD_URL, Reason.DNS)


async def test_a_connection_is_used_again_until_the_other_side_closes_it() -> None:
    async def last(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(plain(b"x"))
        await writer.drain()
        writer.close()

    async with serving({"/": plain(b"x"), "/last": last}) as server, fetching(server) as fetcher:
        answers = [await fetcher.feed(server.url(path), Validators()) for path in ("/", "/", "/last")]
        assert server.connections == 1
        await asyncio.sleep(0.05)  # the end of the connection reaches us
        answers.append(await fetcher.feed(server.url("/"), Validators()))
        assert server.connections == 2
    assert all(isinstance(answer, Fetched) for answer in answers)
