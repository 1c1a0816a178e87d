"""Redirects followed by hand: where to, how far, and what is not taken along."""

import pytest

from monitor import __version__
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched, NotModified
from tests.support.hostile_servers import fetching, plain, redirect, resolving, serving

HORRORS = [
    b"",
    b" ",
    b"data:text/html,boo",
    b"file:///etc/passwd",
    b"ftp://127.0.0.1/",
    b"gopher://127.0.0.1/",
    b"javascript:alert(1)",
    b"mailto:a@b.example",
    b"\\\\127.0.0.1\\share",
    b"http:\\\\127.0.0.1/",
    b"http://",
    b"http:///path",
    b"https://",
    b"//",
    b"http://[::1",
    b"http://[zz]/",
    b"http://a..b/",
    b"http://" + b"a" * 70 + b".example/",
    b"http://xn--/",
    b"http://xn--a-\xc3\xa9.example/",
    b"http://\xff\xfe/",
    b"http://host:99999/",
    b"http://host:-1/",
    b"http://host:port/",
    b"http://127.0.0.1:0/",
    b"/" + b"a" * 70_000,
    b"http://%00/",
    b"http://\xe2\x91\xa0.\xe2\x91\xa1/",
    b"?" * 5000,
]


@pytest.mark.case(82)
@pytest.mark.parametrize("location", HORRORS)
async def test_no_location_is_too_odd_to_be_a_plain_failure(location: bytes) -> None:
    async with serving({"/": redirect(location)}) as server, fetching(server, resolve=resolving()) as fetcher:
        result = await fetcher.feed(server.url(), Validators())
    assert isinstance(result, Failure)
    assert len(str(result)) < 120


@pytest.mark.case(82)
async def test_a_redirect_without_location_is_a_failure() -> None:
    answers = {"/": plain(b"", status=b"302 Found")}
    async with serving(dict(answers)) as server, fetching(server) as fetcher:
        result = await fetcher.feed(server.url(), Validators())
    assert isinstance(result, Failure)
    assert result.reason is Reason.STATUS


@pytest.mark.parametrize("status", [b"301 M", b"302 F", b"303 S", b"307 T", b"308 P"])
async def test_every_kind_of_redirect_is_followed(status: bytes) -> None:
    async with serving({"/a": redirect(b"b?c=d%20e", status), "/b?c=d%20e": plain(b"x")}) as server:
        async with fetching(server) as fetcher:
            result = await fetcher.feed(server.url("/a"), Validators())
    assert isinstance(result, Fetched)
    assert result.url == server.url("/b?c=d%20e")
    assert (result.permanent_url is not None) == (status[:3] in (b"301", b"308"))


@pytest.mark.case(19)
async def test_one_temporary_redirect_makes_the_way_temporary() -> None:
    ways = {"/a": redirect(b"/b", b"301 M"), "/b": redirect(b"/c", b"302 F"), "/c": redirect(b"/d", b"301 M")}
    async with serving({**ways, "/d": plain(b"x")}) as server, fetching(server) as fetcher:
        result = await fetcher.feed(server.url("/a"), Validators())
    assert isinstance(result, Fetched)
    assert result.permanent_url is None


@pytest.mark.case(18)
async def test_a_304_behind_a_permanent_redirect_says_where_it_came_from() -> None:
    async with serving({"/a": redirect(b"/b", b"301 M"), "/b": plain(b"", status=b"304 N")}) as server:
        async with fetching(server) as fetcher:
            result = await fetcher.feed(server.url("/a"), Validators(etag=b'"x"'))
    assert isinstance(result, NotModified)
    assert result.permanent_url == result.url == server.url("/b")


@pytest.mark.case(82, 51)
async def test_five_hops_and_no_more() -> None:
    answers = {f"/{n}": redirect(b"/%d" % (n + 1)) for n in range(6)}
    async with serving({**answers, "/6": plain(b"x")}) as server, fetching(server) as fetcher:
        assert isinstance(await fetcher.feed(server.url("/1"), Validators()), Fetched)
        result = await fetcher.feed(server.url("/0"), Validators())
    assert isinstance(result, Failure)
    assert result.reason is Reason.REDIRECTS


@pytest.mark.case(29)
async def test_credentials_stay_at_the_origin_they_belong_to() -> None:
    async with serving({"/b": plain(b"x")}) as other, serving({"/b": plain(b"x")}) as server:
        server.answers["/a"] = redirect(b"/b")
        server.answers["/away"] = redirect(other.url("/b").encode())
        async with fetching(server, other) as fetcher:
            start = f"http://user:secret@127.0.0.1:{server.port}"
            near = await fetcher.feed(start + "/a", Validators())
            await fetcher.feed(start + "/away", Validators())
    assert isinstance(near, Fetched)
    assert "secret" not in near.url
    assert [b"authorization" in request.headers for request in server.requests] == [True, True, True]
    assert [b"authorization" in request.headers for request in other.requests] == [False]
    assert b"secret" not in b"".join(request.head for request in (*server.requests, *other.requests))


@pytest.mark.case(29)
async def test_a_redirect_cannot_bring_credentials_of_its_own() -> None:
    async with serving({"/b": plain(b"x")}) as server, fetching(server) as fetcher:
        server.answers["/a"] = redirect(b"http://u:p@127.0.0.1:%d/b" % server.port)
        assert isinstance(await fetcher.feed(server.url("/a"), Validators()), Fetched)
    assert b"authorization" not in server.requests[-1].headers


@pytest.mark.case(11, 12)
async def test_no_cookie_no_referrer_and_nothing_added_to_the_address() -> None:
    cookie = b"Set-Cookie: id=1; Path=/"
    async with serving({"/b?q=1": plain(b"x", cookie, b'ETag: "1"')}) as server, fetching(server) as fetcher:
        server.answers["/a"] = redirect(b"/b?q=1", b"302 Found", cookie)
        for _ in range(3):
            await fetcher.feed(server.url("/a"), Validators(etag=b'"1"'))
        await fetcher.page(server.url("/b?q=1"))
    for request in server.requests:
        assert not {b"cookie", b"referer", b"origin"} & set(request.headers)
        assert (
            request.headers[b"user-agent"] == f"wirewatch/{__version__} (+https://wirewatch.example/contact)".encode()
        )
    assert {request.path for request in server.requests} == {"/a", "/b?q=1", "/robots.txt"}
