"""Bodies: packed, cut short, endless, mislabelled."""

import asyncio
import gzip
import resource
import zlib

import pytest

from monitor.adapters.http.body import Body, Refused
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched
from tests.support.hostile_servers import HostileServer, fetching, gzip_bomb, plain, serving

TEXT = b"<rss>" + b"All ferries left on time. " * 400 + b"</rss>"
MB = 1_000_000


def packed(body: bytes, coding: bytes) -> bytes:
    return plain(body, b"Content-Encoding: " + coding)


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


async def fetched(answer: bytes) -> Fetched | Failure:
    async with serving({"/": answer}) as server, fetching(server) as fetcher:
        result = await fetcher.feed(server.url(), Validators(etag=b'"x"'))
        assert isinstance(result, Fetched | Failure)
        return result


@pytest.mark.case(26)
@pytest.mark.parametrize(
    "answer",
    [
        plain(TEXT),
        packed(TEXT, b"identity"),
        packed(gzip.compress(TEXT), b"gzip"),
        packed(gzip.compress(TEXT), b"X-GZip"),
        packed(zlib.compress(TEXT), b"deflate"),
        packed(raw_deflate(TEXT), b"deflate"),
        packed(gzip.compress(TEXT) + bytes(64), b"gzip"),
    ],
)
async def test_what_we_asked_for_is_unpacked(answer: bytes) -> None:
    result = await fetched(answer)
    assert isinstance(result, Fetched)
    assert result.body == TEXT


@pytest.mark.case(26, 74)
@pytest.mark.parametrize(
    "coding", [b"UTF-8", b"none", b"binary", b"8bit", b"aws-chunked", b'"identity"', b"text/html", b"iso-8859-1, utf-8"]
)
async def test_a_word_that_is_no_coding_changes_nothing(coding: bytes) -> None:
    result = await fetched(packed(TEXT, coding))
    assert isinstance(result, Fetched)
    assert result.body == TEXT


@pytest.mark.case(26)
@pytest.mark.parametrize("coding", [b"aws-chunked, gzip", b"gzip;q=1.0", b"utf-8, gzip"])
async def test_a_real_coding_beside_such_a_word_is_unpacked(coding: bytes) -> None:
    result = await fetched(packed(gzip.compress(TEXT), coding))
    assert isinstance(result, Fetched)
    assert result.body == TEXT


@pytest.mark.case(76)
@pytest.mark.parametrize("behind", [b"\n", b"<!-- served by cache 7 -->", b"\0" * 9 + b"x", b"\x1e", bytes(64)])
@pytest.mark.parametrize("chunk", [1, 7, 4096])
def test_what_follows_the_last_gzip_member_is_left_out(behind: bytes, chunk: int) -> None:
    body, sent = Body("gzip", MB), gzip.compress(TEXT) + behind
    for at in range(0, len(sent), chunk):
        body.feed(sent[at : at + chunk])
    assert body.finish() == TEXT


@pytest.mark.case(76)
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_plain_page_that_is_called_packed_is_read(coding: str) -> None:
    body = Body(coding, MB)
    body.feed(b" <html>")
    body.feed(b"<p>The ferry leaves.")
    assert body.finish() == b" <html><p>The ferry leaves."


@pytest.mark.case(26, 74)
@pytest.mark.parametrize("coding", [b"br", b"zstd", b"compress", b"gzip, gzip", b"gzip, br", b"x-bzip2"])
async def test_other_ways_of_packing_are_refused_unread(coding: bytes) -> None:
    result = await fetched(packed(TEXT, coding))
    assert isinstance(result, Failure)
    assert result.reason is Reason.BROKEN_REPLY


@pytest.mark.case(76)
async def test_both_members_of_a_gzip_body_arrive() -> None:
    result = await fetched(packed(gzip.compress(TEXT) + gzip.compress(b"second"), b"gzip"))
    assert isinstance(result, Fetched)
    assert result.body == TEXT + b"second"


@pytest.mark.case(76, 7)
@pytest.mark.parametrize("kept", [1, 5, 11, 60, -9, -8, -4, -1])
async def test_a_packed_body_that_ends_early_is_no_body(kept: int) -> None:
    result = await fetched(packed(gzip.compress(TEXT)[:kept], b"gzip"))
    assert isinstance(result, Failure)
    assert result.reason is Reason.TRUNCATED


@pytest.mark.case(76)
@pytest.mark.parametrize("coding", [b"gzip", b"deflate"])
async def test_a_body_that_is_not_what_its_label_says_is_refused(coding: bytes) -> None:
    result = await fetched(packed(b"no " + TEXT, coding))
    assert isinstance(result, Failure)
    assert result.reason in (Reason.BROKEN_REPLY, Reason.TRUNCATED)


@pytest.mark.case(76)
async def test_a_damaged_checksum_is_noticed() -> None:
    body = bytearray(gzip.compress(TEXT))
    body[-5] ^= 0xFF
    assert isinstance(await fetched(packed(bytes(body), b"gzip")), Failure)


