"""The window of stories in a real store: how long its index takes at start, and how long placing holds the lock.

    python -m benchmarks.window [--articles 100000] [--members 1000] [--measured 200] [--url postgresql://...]

The store (SQLite in a temporary file, or an empty PostgreSQL database) is filled with articles of three days, nearly
all in stories of their own, and one story of `--members`, half of them copies, which a topic matched. Then the index is
rebuilt as the daemon does it, and articles are placed through the store's own transaction: in stories of their own, and
in the big story. What is held under the lock is everything between taking it and COMMIT. Fingerprints are generated:
random sketches, terms with the frequencies of a language.
"""

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Table

from monitor.app.runtime.story_window import rebuilt_index
from monitor.domain.alerts.judge import ArticleJudge
from monitor.domain.articles.article import Article, Stage
from monitor.domain.catalog import Catalog, Severity, SeverityStep, Topic, Watchlist
from monitor.domain.stories.fingerprint.fingerprint import encoded
from monitor.domain.stories.fingerprint.recurring import Template
from monitor.domain.stories.fingerprint.sketch import Sketch
from monitor.domain.stories.fingerprint.terms import TITLE, Terms
from monitor.domain.stories.index import StoryIndex
from monitor.domain.stories.values import Fingerprint
from monitor.domain.topics.values import Match, Matches
from storage.admin.transfer import continue_numbers
from storage.articles.pending_writes import PLACED
from storage.articles.place import Placing, place_all
from storage.articles.store import SqlArticleStore
from storage.schema.content import articles, counters, fingerprints, matches, stories
from storage.schema.upgrade import upgrade_now
from storage.sql.database import Database
from storage.sql.upserts import batches

