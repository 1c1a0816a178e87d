"""The real program as a user starts it: its memory with many feeds, its workers' over many pages, and its quickness.

    python -m benchmarks.daemon memory  [--feeds 2000] [--items 5] [--topics 1000]
    python -m benchmarks.daemon workers [CORPUS] [--pages 20000]
    python -m benchmarks.daemon latency [--news 40]

*memory*: `wirewatch run` polls so many loopback feeds, all new, until everything is judged; megabytes of the main
process and of the others. *workers*: the extractor's pool reads so many pages, real ones from CORPUS (any folder with
*.html.gz below it) or generated ones, over and over; the largest worker, sampled all along. *latency*: one feed, asked
every second, shows one piece of news after another; from the first answer that shows it, to the request with which a
fake Slack is told, page and all.
"""

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from benchmarks.pipeline import NOW, WORDS, configuration, pages, write
from monitor.adapters.pooled.extractor import PooledExtractor
from monitor.adapters.pooled.tasks import PRELOAD
from monitor.adapters.workers.pool import Size, Workers
from monitor.app.runtime.clock import SystemClock
from storage.schema.content import feeds
from storage.sql.database import Database

HOSTS = 200
SAMPLES = 20
WARM_UP = 3
"""News that passes before it counts: workers are started and models loaded with the first."""
PAUSE = 2.5
"""Seconds from one piece of news to the next: Slack takes one message a second in a channel."""


@asynccontextmanager
async def program(folder: Path, **environment: str) -> AsyncIterator[psutil.Process]:
    """`wirewatch run` on this configuration, ended at the end."""
    command = [sys.executable, "-m", "monitor", "run", "--config", str(folder)]
    started = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, **environment})
    try:
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait()


class World:
    """Feeds and pages on loopback. News number n is shown once `news` is greater; `shown` says when it first was."""

    def __init__(self, items: int = 0) -> None:
        self.news = items
        self.shown: dict[int, float] = {}
        self.told: dict[int, float] = {}
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection: feeds, pages and Slack alike."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = re.search(r"(?im)^content-length: *(\d+)", head)
                said = (await reader.readexactly(int(length[1]))).decode() if length else ""
                host = re.search(r"(?im)^host: *(\S+)", head)
                kind, body = self.answer(head.split(" ", 2)[1], host[1] if host else "", said)
                head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    def answer(self, path: str, host: str, said: str) -> tuple[str, bytes]:
        if path.startswith("/api/"):
            return "application/json", self.slack(path, said)
        if path == "/robots.txt":
            return "text/plain", b""
        if path.startswith("/news/"):
            return "text/html", story(f"{host}{path}", int(path[6:]))
        now = time.monotonic()
        for number in range(self.news):
            self.shown.setdefault(number, now)
        items = "".join(
            f"<item><title>{headline(host, number)}</title><link>http://{host}/news/{number}</link>"
            f"<guid>{number}</guid><pubDate>{NOW}</pubDate></item>"
            for number in reversed(range(self.news))
        )
        return "application/rss+xml", f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode()

    def slack(self, path: str, said: str) -> bytes:
        """Whatever is asked is granted."""
        if path.endswith("chat.postMessage"):
            for number in map(int, re.findall(r"Number.{1,3}?(\d+)", said)):
                self.told.setdefault(number, time.monotonic())
        answer = {"ok": True, "channel": "C0DESK0001", "ts": f"{time.time():.6f}", "messages": [], "user_id": "U1"}
        return json.dumps(answer).encode()


def headline(host: str, number: int) -> str:
    chance = random.Random(f"{host}{number}")
    return f"Number {number} {' '.join(chance.sample(WORDS, 4))}"


def story(where: str, number: int) -> bytes:
    """Return a page about something of its own, so that it is a story of its own."""
    chance = random.Random(where)
    own = [f"{''.join(chance.choices('bcdfglmnprst', k=3))}{word}{chance.randrange(99)}" for word in WORDS]
    text = "".join(f"<p>{' '.join(chance.choices(own, k=60))} tariff.</p>" for _ in range(12))
    return f"<html><head><title>{number}</title></head><body><article>{text}</article></body></html>".encode()


@asynccontextmanager
async def serving(world: World) -> AsyncIterator[None]:
    server = await asyncio.start_server(world.talk, "0.0.0.0", 0)
    world.port = server.sockets[0].getsockname()[1]
    async with server:
        yield


