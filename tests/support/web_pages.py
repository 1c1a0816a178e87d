"""A store with a few stories, and the web application over it on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from monitor.app.daemon import Daemon
from monitor.app.pages import PageSource, open_pages
from monitor.app.slack_app import interact_of
from monitor.app.tools.actions import Actions
from monitor.app.tools.views import Views
from monitor.config.models.settings import Web
from monitor.config.secrets import Secrets
from monitor.domain.catalog import Catalog, Problem, Receiver, Severity, Topic, Watchlist
from monitor.domain.catalog import Channel as ChannelKind
from monitor.domain.topics.matcher import compile_catalog
from monitor.web.listener import Listener
from monitor.web.server import application
from storage.schema.content import alerts, articles, feeds, ledger, matches, stories, texts
from storage.schema.outbox import deliveries, delivery_alerts
from storage.sql.database import Database
from storage.sql.upserts import url_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_topic(key: str = "ferries", title: str = "Ferries in trouble", query: str = "ferry AND collision") -> Topic:
    """A topic of the watchlist `desk`."""
    return Topic(key=key, watchlist="desk", title=title, query=query, severity=Severity.MEDIUM, receivers=("desk",))


def a_catalog(*topics: Topic) -> Catalog:
    """A catalog of the topics, with one receiver."""
    watchlist = Watchlist(name="desk", file="watchlists/desk.yml", topics=topics or (a_topic(),))
    receiver = Receiver(name="desk", channel=ChannelKind.SLACK, address="#desk")
    return Catalog(revision="rev", watchlists=(watchlist,), receivers=(receiver,))


class StoppedClock:
    """It is always NOW."""

    def now(self) -> datetime:
        return NOW


@dataclass(frozen=True)
class Given:
    """A catalog that never changes."""

    catalog: Catalog

    def current(self) -> Catalog:
        return self.catalog


class Archive:
    """Writes rows as the daemon would leave them; every row gets defaults for what a test does not name."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def write(self, table: Any, **values: Any) -> int:
        """Insert one row; its id where it has one."""

        def insert(connection: Any) -> int:
            result = connection.execute(table.insert().values(values))
            return int(result.inserted_primary_key[0]) if "id" in table.c else 0

        return await self.database.run(insert)

    async def feed(self, key: str = "herald", **values: Any) -> None:
        """A feed that works."""
        row: dict[str, Any] = {
            "url": f"https://{key}.example/feed",
            "settings": {},
            "tier": 1,
            "configured": True,
            "due": NOW + timedelta(minutes=5),
            "polls": 3,
            "polled_at": NOW - timedelta(minutes=5),
            "succeeded_at": NOW - timedelta(minutes=5),
            "failures": 0,
            "gone_count": 0,
            "candidate_polls": 0,
            "entries_last": 20,
            "arrivals": [],
            "title": f"The {key.title()}",
            "hints": {},
        }
        await self.write(feeds, key=key, **{**row, **values})

    async def story(self, title: str, at: datetime = NOW) -> int:
        """A story without reports."""
        return await self.write(stories, title=title, first_seen=at, last_seen=at)

    async def article(
        self, story_id: int | None, title: str, body: str, *, outlet: str = "herald", **values: Any
    ) -> int:
        """A report of the story, with its text."""
        row: dict[str, Any] = {
            "url": f"https://{outlet}.example/{abs(hash(title)) % 10**8}",
            "outlet": f"{outlet}.example",
            "feed_key": outlet,
            "summary": body[:100],
            "author": "",
            "tags": [],
            "language": "en",
            "published": NOW - timedelta(minutes=30),
            "first_seen": NOW - timedelta(minutes=20),
            "baseline": False,
            "stage": "done",
            "attempt": 0,
            "revision": 0,
            "catalog_revision": "rev",
        }
        row |= values
        number = await self.write(articles, title=title, story_id=story_id, url_key=url_key(row["url"]), **row)
        await self.write(
            texts, article_id=number, title=title, body=body, method="page", language="en", author="", doubts=[]
        )
        return number

    async def match(self, article_id: int, topic: str = "ferries", *, near: bool = False, **values: Any) -> None:
        """A match, or a near miss, of an article."""
        row: dict[str, Any] = {"score": 2.5, "threshold": None, "missing": None, "parts": [], "hits": [], "revision": 0}
        await self.write(matches, article_id=article_id, topic=topic, near=near, **{**row, **values})

    async def alert(self, story_id: int, article_id: int, topic: str = "ferries", **values: Any) -> int:
        """An alert, with a delivery to `desk` that was sent."""
        row: dict[str, Any] = {
            "watchlist": "desk",
            "severity": int(Severity.HIGH),
            "score": 2.5,
            "raised_at": NOW - timedelta(minutes=15),
            "updated_at": NOW - timedelta(minutes=10),
            "evidence": [["ferry", "title", "", "ferry", " collision"]],
            "news": "",
            "revision": 0,
        }
        number = await self.write(alerts, story_id=story_id, article_id=article_id, topic=topic, **{**row, **values})
        sent = await self.write(
            deliveries,
            key=f"key-{number}",
            receiver="desk",
            kind="alert",
            group_key=f"alert:{number}",
            part=1,
            state="sent",
            due=NOW,
            created_at=NOW - timedelta(minutes=15),
            attempt=1,
            sent_at=NOW - timedelta(minutes=14),
            channel="C1",
            ts=f"17000000{number:02}.000100",
            text="",
            broadcast=False,
            failures=0,
            repeat=False,
        )
        await self.write(delivery_alerts, delivery_id=sent, alert_id=number)
        return number

    async def note(self, article_id: int, step: str, text: str) -> None:
        """A line of the ledger."""
        await self.write(ledger, article_id=article_id, at=NOW - timedelta(minutes=19), step=step, text=text, facts={})

    async def ferry_story(self, title: str = "Two ferries collide off Northport") -> int:
        """A story of three reports that alerted: the herald's, a copy of it, and one in Chinese; its id."""
        story = await self.story(title)
        body = "Two ferries collided in fog off Northport. Nobody was hurt. The ferry collision closed the harbour."
        hits = [
            ["ferry", "title", 4, 11, title[4:11]],
            ["collision", "text", body.index("collision"), body.index("collision") + 9, "collision"],
        ]
        first = await self.article(story, title, body)
        await self.match(first, hits=hits, parts=["ferry and collision: 2.5"])
        await self.note(first, "extract", "The page was read.")
        await self.note(first, "story", "no earlier report resembles it")
        await self.article(
            story, "Ferries collide (copy)", body, outlet="mirror", copy_of=first, origin="herald.example"
        )
        await self.article(
            story, "两艘渡轮在北港相撞", "两艘渡轮在大雾中相撞，港口关闭。", outlet="chenxing", language="zh"
        )
        await self.alert(story, first)
        return story


