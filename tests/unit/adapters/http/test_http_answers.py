"""Validators, statuses, charsets: what is read from an answer's head."""

from datetime import timedelta

import pytest

from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched, NotModified
from tests.support.hostile_servers import fetching, plain, serving

ETAGS = [
    b'"strong"',
    b'W/"weak"',
    b'w/"lower"',
    b"unquoted",
    b'"latin-\xe9"',
    '"utf-8-é-漢"'.encode(),
    b'"a,b"',
    b'""',
    b'"\\""',
    b'"abc-gzip"',
]
DATES = [
    b"Mon, 02 Mar 2026 10:00:00 GMT",
    b"Monday, 02-Mar-26 10:00:00 GMT",
    b"Mon Mar  2 10:00:00 2026",
    b"Mon, 2 Mar 2026 10:00:00 +0800",
    b"2026-03-02T10:00:00Z",
    b"yesterday, \xe9 more or less",
]


@pytest.mark.case(2)
@pytest.mark.parametrize("etag", ETAGS)
async def test_etags_are_echoed_byte_for_byte(etag: bytes) -> None:
    async with serving({"/": plain(b"x", b"ETag: " + etag)}) as server, fetching(server) as fetcher:
        first = await fetcher.feed(server.url(), Validators())
        assert isinstance(first, Fetched)
        await fetcher.feed(server.url(), first.validators)
    assert b"if-none-match" not in server.requests[0].headers
    assert server.requests[1].headers[b"if-none-match"] == etag


@pytest.mark.case(3)
@pytest.mark.parametrize("date", DATES)
async def test_dates_are_echoed_byte_for_byte(date: bytes) -> None:
    async with serving({"/": plain(b"x", b"LAST-MODIFIED:   " + date)}) as server, fetching(server) as fetcher:
        first = await fetcher.feed(server.url(), Validators())
        assert isinstance(first, Fetched)
        await fetcher.feed(server.url(), first.validators)
    assert server.requests[1].headers[b"if-modified-since"] == date


@pytest.mark.case(5)
async def test_a_304_renews_validators_and_freshness() -> None:
    head = (b'ETag: "2"', b"Last-Modified: later", b"Cache-Control: max-age=600")
    async with serving({"/": plain(b"", *head, status=b"304 Not Modified")}) as server, fetching(server) as fetcher:
        answer = await fetcher.feed(server.url(), Validators(etag=b'"1"'))
    assert isinstance(answer, NotModified)
    assert answer.validators == Validators(etag=b'"2"', last_modified=b"later")
    assert answer.fresh_for == timedelta(minutes=10)


@pytest.mark.case(6)
@pytest.mark.parametrize("header", [b"ETag:", b"ETag:   ", b"X-Nothing: 1"])
async def test_an_absent_or_empty_validator_is_none(header: bytes) -> None:
    async with serving({"/": plain(b"x", header)}) as server, fetching(server) as fetcher:
        answer = await fetcher.feed(server.url(), Validators(etag=b'"1"'))
    assert isinstance(answer, Fetched)
    assert answer.validators == Validators()


@pytest.mark.case(27)
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (b"206 Partial", b"x", Reason.STATUS),
        (b"204 Nothing", b"", Reason.STATUS),
        (b"200 OK", b"", Reason.BROKEN_REPLY),
        (b"600 Odd", b"x", Reason.STATUS),
        (b"099 Odd", b"x", Reason.BROKEN_REPLY),
        (b"304 Not Modified", b"", Reason.STATUS),
        (b"300 Many", b"x", Reason.STATUS),
        (b"401 No", b"x", Reason.UNAUTHORISED),
        (b"403 No", b"x", Reason.FORBIDDEN),
        (b"404 No", b"x", Reason.NOT_FOUND),
        (b"410 No", b"x", Reason.GONE),
        (b"418 Tea", b"x", Reason.STATUS),
        (b"429 Slow", b"x", Reason.RATE_LIMITED),
        (b"451 Law", b"x", Reason.FORBIDDEN),
        (b"500 Oh", b"x", Reason.SERVER),
        (b"503 Oh", b"x", Reason.SERVER),
    ],
)
async def test_other_statuses_are_failures_with_a_reason(status: bytes, body: bytes, reason: Reason) -> None:
    async with serving({"/": plain(body, status=status)}) as server, fetching(server) as fetcher:
        answer = await fetcher.feed(server.url(), Validators())
    assert isinstance(answer, Failure)
    assert answer.reason is reason
    assert answer.permanent == (reason is Reason.GONE)


@pytest.mark.case(13, 14)
@pytest.mark.parametrize("status", [b"429 Slow", b"503 Busy", b"500 Oh", b"404 No"])
async def test_retry_after_counts_with_any_failure(status: bytes) -> None:
    async with serving({"/": plain(b"", b"Retry-After: 120", status=status)}) as server, fetching(server) as fetcher:
        answer = await fetcher.feed(server.url(), Validators())
    assert isinstance(answer, Failure)
    assert answer.retry_after == timedelta(minutes=2)


CHARSETS = [
    "utf-8", "UTF8", "latin-1", "windows-1252", "utf-16", "utf-7", "idna", "punycode", "undefined", "rot13",
    "hex", "base64", "zlib", "bz2", "unicode_escape", "raw_unicode_escape", "x-unknown", "", "\x01", "é" * 50,
]  # fmt: skip


@pytest.mark.case(83)
@pytest.mark.parametrize("charset", CHARSETS)
async def test_no_charset_label_does_harm(charset: str) -> None:
    label = b'Content-Type: Text/XML ; x=y; charset="' + charset.encode("latin-1") + b'"'
    async with serving({"/": plain(b"<rss/>", label)}) as server, fetching(server) as fetcher:
        answer = await fetcher.feed(server.url(), Validators())
    assert isinstance(answer, Fetched)
    assert answer.media_type == "text/xml"
    assert answer.body == b"<rss/>"


@pytest.mark.case(15, 30)
async def test_freshness_is_read_against_the_servers_own_clock() -> None:
    head = (b"Date: Sun, 01 Mar 2026 12:00:00 GMT", b"Expires: Sun, 01 Mar 2026 12:30:00 GMT")
    async with serving({"/": plain(b"x", *head)}) as server, fetching(server) as fetcher:
        answer = await fetcher.feed(server.url(), Validators())
    assert isinstance(answer, Fetched)
    assert answer.fresh_for == timedelta(minutes=30)


@pytest.mark.case(85)
async def test_proxies_in_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving({"/": plain(b"proxied")}) as proxy, serving({"/": plain(b"direct")}) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        async with fetching(server, proxy) as fetcher:
            answer = await fetcher.feed(server.url(), Validators())
    assert isinstance(answer, Fetched)
    assert answer.body == b"direct"
    assert proxy.connections == 0


@pytest.mark.case(85, 87)
async def test_a_configured_proxy_is_used_but_never_for_private_addresses() -> None:
    async with serving() as proxy:
        proxy.answers["http://127.0.0.9/feed"] = plain(b"proxied")
        async with fetching(proxy=proxy.url(), allow_networks=("127.0.0.9",)) as fetcher:
            answer = await fetcher.feed("http://127.0.0.9/feed", Validators())
            private = await fetcher.feed("http://127.0.0.1/feed", Validators())
    assert isinstance(answer, Fetched)
    assert answer.body == b"proxied"
    assert isinstance(private, Failure)
    assert private.reason is Reason.BLOCKED
    assert len(proxy.requests) == 1
