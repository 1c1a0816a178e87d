"""Feeds on loopback polled through the real client into a real store."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.adapters.http.client import HttpFetcher
from monitor.adapters.workers.threads import off_loop
from monitor.domain.articles.article import Entry
from monitor.domain.catalog import Catalog, Feed
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import ParsedFeed
from monitor.domain.feeds.identity import keys_of
from monitor.domain.feeds.intervals import IntervalSettings
from monitor.domain.feeds.polled import Polled
from monitor.steps.poll import PollStep, document_keys, read_document
from storage.feeds.store import SqlFeedStore
from storage.schema.outbox import deliveries
from storage.sql.database import Database
from tests.support.hostile_servers import Answer, FixedClock, HostileServer, Request, fetching, plain, serving

HOUR = timedelta(hours=1)


@dataclass
class LineParser:
    """A parser for documents of one title a line; what does not start with "feed" is none."""

    calls: int = 0

    async def parse(
        self, body: bytes, *, url: str, charset: str | None, media_type: str, **reading: object
    ) -> ParsedFeed | Failure:
        self.calls += 1
        first, *titles = body.decode().splitlines()
        if first != "feed":
            return Failure(reason=Reason.NOT_A_FEED)
        return ParsedFeed(entries=tuple(Entry(guid=title, url=f"{url}?id={title}", title=title) for title in titles))


@dataclass
class FixedCatalog:
    """One catalog for the whole test."""

    catalog: Catalog

    def current(self) -> Catalog:
        return self.catalog


@dataclass
class Desk:
    """Feeds, their server, and the step that polls them."""

    server: HostileServer
    clock: FixedClock
    step: PollStep
    store: SqlFeedStore
    parser: LineParser
    outcomes: list[int | None] = field(default_factory=list)

    async def poll_all(self, after: timedelta = timedelta(0)) -> list[int | None]:
        """Poll everything that is due after so much time."""
        self.clock.moment += after
        due = await self.store.due(self.clock.now(), 1000, ())
        return [await self.step.poll(row) for row in due]


@pytest.fixture
def open_desk(sqlite_database: Database) -> Callable[..., object]:
    @asynccontextmanager
    async def desk(*feeds: str, answers: dict[str, Answer] | None = None) -> AsyncIterator[Desk]:
        clock = FixedClock()
        store = SqlFeedStore(sqlite_database)
        async with serving(answers, host="0.0.0.0") as server, fetching(server, clock=clock) as fetcher:
            listed = tuple(
                Feed(key=name, url=server.url(f"/{name}", f"127.0.2.{number}"), every=HOUR)
                for number, name in enumerate(feeds, 1)
            )
            await store.sync(listed, clock.now())
            step = make_step(store, fetcher, clock, listed)
            parser = step.parser
            assert isinstance(parser, LineParser)
            yield Desk(server=server, clock=clock, step=step, store=store, parser=parser)

    return desk


def make_step(store: SqlFeedStore, fetcher: HttpFetcher, clock: FixedClock, feeds: tuple[Feed, ...]) -> PollStep:
    return PollStep(
        store=store,
        fetcher=fetcher,
        parser=LineParser(),
        catalog=FixedCatalog(Catalog(revision="1", feeds=feeds, admin_receiver="ops")),
        clock=clock,
        settings=IntervalSettings(minimum_every=timedelta(seconds=1)),
        outlet_of=lambda url: url.partition("//")[2].partition("/")[0],
        chance=lambda: 0.0,
    )


def tagged(body: bytes, etag: bytes = b'"1"') -> Callable[[Request, object], object]:
    async def answer(request: Request, writer: object) -> None:
        unchanged = request.headers.get(b"if-none-match") == etag
        writer.write(plain(b"", status=b"304 N") if unchanged else plain(body, b"ETag: " + etag))  # type: ignore[attr-defined]

    return answer


@pytest.mark.case(1)
async def test_a_hundred_polls_of_an_unchanged_feed_ask_once_without_condition(open_desk) -> None:
    async with open_desk("wire", answers={"/wire": tagged(b"feed\none\ntwo")}) as desk:
        outcomes = [await desk.poll_all(after=2 * HOUR) for _ in range(100)]
    assert outcomes == [[2], *[[0]] * 99]
    assert [b"if-none-match" in request.headers for request in desk.server.requests] == [False, *[True] * 99]
    assert desk.parser.calls == 1


@pytest.mark.case(9)
async def test_the_same_document_is_not_parsed_again(open_desk) -> None:
    async with open_desk("wire", answers={"/wire": plain(b"feed\none")}) as desk:
        for _ in range(5):
            await desk.poll_all(after=2 * HOUR)
    assert desk.parser.calls == 1
    assert len(desk.server.requests) == 5


@pytest.mark.case(10)
async def test_sixty_restarts_in_an_hour_ask_once(open_desk, sqlite_database: Database) -> None:
    async with open_desk("wire", answers={"/wire": plain(b"feed\none")}) as desk:
        for _ in range(60):
            catalog = desk.step.catalog.current()
            restarted = SqlFeedStore(sqlite_database)
            await restarted.sync(catalog.feeds, desk.clock.now())
            desk.step = replace(desk.step, store=restarted)
            await desk.poll_all(after=timedelta(minutes=1))
    assert len(desk.server.requests) == 1


@pytest.mark.case(8, 7)
async def test_a_poll_that_is_not_recorded_is_made_again_whole(open_desk) -> None:
    class Broken(Exception):
        pass

    class Dies(SqlFeedStore):
        async def record(self, polled: Polled) -> int | None:
            raise Broken

    async with open_desk("wire", answers={"/wire": tagged(b"feed\none\ntwo")}) as desk:
        whole = desk.step
        desk.step = replace(whole, store=Dies(desk.store._database))
        with pytest.raises(Broken):
            await desk.poll_all()
        desk.step = whole
        assert await desk.poll_all() == [2]
    assert [b"if-none-match" in request.headers for request in desk.server.requests] == [False, False]


@pytest.mark.case(7)
async def test_a_document_that_is_no_feed_leaves_nothing_behind(open_desk) -> None:
    async with open_desk("wire", answers={"/wire": tagged(b"<html>login</html>", b'"portal"')}) as desk:
        assert await desk.poll_all() == [0]
        desk.server.answers["/wire"] = tagged(b"feed\none")
        assert await desk.poll_all(after=3 * HOUR) == [1]
    assert b"if-none-match" not in desk.server.requests[1].headers


async def test_two_polls_of_a_feed_at_once_count_as_one(open_desk) -> None:
    async with open_desk("wire", answers={"/wire": plain(b"feed\none")}) as desk:
        (row,) = await desk.store.due(desk.clock.now(), 10, ())
        assert [await desk.step.poll(row), await desk.step.poll(row)] == [1, None]


@pytest.mark.case(143)
async def test_an_outage_of_our_own_makes_one_message_and_blames_no_feed(open_desk, sqlite_database: Database) -> None:
    names = [f"desk{number}" for number in range(1, 21)]
    answers = {f"/{name}": plain(b"feed\n" + name.encode()) for name in names}
    async with open_desk(*names, answers=dict(answers)) as desk:
        await desk.poll_all()
        port = desk.server.port
    async with serving() as nobody, fetching(nobody, clock=desk.clock) as fetcher:
        assert nobody.port != port
        desk.step = replace(desk.step, fetcher=fetcher)
        fetcher._transport._network._ports |= {port}  # type: ignore[attr-defined]
        for pause in (120, 5, 5, 5):
            await desk.poll_all(after=timedelta(minutes=pause))
        states = [row.state for row in await desk.store.due(desk.clock.now() + 100 * HOUR, 100, ())]
    assert desk.step.network.down_since is not None
    assert len(states) == 20
    assert [state.failures for state in states] == [0] * 20
    told = await sqlite_database.read(lambda connection: connection.execute(select(deliveries.c.text)).scalars().all())
    assert len(told) == 1
    assert "our own network seems to be down" in told[0]


@pytest.mark.case(38)
async def test_thousands_of_new_entries_in_a_known_feed_are_stored_in_one_poll(open_desk) -> None:
    many = "\n".join(f"title {number}" for number in range(5_000))
    async with open_desk("wire", answers={"/wire": plain(b"feed\none")}) as desk:
        assert await desk.poll_all() == [1]
        desk.server.answers["/wire"] = plain(f"feed\none\n{many}".encode())
        assert await desk.poll_all(after=2 * HOUR) == [5_000]
        assert await desk.poll_all(after=2 * HOUR) == [0]


async def longest_gap(work: Awaitable[object]) -> float:
    """Seconds of processor time the event loop spent at most without a break while `work` was done."""
    task, longest = asyncio.ensure_future(work), 0.0
    while not task.done():
        started = time.thread_time()
        await asyncio.sleep(0.001)
        longest = max(longest, time.thread_time() - started)
    await task
    return longest


@pytest.mark.case(38)
async def test_a_document_of_thousands_of_entries_does_not_hold_up_the_event_loop(open_desk) -> None:
    many = "\n".join(f"title {number}" for number in range(5_000))
    async with open_desk("wire", answers={"/wire": plain(f"feed\n{many}".encode())}) as desk:
        desk.step.make_keys = off_loop(document_keys, "document keys")
        desk.step.read_document = off_loop(read_document, "read document")
        assert await longest_gap(desk.poll_all()) < 0.1
        assert (await desk.store.due(desk.clock.now(), 10, ())) == []


@pytest.mark.case(41)
async def test_keys_are_looked_up_in_the_real_store(open_desk) -> None:
    async with open_desk("wire", answers={"/wire": plain(b"feed\none\ntwo")}) as desk:
        await desk.poll_all()
        url = desk.step.catalog.current().feeds[0].url
        (keys,) = keys_of("wire", (Entry(guid="one", url=f"{url}?id=one", title="one"),))
        known = await desk.store.known(list(keys.lookups()))
    assert keys.guid in known
    assert keys.url not in known  # a baseline's address is kept apart
    assert keys.baseline in known