@pytest.mark.case(74)
@pytest.mark.parametrize("size", [11 * MB, 60 * MB])
async def test_bombs_are_refused_before_they_unfold(size: int) -> None:
    bomb = gzip_bomb(size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = await fetched(packed(bomb, b"gzip"))
    assert isinstance(result, Failure)
    assert result.reason is Reason.TOO_LARGE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64_000


@pytest.mark.case(74)
def test_a_bomb_in_one_chunk_is_never_held_whole() -> None:
    body = Body("gzip", 10 * MB)
    with pytest.raises(Refused):
        body.feed(gzip_bomb(30 * MB))
    assert len(body) < 11 * MB


@pytest.mark.case(75)
async def test_twenty_bombs_at_once() -> None:
    answers = dict.fromkeys((f"/{number}" for number in range(20)), packed(gzip_bomb(12 * MB), b"gzip"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with serving(answers) as server, fetching(server, per_host_concurrency=20) as fetcher:
        results = await asyncio.gather(*(fetcher.feed(server.url(path), Validators()) for path in answers))
    assert [isinstance(result, Failure) and result.reason for result in results] == [Reason.TOO_LARGE] * 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000


@pytest.mark.case(74)
@pytest.mark.parametrize("chunk", [1, 7, 1000, 70_000])
@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072, 900_000])
def test_unpacking_gives_every_byte_however_it_is_cut(chunk: int, size: int) -> None:
    whole = bytes(size)
    wire = gzip.compress(whole) + gzip.compress(whole[:10])
    body = Body("gzip", MB)
    for at in range(0, len(wire), chunk):
        body.feed(wire[at : at + chunk])
    assert body.finish() == whole + whole[:10]


@pytest.mark.case(74)
def test_thousands_of_empty_members_are_refused() -> None:
    body = Body("gzip", 10 * MB)
    with pytest.raises(Refused):
        body.feed(gzip.compress(b"") * 10_001)


@pytest.mark.case(37)
async def test_a_plain_body_over_the_limit_is_refused() -> None:
    async with serving({"/": plain(bytes(2000))}) as server, fetching(server, feed_limit=1999) as fetcher:
        result = await fetcher.feed(server.url(), Validators())
        assert isinstance(result, Failure)
        assert result.reason is Reason.TOO_LARGE
    async with serving({"/": plain(bytes(1999))}) as server, fetching(server, feed_limit=1999) as fetcher:
        assert isinstance(await fetcher.feed(server.url(), Validators()), Fetched)


@pytest.mark.case(86)
@pytest.mark.parametrize("lie", [1, -1])
async def test_a_length_that_lies_is_noticed(lie: int) -> None:
    async def lying(_request: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(TEXT) + lie) + TEXT)
        await writer.drain()
        writer.close()

    async with serving({"/": lying}) as server, fetching(server) as fetcher:
        result = await fetcher.feed(server.url(), Validators())
        assert isinstance(result, Failure)
        assert result.reason is Reason.TRUNCATED


@pytest.mark.case(86)
@pytest.mark.parametrize(
    "wire",
    [
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"Content-Length: -1\r\n\r\nhello",
    ],
)
async def test_broken_framing_is_a_failure(wire: bytes) -> None:
    async def broken(_request: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + wire)
        await writer.drain()
        writer.close()

    async with serving({"/": broken}) as server, fetching(server) as fetcher:
        result = await fetcher.feed(server.url(), Validators())
        assert isinstance(result, Failure)
        assert result.reason in (Reason.BROKEN_REPLY, Reason.TRUNCATED)


@pytest.mark.case(69)
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"%PDF-1.7 ...", b"application/pdf"),
        (b"%PDF-1.7 ...", b"text/html"),
        (b"PK\x03\x04...", b"application/octet-stream"),
        (b"\x00\x00\x00\x20ftypisom", b""),
        (b"{}", b"application/json"),
        (b"ID3\x04", b"audio/mpeg"),
    ],
)
async def test_a_page_that_is_no_text_is_not_downloaded(body: bytes, kind: bytes) -> None:
    sent = 0

    async def pours(_request: object, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n" + body)
        while not writer.is_closing() and sent < 50 * MB:
            writer.write(bytes(10_000))
            await writer.drain()
            sent += 10_000

    async with serving({"/doc": pours}) as server, fetching(server) as fetcher:
        result = await fetcher.page(server.url("/doc"))
        assert isinstance(result, Failure)
        assert result.reason is Reason.NOT_A_PAGE
        await _idle(server)
    assert sent < 10 * MB  # what the kernel's buffers took before our close arrived


async def _idle(server: HostileServer) -> None:
    while server.now_open:
        await asyncio.sleep(0.01)


async def test_a_wide_page_is_text() -> None:
    body = "<html><body>Überfahrt</body></html>".encode("utf-16")
    answers = {"/p": plain(body, b"Content-Type: text/html; charset=utf-16")}
    async with serving(dict(answers)) as server, fetching(server) as fetcher:
        assert isinstance(await fetcher.page(server.url("/p")), Fetched)
