"""What one article costs the store on its way from text to verdict, beside the bare library doing the same statements.

    python -m benchmarks.store_articles [--articles 400]

Each article's text is recorded, and the article placed: a third in stories of their own, two thirds in known ones;
every third has a match, every sixth an alert and its delivery. The peer is sqlite3 executing, on a copy of the same
file, the very statements that the product was seen to execute, in the same transactions: so the ratio is what our
layer costs, and processor time is what to compare by. Neither recognising stories nor matching topics is in here.
"""

import argparse
import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event

from benchmarks.store import NOW, Measured, clock, polls, report, since
from monitor.domain.alerts.alert import AlertChange, AlertKind, DeliveryKind, Evidence, NewDelivery
from monitor.domain.alerts.verdict import StoryFacts, Verdict
from monitor.domain.articles.article import Article, Method, Stage, Text
from monitor.domain.catalog import Feed, Severity
from monitor.domain.ledger import Note
from monitor.domain.stories.values import Fingerprint, Placed, Placement
from monitor.domain.topics.values import Field, Hit, Match, Matches
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.schema.upgrade import upgrade
from storage.sql.database import Database

HIT = Hit(term="budget", field=Field.TEXT, start=3, end=9, quote="budget")
EVIDENCE = Evidence(term="budget", field=Field.TEXT, before="the ", quote="budget", after=" of the harbour")
BODY = "The harbour board has put its budget before the council, which meets on Thursday. " * 40


@dataclass(slots=True)
class Numbered:
    """A judge whose decisions follow from the article's number alone."""

    number: int
    learnt: int = 0
    story: int | None = None

    def locate(self, news: Sequence[Placed]) -> Placement:
        """Place two of three into the story of the first."""
        for placed in news:
            self.learnt, self.story = placed.sequence, placed.story_id
        return Placement(story_id=self.story if self.number % 3 else None, reason="a report of the same event")

    def prepare(self) -> None:
        """Do nothing."""

    def unlearn(self, after: int) -> None:
        """Do nothing: no judge here remembers anything."""

    def same_event(self, placed: Placed, placement: Placement) -> None:
        """Join nothing."""

    def judge(self, facts: StoryFacts, placement: Placement) -> Verdict:
        """Let every third match and every sixth alert."""
        change = AlertChange(
            kind=AlertKind.NEW,
            topic="harbour",
            watchlist="city",
            severity=Severity.MEDIUM,
            score=2.0,
            evidence=(EVIDENCE,) * 3,
        )
        window = f"alert:{facts.id}:harbour"
        told = NewDelivery(receiver="desk", kind=DeliveryKind.ALERT, group_key=window, due=NOW, topics=("harbour",))
        alerts, deliveries = ((change,), (told,)) if self.number % 6 == 0 else ((), ())
        match = Match(topic="harbour", score=2.0, hits=(HIT,) * 5, parts=("$places",))
        return Verdict(
            placement=placement,
            matches=Matches(matches=(match,) if self.number % 3 == 0 else ()),
            alerts=alerts,
            deliveries=deliveries,
            notes=(Note(step="story", text=placement.reason, facts={"similarity": 0.5}),),
        )


async def product_record_text(store: SqlArticleStore, waiting: Sequence[Article]) -> Measured:
    text = Text(title="The harbour's budget", body=BODY, method=Method.PAGE, language="en")
    begun = clock()
    for article in waiting:
        await store.record_text(article, text, (Note(step="extract", text="read from the page"),), NOW)
    return since(begun)


async def product_place(store: SqlArticleStore, waiting: Sequence[Article]) -> Measured:
    fingerprint = Fingerprint(version=1, content=b"f" * 800)
    judge = Numbered(0)
    begun = clock()
    for number, article in enumerate(waiting):
        judge.number = number
        await store.place(article, fingerprint, judge.learnt, judge, "revision", NOW)
    return since(begun)


class Noted:
    """Every statement a database executes, with its parameters and the ends of transactions."""

    def __init__(self, database: Database) -> None:
        self.statements: list[tuple[str, Any]] = []
        event.listen(database.engine, "before_cursor_execute", self._executed)
        event.listen(database.engine, "commit", lambda _connection: self.statements.append(("COMMIT", ())))

    def _executed(self, _connection: object, _cursor: object, said: str, values: Any, _: object, many: bool) -> None:
        self.statements += [(said, one) for one in values] if many else [(said, values)]


def raw(path: Path, statements: Sequence[tuple[str, Any]]) -> Measured:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    begun = clock()
    for statement, values in statements:
        connection.execute(statement, values).fetchall()
    seconds = since(begun)
    connection.close()
    return seconds


async def run(path: Path, *, noted: bool) -> tuple[list[Measured], list[list[tuple[str, Any]]]]:
    """Measure both halves of an article's way; return what was executed where `noted`."""
    database = Database.open(f"sqlite:///{path}")
    store = SqlArticleStore(database)
    log = Noted(database) if noted else None
    measured, executed = [], []
    for stage, work in ((Stage.EXTRACT, product_record_text), (Stage.TRIAGE, product_place)):
        waiting = await store.due(stage, NOW, 10_000, ())
        before = len(log.statements) if log else 0
        measured.append(await work(store, waiting))
        executed.append(log.statements[before:] if log else [])
    await database.close()
    return measured, executed


async def fill(path: Path, articles: int) -> None:
    """Fill a store with articles that wait for their texts."""
    database = Database.open(f"sqlite:///{path}")
    await upgrade(database)
    feeds = SqlFeedStore(database)
    await feeds.sync(
        [Feed(key=f"f{number}", url=f"https://f{number}.example/") for number in range(articles // 50)], NOW
    )
    for polled in polls(articles // 50, 50, 0):
        await feeds.record(polled)
    await database.close()


async def main(articles: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-bench-"))
    first, noted, bare = (folder / f"{name}.db" for name in ("first", "noted", "bare"))
    await fill(first, articles)
    for copy in (noted, bare):
        shutil.copy(first, copy)
    _, executed = await run(noted, noted=True)
    measured, _ = await run(first, noted=False)
    for name, ours, statements in zip(("record_text", "place"), measured, executed, strict=True):
        each = len(statements) / articles
        peer = raw(bare, statements)
        rate = report(f"sqlite3 alone: {each:.1f} statements", "articles", articles, [peer])
        report(f"the store: {name}", "articles", articles, [ours], rate)
        print(f"{'':48} {ours[1] / peer[1]:.1f} x the processor time of sqlite3 alone")
    shutil.rmtree(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=400, help="a multiple of 50")
    asyncio.run(main(parser.parse_args().articles))