NOW = datetime(2030, 5, 9, tzinfo=UTC)
SPAN = timedelta(hours=71)
TOGETHER = 5_000
STEP = SeverityStep(severity=Severity.CRITICAL, min_independent=50, within=timedelta(minutes=30))
TOPIC = Topic(
    key="harbour", watchlist="city", title="t", query="q", severity=Severity.LOW, min_outlets=2, steps=(STEP,)
)
CATALOG = Catalog(revision="r", watchlists=(Watchlist(name="city", file="f", receivers=(), topics=(TOPIC,)),))
FOUND = Matches(matches=(Match(topic="harbour", score=2.0, hits=()),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock that stands."""

    def now(self) -> datetime:
        """Return the same time always."""
        return NOW


def prints(count: int) -> Iterator[Fingerprint]:
    """Make fingerprints of different articles."""
    chance = np.random.default_rng(3)
    steps = np.cumsum(1.0 / np.arange(20, 60_020))
    for _ in range(count):
        terms = np.unique(np.searchsorted(steps, chance.random(32) * steps[-1])) * 2_654_435_761 % (1 << 32) + 1
        weights = {int(term): TITLE | 1 if at < 7 else 1 for at, term in enumerate(chance.permutation(terms))}
        hashes = np.unique(chance.integers(1, 1 << 29, 48).astype(np.uint32))
        yield encoded(
            terms=Terms(weights=weights),
            sketch=Sketch(hashes),
            template=Template(int(chance.integers(1 << 32)), 0),
            size=350,
            language=1,
            flags=2,
            title="A headline of some words that is as long as they are",
        )


_ARTICLE: dict[str, object] = {
    "url": None, "url_key": None, "feed_key": "f", "title": "t", "summary": "s", "author": "", "tags": [],
    "language": "en", "published": None, "baseline": False, "content_hash": None, "attempt": 0, "revision": 0,
}  # fmt: skip
_MATCH: dict[str, object] = {"topic": "harbour", "near": False, "score": 2.0, "parts": [], "hits": [], "revision": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Articles 1 to `count` placed, the last `members` of them in one story, and `waiting` that are not."""

    count: int
    members: int
    waiting: int

    @property
    def big(self) -> int:
        """Return the first article of the big story, and the story's id."""
        return self.count - self.members + 1

    def placed(self, number: int) -> dict[str, object]:
        """Return what an article's row and its fingerprint's have in common."""
        copy = number > self.big and (number - self.big) % 2
        outlet = f"o{number % 2000}.example"
        return {"story_id": min(number, self.big), "copy_of": self.big if copy else None, "outlet": outlet}

    def at(self, number: int) -> datetime:
        """Return when an article came."""
        return NOW - SPAN + SPAN / self.count * number

    def article(self, number: int) -> dict[str, object]:
        """Make the row of an article that was placed."""
        placed = self.placed(number)
        origin = placed["outlet"] if placed["copy_of"] is None else self.placed(self.big)["outlet"]
        own = {"id": number, "first_seen": self.at(number), "stage": "done", "due": None, "origin": origin}
        return _ARTICLE | placed | own

    def unplaced(self, number: int) -> dict[str, object]:
        """Make the row of an article that waits."""
        own = {"id": number, "first_seen": NOW, "stage": Stage.TRIAGE.value, "due": NOW}
        return _ARTICLE | own | {"outlet": f"x{number}.example"}


def fill(database: Database, world: World) -> list[Fingerprint]:
    """Write all rows; return the fingerprints of the articles placed."""
    made = list(prints(world.count))
    numbers = range(1, world.count + 1)

    def write(table: Table, rows: Iterable[dict[str, object]]) -> None:
        for part in batches(list(rows), TOGETHER):
            database.run_now(lambda connection, part=part: connection.execute(table.insert(), part))

    seen = (world.at(number) for number in range(1, world.big + 1))
    write(stories, ({"id": n, "title": "t", "first_seen": at, "last_seen": at} for n, at in enumerate(seen, start=1)))
    write(articles, map(world.article, numbers))
    write(articles, map(world.unplaced, range(world.count + 1, world.count + world.waiting + 1)))
    write(
        fingerprints,
        (
            world.placed(number)
            | {"sequence": number, "article_id": number, "at": world.at(number)}
            | {"version": print_.version, "content": print_.content}
            for number, print_ in zip(numbers, made, strict=True)
        ),
    )
    write(matches, (_MATCH | {"article_id": number} for number in range(world.big, world.count + 1)))
    write(counters, [{"name": PLACED, "value": world.count}])
    database.run_now(lambda connection: continue_numbers(connection, stories, world.big))
    return made


async def measure(database: Database, world: World) -> None:
    """Fill the store, rebuild the index, place articles, print the times."""
    made = fill(database, world)
    store = SqlArticleStore(database)
    wall, processor = time.perf_counter(), time.process_time()
    index = await rebuilt_index(store, Clock())
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"start: {len(index):,} articles learnt in {processor:.1f} s of processor time, {wall:.1f} s on the clock")
    waiting = await store.due(Stage.TRIAGE, NOW, world.waiting, ())
    each = world.waiting // 2
    fresh = list(prints(world.count + each))[world.count :]
    again = [made[world.big - 1]] * each
    for name, asked in (("stories of their own", fresh), (f"a story of {world.members:,}", again)):
        part, waiting = waiting[:each], waiting[each:]
        _report(name, [_held(database, index, *one) for one in zip(part, asked, strict=True)])


def _held(database: Database, index: StoryIndex, article: Article, made: Fingerprint) -> tuple[float, float]:
    """Measure processor and clock seconds from taking the lock until COMMIT."""
    judge = ArticleJudge(article=article, fingerprint=made, matches=FOUND, catalog=CATALOG, index=index, now=NOW)
    placing = Placing(seen=article, fingerprint=made, after=index.sequence, judge=judge, revision="r", now=NOW)
    judge.prepare()

    def work(connection: Connection) -> tuple[float, float]:
        wall, processor = time.perf_counter(), time.thread_time()
        assert place_all(connection, [placing]) != [None]
        return time.thread_time() - processor, time.perf_counter() - wall

    return database.run_now(work)


def _report(name: str, held: list[tuple[float, float]]) -> None:
    processor, wall = (sorted(1e3 * one[which] for one in held) for which in (0, 1))
    print(
        f"lock, {name}: {statistics.median(processor):.1f} ms of processor time (most {processor[-1]:.1f}),"
        f" {statistics.median(wall):.1f} ms on the clock (most {wall[-1]:.1f})"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--measured", type=int, default=200)
    parser.add_argument("--url", help="an empty PostgreSQL database (default: SQLite)")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-bench-"))
    database = Database.open(chosen.url or f"sqlite:///{folder / 'window.db'}")
    database.run_now(upgrade_now)
    asyncio.run(measure(database, World(count=chosen.articles, members=chosen.members, waiting=2 * chosen.measured)))
    asyncio.run(database.close())
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
