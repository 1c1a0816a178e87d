"""robots.txt and limits: who may be asked, how many at once, how soon again."""

import asyncio
from datetime import timedelta

import pytest

from monitor.adapters.http.host_limits import LocalHostLimits
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched
from tests.support.hostile_servers import NOW, FixedClock, Request, fetching, plain, redirect, serving

PAGE = plain(b"<html><p>Pier news</p></html>", b"Content-Type: text/html")


async def asked(robots: object, path: str = "/news/1", **settings: object) -> Fetched | Failure:
    async with serving({path: PAGE, "/robots.txt": robots}) as server:  # type: ignore[dict-item]
        async with fetching(server, **settings) as fetcher:
            return await fetcher.page(server.url(path))


async def hangs(_: Request, writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        await asyncio.sleep(0.02)


@pytest.mark.case(28)
@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        (plain(b"User-agent: *\nAllow: /"), True),
        (plain(b"User-agent: *\nDisallow: /news"), False),
        (plain(b"User-agent: wirewatch\nDisallow:\n\nUser-agent: *\nDisallow: /"), True),
        (plain(b"User-agent: WireWatch\nDisallow: /news"), False),
        (plain(b"User-agent: *\nDisallow: /\nAllow: /news/"), True),
        (plain(b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /news"), False),
        (plain(b""), True),
        (plain(b"\xff\xfe\x00 garbage \x00"), True),
        (plain(b"<html>no such page</html>", b"Content-Type: text/html"), True),
        (plain(b"", status=b"404 Not Found"), True),
        (plain(b"", status=b"401 No"), True),
        (plain(b"", status=b"500 Oh"), False),
        (plain(b"", status=b"503 Busy"), False),
        (plain(b"", status=b"429 Slow"), False),
        (hangs, False),
    ],
)
async def test_what_robots_txt_says_goes(robots: object, allowed: bool) -> None:
    result = await asked(robots, read_timeout=timedelta(seconds=0.2))
    assert isinstance(result, Fetched) == allowed
    if isinstance(result, Failure):
        assert result.reason is Reason.ROBOTS


@pytest.mark.case(28)
async def test_robots_txt_is_followed_five_redirects_far_and_then_taken_as_absent() -> None:
    rules = plain(b"User-agent: *\nDisallow: /news")
    for hops, allowed in ((5, False), (6, True)):
        answers = {f"/r{n}": redirect(b"/r%d" % (n + 1)) for n in range(1, hops)}
        answers |= {"/robots.txt": redirect(b"/r1"), f"/r{hops}": rules, "/news/1": PAGE}
        async with serving(dict(answers)) as server, fetching(server) as fetcher:
            assert isinstance(await fetcher.page(server.url("/news/1")), Fetched) == allowed


@pytest.mark.case(28)
async def test_only_the_first_half_megabyte_of_robots_txt_counts() -> None:
    filler = b"# the tide tables of the harbour\n" * 16_000
    rules = b"User-agent: *\nDisallow: /news\n"
    assert isinstance(await asked(plain(rules + filler)), Failure)
    assert isinstance(await asked(plain(filler + rules)), Fetched)


@pytest.mark.case(28)
async def test_robots_txt_is_asked_once_a_day() -> None:
    clock = FixedClock()
    async with serving({"/a": PAGE, "/b": PAGE}) as server, fetching(server, clock=clock) as fetcher:
        await asyncio.gather(*(fetcher.page(server.url(path)) for path in ("/a", "/b", "/a", "/b")))
        clock.moment = NOW + timedelta(hours=23)
        await fetcher.page(server.url("/a"))
        assert [request.path for request in server.requests].count("/robots.txt") == 1
        clock.moment = NOW + timedelta(hours=25)
        await fetcher.page(server.url("/a"))
    assert [request.path for request in server.requests].count("/robots.txt") == 2


@pytest.mark.case(28)
async def test_an_unreachable_robots_txt_is_asked_again_soon() -> None:
    clock = FixedClock()
    async with serving({"/a": PAGE, "/robots.txt": plain(b"", status=b"503 Busy")}) as server:
        async with fetching(server, clock=clock) as fetcher:
            assert isinstance(await fetcher.page(server.url("/a")), Failure)
            del server.answers["/robots.txt"]
            assert isinstance(await fetcher.page(server.url("/a")), Failure)
            clock.moment += timedelta(minutes=11)
            assert isinstance(await fetcher.page(server.url("/a")), Fetched)


@pytest.mark.case(28)
async def test_a_redirect_is_asked_about_too() -> None:
    async with serving({"/b": PAGE, "/robots.txt": plain(b"User-agent: *\nDisallow: /b")}) as other:
        async with serving({"/a": redirect(other.url("/b").encode())}) as server, fetching(server, other) as fetcher:
            result = await fetcher.page(server.url("/a"))
    assert isinstance(result, Failure)
    assert result.reason is Reason.ROBOTS
    assert [request.path for request in other.requests] == ["/robots.txt"]


@pytest.mark.case(28)
async def test_feeds_are_not_asked_about() -> None:
    async with serving({"/f": plain(b"x"), "/robots.txt": plain(b"User-agent: *\nDisallow: /")}) as server:
        async with fetching(server) as fetcher:
            assert isinstance(await fetcher.feed(server.url("/f"), Validators()), Fetched)
    assert len(server.requests) == 1


@pytest.mark.case(28)
async def test_a_crawl_delay_is_kept() -> None:
    rules = plain(b"User-agent: *\nCrawl-delay: 0.3")
    async with serving({"/a": PAGE, "/b": PAGE, "/robots.txt": rules}) as server, fetching(server) as fetcher:
        await asyncio.gather(fetcher.page(server.url("/a")), fetcher.page(server.url("/b")))
    first, second = server.started[1:]
    assert second - first >= 0.29


@pytest.mark.case(24)
async def test_a_host_is_asked_twice_at_once_at_most() -> None:
    async def slow(_: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.01)
        writer.write(plain(b"x"))

    answers = {f"/{number}": slow for number in range(100)}
    async with serving(dict(answers)) as server, fetching(server) as fetcher:
        results = await asyncio.gather(*(fetcher.feed(server.url(path), Validators()) for path in answers))
    assert all(isinstance(result, Fetched) for result in results)
    assert server.most_open == 2


@pytest.mark.case(24)
async def test_requests_to_a_host_start_apart() -> None:
    answers = {f"/{number}": plain(b"x") for number in range(6)}
    async with serving(dict(answers)) as server:
        async with fetching(server, per_host_delay=timedelta(seconds=0.1)) as fetcher:
            await asyncio.gather(*(fetcher.feed(server.url(path), Validators()) for path in answers))
    assert server.started[-1] - server.started[0] >= 0.3, "five pauses, whatever the machine adds or hides of each"


@pytest.mark.case(24)
async def test_a_crowded_host_holds_up_no_other() -> None:
    async with serving({"/": hangs}) as crowded, serving({"/": plain(b"x")}) as free:
        async with fetching(crowded, free, concurrency=5) as fetcher:
            stuck = [asyncio.ensure_future(fetcher.feed(crowded.url(), Validators())) for _ in range(60)]
            await asyncio.sleep(0)
            async with asyncio.timeout(5):
                result = await fetcher.feed(free.url("/", "127.0.0.8").replace("127.0.0.8", "localhost"), Validators())
            for task in stuck:
                task.cancel()
            await asyncio.gather(*stuck, return_exceptions=True)
    assert isinstance(result, Fetched)


async def test_no_more_requests_at_once_than_settings_say() -> None:
    async def slow(_: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        writer.write(plain(b"x"))

    async with serving({"/": slow}) as server:
        async with fetching(server, concurrency=3, per_host_concurrency=50) as fetcher:
            await asyncio.gather(*(fetcher.feed(server.url(), Validators()) for _ in range(12)))
    assert server.most_open == 3


async def test_lanes_that_nobody_uses_are_forgotten() -> None:
    limits = LocalHostLimits(2, 0.0)
    for number in range(5000):
        async with limits.enter(f"host{number}.example"):
            pass
    assert len(limits._limits) <= 2000
