"""How fast feeds are polled, beside a bare httpx loop and lemon24/reader on the same loopback feeds.

    python -m benchmarks.polling [CORPUS] [--feeds 500] [--rounds 3] [--only step]

Feeds are invented ones of 22 KB without markup, or the real ones below CORPUS, copied under other hosts until there are
enough. A server in a process of its own serves them on many loopback addresses, with ETags. Each round asks every feed
once, first for all documents and then for 304s only; CPU is that of the client and of the parsers it has started.
`wirewatch` is the real fetcher with its guard, limits and limits; `bare httpx` is one AsyncClient and workers over a
queue, with nothing checked.
`poll + parse + store` is the whole poll step into SQLite: all documents new, all sent again though nothing changed, and
304s. lemon24/reader, in a process of its own, stands beside it when it is installed.
"""

import argparse
import asyncio
import gc
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
from sqlalchemy import func, select

from benchmarks.feed_server import Server, invented, real, start
from monitor.adapters.http.client import HttpFetcher
from monitor.adapters.pooled.feed_parser import PooledFeedParser
from monitor.adapters.pooled.tasks import PRELOAD
from monitor.adapters.text.outlets import outlets
from monitor.adapters.workers.pool import COLLECT_AFTER, Size, Workers
from monitor.domain.catalog import Catalog, Feed
from monitor.domain.feeds.feed import FeedForPoll, Validators
from monitor.domain.feeds.fetch import Fetched, HttpSettings, NotModified
from monitor.domain.feeds.intervals import IntervalSettings
from monitor.steps.poll import PollStep
from storage.feeds.store import SqlFeedStore
from storage.schema.content import articles
from storage.schema.upgrade import upgrade
from storage.sql.database import Database

AT_ONCE = 50


class WallClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Row:
    """The rounds, of which the median is shown: CPU microseconds a feed, feeds a second."""

    name: str
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def show(self) -> str:
        cpu, wall = statistics.median(self.cpu), statistics.median(self.wall)
        return f"{self.name:38} {cpu * 1e6:9.0f} us CPU/feed {1 / wall:9.0f} feeds/s"


def spent(server: Server) -> float:
    """CPU seconds of this process and of the parsers it has started, but not of the server."""
    started = [process for process in psutil.Process().children(recursive=True) if process.pid != server.pid]
    return time.process_time() + sum(sum(process.cpu_times()[:4]) for process in started)


@contextmanager
def measured(row: Row, server: Server, count: int) -> Iterator[None]:
    cpu, wall = spent(server), time.perf_counter()
    yield
    row.cpu.append((spent(server) - cpu) / count)
    row.wall.append((time.perf_counter() - wall) / count)


async def over_queue(urls: Sequence[str], ask: Callable[[str], Awaitable[None]]) -> None:
    """`AT_ONCE` workers over a queue."""
    waiting = iter(urls)

    async def worker() -> None:
        for url in waiting:
            await ask(url)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def bare(server: Server, rounds: int) -> tuple[Row, Row]:
    full, unchanged = Row("bare httpx, 200"), Row("bare httpx, 304")
    etags: dict[str, str] = {}
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=AT_ONCE), timeout=30) as client:

        async def ask(url: str) -> None:
            answer = await client.get(url, headers={"If-None-Match": etags[url]} if url in etags else {})
            if answer.status_code == 200:
                etags[url] = answer.headers["etag"]

        for _ in range(rounds):
            etags.clear()
            for row in (full, unchanged):
                with measured(row, server, len(server.urls)):
                    await over_queue(server.urls, ask)
    return full, unchanged


def settings(port: int) -> HttpSettings:
    return HttpSettings(
        allow_networks=("127.0.0.0/8",), allow_ports=(port,), per_host_delay=timedelta(0), concurrency=AT_ONCE
    )


async def ours(server: Server, rounds: int) -> tuple[Row, Row]:
    full, unchanged = Row("wirewatch, 200"), Row("wirewatch, 304")
    fetcher = HttpFetcher(settings(server.port), WallClock())
    known: dict[str, Validators] = {}

    async def ask(url: str) -> None:
        answer = await fetcher.feed(url, known.get(url, Validators()))
        assert isinstance(answer, Fetched | NotModified), answer
        known[url] = answer.validators

    for _ in range(rounds):
        known.clear()
        for row in (full, unchanged):
            with measured(row, server, len(server.urls)):
                await over_queue(server.urls, ask)
    await fetcher.aclose()
    return full, unchanged


PARTS = 6
PASSES = (("all new", False), ("unchanged, 200", False), ("304", True))
"""What comes in each pass of a whole poll, and whether the server answers 304."""


@dataclass
class FixedCatalog:
    """Only these feeds."""

    catalog: Catalog

    def current(self) -> Catalog:
        return self.catalog