@asynccontextmanager
async def served(
    database: Database,
    *,
    catalog: Catalog | None = None,
    problems: tuple[Problem, ...] = (),
    alive: tuple[str, ...] = (),
    password: str | None = None,
    **settings: Any,
) -> AsyncIterator[httpx.AsyncClient]:
    """The application over `database` on loopback; a client of it that follows no redirects."""

    async def ready() -> tuple[str, ...]:
        return alive

    async def metrics() -> bytes:
        return b"wirewatch_up 1\n"

    reading = database.reopen(threads=2)
    in_force = catalog or a_catalog()
    matcher = compile_catalog(in_force)
    source = PageSource(
        alive=lambda: alive,
        ready=ready,
        metrics=metrics,
        views=Views(
            database=reading,
            catalog=lambda: in_force,
            matcher=lambda: matcher,
            problems=lambda: problems,
            now=lambda: NOW,
        ),
        actions=Actions(
            database=database, interact=interact_of(database, Given(in_force), StoppedClock()), clock=StoppedClock()
        ),
        settings=Web.model_validate({"listen": "127.0.0.1:0", **settings}),
        password=password,
    )
    pages = application(source)
    listener = Listener(pages, "127.0.0.1:0", closing=pages.changes.close)
    address = await listener.start()
    assert address is not None
    try:
        async with httpx.AsyncClient(base_url=address, headers={"accept": "text/html"}) as client:
            yield client
    finally:
        await listener.stop()
        await reading.close()


@asynccontextmanager
async def pages_of(daemon: Daemon, secrets: Secrets | None = None) -> AsyncIterator[str]:
    """The pages of a real daemon on loopback; their address."""
    async with open_pages(daemon, secrets or Secrets()) as source:
        pages = application(source)
        listener = Listener(pages, "127.0.0.1:0", closing=pages.changes.close)
        address = await listener.start()
        assert address is not None
        try:
            yield address
        finally:
            await listener.stop()
