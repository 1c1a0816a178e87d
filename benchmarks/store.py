"""How fast the store is, beside the bare library underneath it, in one run.

    python -m benchmarks.store [--keys 200000] [--url postgresql://...]

Seen-keys: a million-feed day is mostly asking "do we know these 50 keys?". The product asks through its own layer: an
await, a worker thread, SQLAlchemy, 50 keys a statement; the peer asks sqlite3 directly, in the same thread.
"""

import argparse
import asyncio
import hashlib
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from monitor.domain.articles.article import Entry, NewArticle, Stage
from monitor.domain.catalog import Feed
from monitor.domain.feeds.feed import FeedState
from monitor.domain.feeds.polled import Polled
from storage.feeds.store import SqlFeedStore
from storage.schema.content import identities
from storage.schema.upgrade import upgrade
from storage.sql.database import Database

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TOGETHER = 50
ROUNDS = 3


Measured = tuple[float, float]
"""Seconds on the wall and seconds of processor time, all threads together."""


def clock() -> Measured:
    return time.perf_counter(), time.process_time()


def since(begun: Measured) -> Measured:
    now = clock()
    return now[0] - begun[0], now[1] - begun[1]


def key(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def questions(keys: int, asked: int) -> list[list[bytes]]:
    """Return lists of 50 keys, every second one known, in random order."""
    chosen = random.Random(1)
    return [[key(chosen.randrange(2 * keys)) for _ in range(TOGETHER)] for _ in range(asked // TOGETHER)]


def report(name: str, unit: str, count: int, measured: Sequence[Measured], peer: float | None = None) -> float:
    """Print the median; the rate on the wall is returned."""
    wall, processor = sorted(measured)[len(measured) // 2]
    rate = count / wall
    beside = "" if peer is None else f"   {rate / peer:5.2f} x the peer"
    print(f"{name:48} {rate:10,.0f} {unit}/s {1e6 * processor / count:10,.1f} us of processor each{beside}")
    return rate


async def product_known(store: SqlFeedStore, asked: list[list[bytes]]) -> Measured:
    begun = clock()
    for keys in asked:
        await store.known(keys)
    return since(begun)


def raw_known(path: Path, asked: list[list[bytes]]) -> Measured:
    connection = sqlite3.connect(path)
    statement = f"SELECT hash, article_id FROM identities WHERE hash IN ({','.join('?' * TOGETHER)})"
    begun = clock()
    for keys in asked:
        dict(connection.execute(statement, keys))
    seconds = since(begun)
    connection.close()
    return seconds


def polls(feeds: int, entries: int, first: int) -> Iterator[Polled]:
    """One poll of each feed, all entries new."""
    number = first
    for feed in range(feeds):
        new = []
        for _ in range(entries):
            number += 1
            entry = Entry(url=f"https://outlet.example/{number}", title=f"Report {number}", summary="A sentence. " * 20)
            keys = (key(-number), key(-number - 10**9))
            new.append(
                NewArticle(
                    identities=keys,
                    entry=entry,
                    outlet="outlet.example",
                    feed_key=f"f{feed}",
                    first_seen=NOW,
                    stage=Stage.EXTRACT,
                )
            )
        state = FeedState(due=NOW, polls=first + 1)
        yield Polled(feed_key=f"f{feed}", seen_polls=first, state=state, articles=tuple(new))


async def product_record(store: SqlFeedStore, waiting: Sequence[Polled]) -> Measured:
    begun = clock()
    for polled in waiting:
        await store.record(polled)
    return since(begun)


def raw_record(path: Path, waiting: Sequence[Polled]) -> Measured:
    """Write the same rows with sqlite3 alone, one transaction a poll."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE raw (id INTEGER PRIMARY KEY, url, title, summary, outlet, feed, seen, stage)")
    begun = clock()
    number = 10**9
    for polled in waiting:
        connection.execute("BEGIN IMMEDIATE")
        for new in polled.articles:
            number += 1
            row = (number, new.entry.url, new.entry.title, new.entry.summary, new.outlet, new.feed_key, 0, "extract")
            connection.execute("INSERT INTO raw VALUES (?,?,?,?,?,?,?,?)", row)
            rows = [(hashlib.sha256(own).digest(), number) for own in new.identities]
            connection.executemany("INSERT INTO identities VALUES (?,?) ON CONFLICT DO NOTHING", rows)
        connection.execute("COMMIT")
    seconds = since(begun)
    connection.close()
    return seconds


async def fill(database: Database, keys: int) -> None:
    rows = [{"hash": key(number), "article_id": number} for number in range(keys)]
    for start in range(0, keys, 10_000):
        part = rows[start : start + 10_000]
        await database.run(lambda c, part=part: c.execute(identities.insert(), part))


async def main(keys: int, url: str | None) -> None:
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-bench-"))
    path = folder / "store.db"
    database = Database.open(url or f"sqlite:///{path}")
    await upgrade(database)
    store = SqlFeedStore(database)
    await fill(database, keys)
    asked = questions(keys, 100_000)
    print(
        f"{keys:,} keys stored, half of those asked for are known; medians of {ROUNDS}; {database.engine.dialect.name}"
    )
    raw = None
    if url is None:
        raw = report(
            "sqlite3 alone: 50 keys a statement", "keys", 100_000, [raw_known(path, asked) for _ in range(ROUNDS)]
        )
    product = [await product_known(store, asked) for _ in range(ROUNDS)]
    rate = report("the store: known(50 keys)", "keys", 100_000, product, raw)
    await benchmark_polls(store, path if url is None else None)
    await database.close()
    shutil.rmtree(folder)
    if rate < 20_000:
        raise SystemExit("seen-key checks are slower than 20,000 a second")


async def benchmark_polls(store: SqlFeedStore, path: Path | None) -> None:
    feeds = [Feed(key=f"f{number}", url=f"https://f{number}.example/") for number in range(100)]
    await store.sync(feeds, NOW)
    waiting = list(polls(100, 50, 0))
    raw = (
        None
        if path is None
        else report("sqlite3 alone: a poll of 50 new", "articles", 5_000, [raw_record(path, waiting)])
    )
    report("the store: record(a poll of 50 new)", "articles", 5_000, [await product_record(store, waiting)], raw)
    quiet = [replace(polled, seen_polls=1, articles=(), state=FeedState(due=NOW, polls=2)) for polled in waiting]
    report("the store: record(a poll that brought nothing)", "polls", 100, [await product_record(store, quiet)])
    begun = clock()
    for _ in range(100):
        await store.due(NOW, 50, ())
    report("the store: due(50 feeds)", "calls", 100, [since(begun)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=200_000)
    parser.add_argument("--url", help="a database to use instead of a new SQLite file; it must be empty")
    given = parser.parse_args()
    asyncio.run(main(given.keys, given.url))
