"""How fast feeds are polled, beside a bare httpx loop on the same loopback feeds.

    python benchmarks/polling.py [--feeds 500] [--rounds 3]

A server in a process of its own serves the feeds on many loopback addresses, with ETags. Each round asks every feed
once, first for all documents and then for 304s only; CPU is that of the client and of the parsers it has started.
`wirewatch` is the real fetcher with its guard, lanes and limits; `bare httpx` is one AsyncClient and workers over a
queue, with nothing checked.
`poll + parse + store` is the whole poll step into SQLite; lemon24/reader stands beside it when it is installed.
"""

import argparse
import asyncio
import gzip
import importlib.util
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import psutil

from monitor.adapters.feeds import PooledFeedParser
from monitor.adapters.http import HttpFetcher
from monitor.adapters.worker_calls import PRELOAD
from monitor.adapters.workers import Size, Workers
from monitor.domain.catalog import Catalog
from monitor.domain.feeds import Feed, FeedForPoll, Validators
from monitor.domain.fetching import Fetched, HttpSettings, NotModified
from monitor.domain.intervals import PollSettings
from monitor.steps.poll import Poll
from storage.database import Database
from storage.feeds import SqlFeedStore
from storage.upgrade import upgrade

AT_ONCE = 50
HOSTS = 250


class WallClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def document(number: int, items: int = 25) -> bytes:
    """An invented feed of about 20 KB."""
    text = "The harbour office says that the ferry left on time, to the surprise of its passengers. " * 8
    body = "".join(
        f"<item><title>Ferry {number}-{item} leaves on time</title><link>https://pier{number}.example/{item}</link>"
        f"<guid>{number}-{item}</guid><pubDate>Mon, 02 Mar 2026 {item % 24:02}:00:00 GMT</pubDate>"
        f"<description>{text}</description></item>"
        for item in range(items)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Pier {number}</title>{body}</channel></rss>'.encode()
    )


def serve(feeds: int, ready: Connection) -> None:
    """Serve until killed."""
    bodies = [gzip.compress(document(number)) for number in range(feeds)]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                number = int(head.split(b" ", 2)[1][1:].split(b".")[0])
                etag = b'"%d"' % number
                if b"if-none-match" in head.lower():
                    writer.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n")
                else:
                    lines = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\nETag: "
                    body = bodies[number]
                    writer.write(lines + etag + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, "0.0.0.0", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@dataclass
class Server:
    """Who serves; not to be counted."""

    pid: int = 0


SERVER = Server()


@dataclass
class Row:
    """The rounds, of which the median is shown: CPU microseconds a feed, feeds a second."""

    name: str
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def show(self) -> str:
        cpu, wall = statistics.median(self.cpu), statistics.median(self.wall)
        return f"{self.name:38} {cpu * 1e6:9.0f} us CPU/feed {1 / wall:9.0f} feeds/s"


def spent() -> float:
    """CPU seconds of this process and of the parsers it has started, but not of the server."""
    started = [process for process in psutil.Process().children(recursive=True) if process.pid != SERVER.pid]
    return time.process_time() + sum(sum(process.cpu_times()[:4]) for process in started)


async def measured(row: Row, count: int, work: Callable[[], Awaitable[None]]) -> None:
    cpu, wall = spent(), time.perf_counter()
    await work()
    row.cpu.append((spent() - cpu) / count)
    row.wall.append((time.perf_counter() - wall) / count)


async def over_queue(urls: Sequence[str], ask: Callable[[str], Awaitable[None]]) -> None:
    """`AT_ONCE` workers over a queue."""
    waiting = iter(urls)

    async def worker() -> None:
        for url in waiting:
            await ask(url)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def bare(urls: Sequence[str], rounds: int) -> tuple[Row, Row]:
    full, unchanged = Row("bare httpx, 200"), Row("bare httpx, 304")
    etags: dict[str, str] = {}
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=AT_ONCE), timeout=30) as client:

        async def ask(url: str) -> None:
            answer = await client.get(url, headers={"If-None-Match": etags[url]} if url in etags else {})
            if answer.status_code == 200:
                etags[url] = answer.headers["etag"]

        for _ in range(rounds):
            etags.clear()
            await measured(full, len(urls), lambda: over_queue(urls, ask))
            await measured(unchanged, len(urls), lambda: over_queue(urls, ask))
    return full, unchanged


def settings(port: int) -> HttpSettings:
    return HttpSettings(
        allow_networks=("127.0.0.0/8",), allow_ports=(port,), per_host_delay=timedelta(0), concurrency=AT_ONCE
    )