async def memory(count: int, items: int, topics: int) -> None:
    world = World(items)
    async with serving(world):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            configuration(folder, [world.port], topics, 2)
            sources = [
                {"key": f"f{n}", "url": f"http://127.0.{1 + n % HOSTS}.{1 + n // HOSTS}:{world.port}/{n}.xml"}
                for n in range(count)
            ]
            write(folder / "feeds.yml", {"feeds": [{**source, "every": "1h"} for source in sources]})
            database = Database.open(f"sqlite:///{folder}/store.db")
            async with program(folder) as process:
                most = await watched(process, database, count * items)
            polled = await database.read(lambda connection: connection.execute(feeds.select()).all())
            print(f"{sum(row.polls > 0 for row in polled)} feeds polled, {count * items} articles, {topics} topics")
            print(f"main process {most[0]} MB at most, {most[1]} MB at the end, others {most[2:]} MB")
            await database.close()


async def watched(process: psutil.Process, database: Database, wanted: int) -> list[int]:
    """Return megabytes of the program's processes once `wanted` articles are judged.

    First the most that the main process ever had, then what it has now, then each of the others.
    """
    others = [0]
    while await done(database) < wanted:
        others = sorted((child.memory_info().rss >> 20 for child in process.children(recursive=True)), reverse=True)
        await asyncio.sleep(1)
    status = dict(re.findall(r"(\w+):\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text()))
    return [int(status["VmHWM"]) >> 10, int(status["VmRSS"]) >> 10, *others]


async def done(database: Database) -> int:
    """How many articles are judged; none while the program still makes its tables."""
    if database.path is None or not database.path.exists():
        return 0
    rows = await database.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT count(*) FROM sqlite_master WHERE name = 'ledger'"
        ).scalar_one()
    )
    if not rows:
        return 0
    return await database.read(
        lambda connection: connection.exec_driver_sql("SELECT count(*) FROM articles WHERE due IS NULL").scalar_one()
    )


async def workers(corpus: Path | None, count: int) -> None:
    contents = pages(corpus, 400)
    pool = Workers(feeds=Size(workers=1, seconds=5.0), pages=Size(workers=2, seconds=20.0), preload=PRELOAD)
    extractor, parts = PooledExtractor(pool, SystemClock()), max(1, count // SAMPLES)

    async def read(part: list[bytes]) -> None:
        await asyncio.gather(*(extractor.extract(page, url="https://a.example/1", charset=None) for page in part))

    sizes = []
    for start in range(0, count, parts):
        await read([contents[n % len(contents)] for n in range(start, min(count, start + parts))])
        sizes.append(max(child.memory_info().rss >> 20 for child in psutil.Process().children(recursive=True)))
    await pool.close()
    print(f"{count} pages; largest worker after each {parts}: {sizes} MB")


async def latency(news: int) -> None:
    world = World()
    async with serving(world):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            configuration(folder, [world.port], 0, 2)
            source = {"key": "f", "url": f"http://127.0.0.1:{world.port}/feed.xml", "every": "1s"}
            write(folder / "feeds.yml", {"feeds": [source]})
            write(folder / "receivers.yml", {"receivers": {"none": {"slack": "C0DESK0001", "max_per_hour": 5000}}})
            settings = json.loads((folder / "wirewatch.yml").read_text())
            settings["slack"] = {"api_url": f"http://127.0.0.1:{world.port}/api/"}
            write(folder / "wirewatch.yml", settings)
            async with program(folder, SLACK_BOT_TOKEN="xoxb-1-benchmark"):
                for number in range(WARM_UP + news):
                    world.news = number + 1
                    await asyncio.sleep(PAUSE)
                    while number < WARM_UP and number not in world.told:
                        await asyncio.sleep(PAUSE)
                await asyncio.sleep(PAUSE)
    measured = [number for number in world.told if number >= WARM_UP]
    took = sorted(world.told[number] - world.shown[number] for number in measured)
    print(f"{len(took)} of {news} told; seconds from the feed's answer to the message:")
    print(f"median {statistics.median(took):.2f}, p95 {took[int(0.95 * (len(took) - 1))]:.2f}, most {took[-1]:.2f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    chosen = options.add_subparsers(dest="what", required=True)
    of_memory = chosen.add_parser("memory")
    of_memory.add_argument("--feeds", type=int, default=2000)
    of_memory.add_argument("--items", type=int, default=5)
    of_memory.add_argument("--topics", type=int, default=1000)
    of_workers = chosen.add_parser("workers")
    of_workers.add_argument("corpus", nargs="?", type=Path)
    of_workers.add_argument("--pages", type=int, default=20_000)
    of_latency = chosen.add_parser("latency")
    of_latency.add_argument("--news", type=int, default=40)
    given = options.parse_args()
    if given.what == "memory":
        asyncio.run(memory(given.feeds, given.items, given.topics))
    elif given.what == "workers":
        asyncio.run(workers(given.corpus, given.pages))
    else:
        asyncio.run(latency(given.news))


if __name__ == "__main__":
    main()
