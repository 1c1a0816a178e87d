"""Processor time of an article for everything but fetching, extracting and matching.

Those three are replaced by values that cost nothing; what remains is jobs, reading and writing rows, reading the
text for stories and placing. The local engine on the same PostgreSQL stands beside it: the difference is what sharing
costs. PostgreSQL's own time is told apart.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from benchmarks.cluster.machines import Now, Server
from benchmarks.cluster.prose import article
from monitor.app.steps import TRIAGE_REST, TRIAGED_TOGETHER
from monitor.domain.articles.article import Entry, Method, NewArticle, Stage, Text
from monitor.domain.catalog import Catalog, Feed
from monitor.domain.feeds.feed import FeedState
from monitor.domain.feeds.fetch import Fetched
from monitor.domain.feeds.polled import Polled
from monitor.domain.stories.index import StoryIndex
from monitor.domain.topics.matcher import compile_catalog
from monitor.engine.cluster.engine import ClusterEngine
from monitor.engine.cluster.jobs import Jobs
from monitor.engine.local import LocalEngine
from monitor.engine.spec import StepSpec
from monitor.steps.extract import Extract
from monitor.steps.triage import Triage
from storage.articles.store import SqlArticleStore
from storage.cluster.leases import SqlLeases
from storage.feeds.store import SqlFeedStore
from storage.sql.database import Database


class Instant:
    """A fetcher, extractor, language detector and topics that cost nothing."""

    catalog = Catalog(revision="r")
    matcher = compile_catalog(catalog)

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    async def page(self, url: str) -> Fetched:
        return Fetched(url=url, status=200, body=url.encode(), media_type="text/html")

    async def extract(self, body: bytes, *, url: str, charset: str | None, title: str = "") -> Text:
        return Text(title="", body=self.texts[int(url.rpartition("/")[2])], method=Method.PAGE)

    def detect(self, text: str, hint: str | None = None) -> str | None:
        return "en"

    def current(self) -> Any:
        return self.catalog, self.matcher


class InstantCatalog(Instant):
    def current(self) -> Any:
        return self.catalog


class LockTime:
    """Seconds that the stories lock was held, from its taking to the end of the commit."""

    def __init__(self, database: Database) -> None:
        self.seconds = 0.0
        self._taken: dict[int, float] = {}
        event.listen(database.engine, "after_cursor_execute", self._executed)
        event.listen(database.engine, "checkin", self._released)

    def _executed(self, connection: Any, _cursor: object, said: str, *_: object) -> None:
        if "pg_advisory_xact_lock" in said:
            self._taken[id(connection.connection.dbapi_connection)] = time.perf_counter()

    def _released(self, dbapi_connection: object, _record: object) -> None:
        if (taken := self._taken.pop(id(dbapi_connection), None)) is not None:
            self.seconds += time.perf_counter() - taken


async def cost(server: Server, articles: int) -> list[str]:
    """Run the same articles through the local engine and the cluster's."""
    made = [article(number) for number in range(articles)]
    lines = []
    for engine in ("local", "cluster"):
        async with server.store(f"cost_{engine}") as database:
            await fill(database, [title for title, _ in made])
            specs = _specs(database, [text for _, text in made])
            lock = LockTime(database)
            began, used, theirs = time.perf_counter(), time.process_time(), server.seconds()
            await (_local(specs) if engine == "local" else _cluster(specs, database, articles))
            ours = 1000 * (time.process_time() - used) / articles
            theirs = 1000 * (server.seconds() - theirs) / articles
            rate = articles / (time.perf_counter() - began)
            lines.append(
                f"an article through the {engine} engine: {ours:.2f} ms of a worker, {theirs:.2f} ms of PostgreSQL"
                f", the stories lock held {1000 * lock.seconds / articles:.2f} ms"
                f" ({articles} articles, {rate:.0f} a second)"
            )
            print(f"cost: {lines[-1]}", flush=True)
    return lines


async def fill(database: Database, titles: Sequence[str]) -> None:
    """Articles waiting for extraction, as a poll writes them."""
    feeds, now = SqlFeedStore(database), datetime.now(UTC)
    await feeds.sync([Feed(key="f", url="https://f.example/feed")], now)
    new = tuple(
        NewArticle(
            feed_key="f",
            entry=Entry(guid=str(n), url=f"https://f{n}.example/{n}", title=title),
            outlet=f"f{n}.example",
            identities=(n.to_bytes(32, "big"),),
            first_seen=now,
            stage=Stage.EXTRACT,
        )
        for n, title in enumerate(titles)
    )
    state = FeedState(due=now.replace(year=now.year + 1), polls=1, polled_at=now)
    await feeds.record(Polled(feed_key="f", seen_polls=0, state=state, articles=new))


def _specs(database: Database, texts: Sequence[str]) -> Sequence[StepSpec[Any, Any]]:
    clock, instant, rows = Now(), Instant(texts), SqlArticleStore(database)
    extract = Extract(
        store=rows,
        fetcher=instant,  # type: ignore[arg-type]
        extractor=instant,
        languages=instant,
        catalog=InstantCatalog(()),
        clock=clock,
    )
    triage = Triage(store=rows, topics=instant, index=StoryIndex(timedelta(days=3)), clock=clock)
    return [
        StepSpec(name="extract", step=extract, concurrency=16, ahead=48, triggers=("triage",), batch=8, jobs=6),
        StepSpec(name="triage", step=triage, concurrency=TRIAGED_TOGETHER, ahead=48, rest=TRIAGE_REST, batch=25),
    ]


async def _local(specs: Sequence[StepSpec[Any, Any]]) -> None:
    await LocalEngine(specs).run_once()


async def _cluster(specs: Sequence[StepSpec[Any, Any]], database: Database, articles: int) -> None:
    clock = Now()
    engine = ClusterEngine(
        specs, jobs=Jobs(database.conninfo, clock), leases=SqlLeases(database), clock=clock, recovered=ignored
    )
    stop = asyncio.Event()
    running = asyncio.create_task(engine.run(stop))
    while engine.runners["triage"].progress.performed < articles:
        await asyncio.sleep(0.05)
    stop.set()
    await running


async def ignored(_: int) -> None:
    return None