async def ours(urls: Sequence[str], port: int, rounds: int) -> tuple[Row, Row]:
    full, unchanged = Row("wirewatch, 200"), Row("wirewatch, 304")
    fetcher = HttpFetcher(settings(port), WallClock())
    known: dict[str, Validators] = {}

    async def ask(url: str) -> None:
        answer = await fetcher.feed(url, known.get(url, Validators()))
        assert isinstance(answer, Fetched | NotModified), answer
        known[url] = answer.validators

    for _ in range(rounds):
        known.clear()
        await measured(full, len(urls), lambda: over_queue(urls, ask))
        await measured(unchanged, len(urls), lambda: over_queue(urls, ask))
    await fetcher.aclose()
    return full, unchanged


@dataclass
class FixedCatalog:
    """Only these feeds."""

    catalog: Catalog

    def current(self) -> Catalog:
        return self.catalog


async def whole_step(urls: Sequence[str], port: int, folder: Path) -> tuple[Row, Row]:
    """Fetch, parse in worker processes, recognise, store in SQLite: documents first, then 304s."""
    first, second = Row("poll + parse + store, 200"), Row("poll + parse + store, 304")
    clock = WallClock()
    feeds = tuple(Feed(key=f"feed{number}", url=url) for number, url in enumerate(urls))
    database = Database.open(f"sqlite:///{folder / 'benchmark.db'}")
    await upgrade(database)
    store = SqlFeedStore(database)
    await store.sync(feeds, clock.now())
    workers = Workers(feeds=Size(workers=1, seconds=5.0), pages=Size(workers=1, seconds=5.0), preload=PRELOAD)
    fetcher = HttpFetcher(settings(port), clock)
    step = Poll(
        store=store,
        fetcher=fetcher,
        parser=PooledFeedParser(workers, clock),
        catalog=FixedCatalog(Catalog(revision="1", feeds=feeds)),
        clock=clock,
        settings=PollSettings(),
        outlet_of=lambda url: url.partition("//")[2].partition("/")[0],
        chance=lambda: 0.5,
    )
    await step.parser.parse(document(0), url=urls[0], charset=None, media_type="")  # starts the worker
    for row in (first, second):
        due = {row.url: row for row in await store.due(clock.now() + timedelta(days=2), len(urls), ())}

        async def ask(url: str, due: dict[str, FeedForPoll] = due) -> None:
            await step.perform(due[url])

        await measured(row, len(urls), lambda ask=ask: over_queue(urls, ask))
    await workers.close()
    await fetcher.aclose()
    await database.close()
    return first, second


def peer(urls: Sequence[str], folder: Path) -> tuple[Row]:
    """lemon24/reader, with its own parser and store; at once again it would ask nobody."""
    import reader

    row = Row("lemon24/reader, 200")
    with reader.make_reader(str(folder / "reader.db")) as peer_reader:
        for url in urls:
            peer_reader.add_feed(url)
        cpu, wall = spent(), time.perf_counter()
        for _ in peer_reader.update_feeds_iter(workers=8):
            pass
        row.cpu.append((spent() - cpu) / len(urls))
        row.wall.append((time.perf_counter() - wall) / len(urls))
    return (row,)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--feeds", type=int, default=500)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    ready, told = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(chosen.feeds, told), daemon=True)
    server.start()
    assert server.pid
    SERVER.pid = server.pid
    port = ready.recv()
    urls = [f"http://127.0.{1 + n % HOSTS}.{1 + n // HOSTS}:{port}/{n}.xml" for n in range(chosen.feeds)]
    bare_rows = asyncio.run(bare(urls, chosen.rounds))
    our_rows = asyncio.run(ours(urls, port, chosen.rounds))
    with tempfile.TemporaryDirectory() as name:
        step_rows = asyncio.run(whole_step(urls, port, Path(name)))
        peer_rows = peer(urls, Path(name)) if importlib.util.find_spec("reader") else ()
    for row in (*bare_rows, *our_rows, *step_rows, *peer_rows):
        print(row.show())
    for other in peer_rows:
        print(f"poll + parse + store {other.cpu[0] / step_rows[0].cpu[0]:.1f} times the speed of reader, by CPU")
    for kind, mine, theirs in zip(("200", "304"), our_rows, bare_rows, strict=True):
        ratio = statistics.median(theirs.cpu) / statistics.median(mine.cpu)
        print(f"{kind}: {ratio:.2f} times the speed of a bare httpx loop, by CPU")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    server.terminate()


if __name__ == "__main__":
    main()