@dataclass
class Ours:
    """The whole poll step: fetch, parse in a worker process, recognise, store in SQLite."""

    step: PollStep
    store: SqlFeedStore
    due: dict[str, FeedForPoll] = field(default_factory=dict)

    async def begin(self) -> None:
        """Begin a pass: every feed is due, with what the last pass taught."""
        after = datetime.now(UTC) + timedelta(days=20)
        self.due = {row.url: row for row in await self.store.due(after, 1_000_000, ())}

    async def poll(self, urls: Sequence[str]) -> None:
        async def ask(url: str) -> None:
            await self.step.poll(self.due[url])

        await over_queue(urls, ask)


@asynccontextmanager
async def our_poll(server: Server, folder: Path) -> AsyncIterator[Ours]:
    clock = WallClock()
    feeds = tuple(Feed(key=f"feed{number}", url=url) for number, url in enumerate(server.urls))
    database = Database.open(f"sqlite:///{folder / 'benchmark.db'}")
    await upgrade(database)
    store = SqlFeedStore(database)
    await store.sync(feeds, clock.now())
    workers = Workers(feeds=Size(workers=1, seconds=5.0), pages=Size(workers=1, seconds=5.0), preload=PRELOAD)
    fetcher = HttpFetcher(settings(server.port), clock)
    step = PollStep(
        store=store,
        fetcher=fetcher,
        parser=PooledFeedParser(workers, clock),
        catalog=FixedCatalog(Catalog(revision="1", feeds=feeds)),
        clock=clock,
        settings=IntervalSettings(),
        outlet_of=outlets().outlet,
        chance=lambda: 0.5,
    )
    await step.parser.parse(invented(0), url=server.urls[0], charset=None, media_type="")  # starts the worker
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    yield Ours(step, store)
    failed = sum(row.state.failures > 0 for row in await store.due(clock.now() + timedelta(days=20), len(feeds), ()))
    count = select(func.count()).select_from(articles)
    print(f"wirewatch kept {database.run_now(lambda c: c.scalar(count))} articles; {failed} feeds failed")
    await workers.close()
    await fetcher.aclose()
    await database.close()


class Peer:
    """lemon24/reader, with its own parser and store, in a process of its own."""

    def __init__(self, parts: Sequence[Sequence[str]], folder: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.reader_peer", str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._say(json.dumps(parts))

    def _say(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def poll(self, part: int) -> None:
        """Poll a part of the feeds. Raises RuntimeError when the peer has ended."""
        self._say(str(part))
        assert self._process.stdout
        if not self._process.stdout.readline():
            raise RuntimeError("lemon24/reader has failed")

    def close(self) -> None:
        print(self._process.communicate()[0], end="")


async def polling(server: Server, folder: Path) -> None:
    """Measure whole polls, each part of the feeds beside lemon24/reader where that is installed.

    A machine that other work makes slower and faster does so to both. Both have polled one feed before, the last one,
    so that what they load and compile when first used is not counted.
    """
    parts = [server.urls[start:-1:PARTS] for start in range(PARTS)]
    peer = Peer([*parts, server.urls[-1:]], folder) if importlib.util.find_spec("reader") else None
    async with our_poll(server, folder) as own:
        await own.begin()
        await own.poll(server.urls[-1:])
        if peer:
            peer.poll(PARTS)
        for name, conditional in PASSES:
            server.conditional.value = conditional
            mine, theirs = Row(f"poll + parse + store, {name}"), Row(f"lemon24/reader, {name}")
            await own.begin()
            for number, urls in enumerate(parts):
                with measured(mine, server, len(urls)):
                    await own.poll(urls)
                if peer:
                    with measured(theirs, server, len(urls)):
                        peer.poll(number)
            print(mine.show())
            if peer:
                print(theirs.show())
                print(f"{name}: {sum(theirs.cpu) / sum(mine.cpu):.1f} times the speed of reader, by CPU")
    if peer:
        peer.close()


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("corpus", nargs="?", type=Path)
    options.add_argument("--feeds", type=int, default=500)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", choices=("fetch", "step"), help="one half of it")
    chosen = options.parse_args()
    documents = real(chosen.corpus, chosen.feeds) if chosen.corpus else [invented(n) for n in range(chosen.feeds)]
    print(f"{len(documents)} feeds, {sum(map(len, documents)) / len(documents) / 1000:.0f} KB each")
    server = start([*documents, invented(len(documents))])
    if chosen.only != "step":
        fetching(server, chosen.rounds)
    if chosen.only != "fetch":
        with tempfile.TemporaryDirectory() as name:
            asyncio.run(polling(server, Path(name)))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    server.stop()


def fetching(server: Server, rounds: int) -> None:
    """Measure requests alone, beside a bare httpx loop."""
    bare_rows, our_rows = asyncio.run(bare(server, rounds)), asyncio.run(ours(server, rounds))
    for row in (*bare_rows, *our_rows):
        print(row.show())
    for kind, mine, theirs in zip(("200", "304"), our_rows, bare_rows, strict=True):
        ratio = statistics.median(theirs.cpu) / statistics.median(mine.cpu)
        print(f"{kind}: {ratio:.2f} times the speed of a bare httpx loop, by CPU")


if __name__ == "__main__":
    main()
