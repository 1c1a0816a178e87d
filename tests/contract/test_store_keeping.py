"""Keeping and letting go: retention, copies, backups, the archive, the status, on both databases."""

import asyncio
import dataclasses
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select, update

from monitor.domain.alerts.alert import AlertChange, AlertKind, DeliveryKind, NewDelivery
from monitor.domain.alerts.interactions import Action, Click, consequence
from monitor.domain.alerts.verdict import StoryFacts, Verdict
from monitor.domain.articles.article import Entry, Method, NewArticle, Stage, Text
from monitor.domain.catalog import Feed, Severity
from monitor.domain.feeds.feed import FeedState
from monitor.domain.feeds.polled import Polled
from monitor.domain.ledger import Note
from monitor.domain.stories.values import Fingerprint, Placed, Placement
from monitor.domain.topics.values import Match, Matches
from storage.admin.backup import backup, check_file, restore
from storage.admin.daemon_lock import take_lock
from storage.admin.retention import ROWS_TOGETHER, Ages, SqlHousekeeping
from storage.admin.transfer import copy_store
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.outbox.interactions import SqlInteractions
from storage.schema.content import alerts, articles, fingerprints, identities, ledger, stories, texts
from storage.schema.metadata import metadata
from storage.schema.outbox import deliveries, delivery_alerts
from storage.sql.database import Database
from storage.sql.errors import SchemaMissing, StoreCorrupt, StoreInUse, StoreNotEmpty, StoreUnavailable
from storage.views.archive import SqlArchive
from storage.views.feedback import SqlLabels
from storage.views.history import SqlLedger
from storage.views.status import SqlStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REFUSING = "CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END"
AGES = Ages(text=timedelta(days=90), metadata=timedelta(days=400), fingerprints=timedelta(days=30))

ARTICLE_ROW = {
    "outlet": "herald.example",
    "feed_key": "herald",
    "summary": "",
    "author": "",
    "tags": [],
    "first_seen": NOW,
    "baseline": False,
    "stage": "done",
    "attempt": 0,
    "revision": 0,
}


class Alerting:
    """A judge that opens a story for each article and alerts on it, or does not."""

    def __init__(self, now: datetime, *, alert: bool = True) -> None:
        self.now, self.alert = now, alert

    @property
    def matched(self) -> bool:
        return True

    def same_event(self, placed: Placed, placement: Placement) -> int | None:
        return None

    def locate(self, news: Sequence[Placed]) -> Placement:
        return Placement(reason="the first of its kind")

    def prepare(self) -> None:
        return

    def unlearn(self, after: int) -> None:
        """Nothing is remembered."""

    def judge(self, facts: StoryFacts, placement: Placement) -> Verdict:
        notes = (Note(step="triage", text=placement.reason),)
        if not self.alert:
            return Verdict(placement=placement, matches=Matches(), notes=notes)
        change = AlertChange(
            kind=AlertKind.NEW, topic="trade", watchlist="w", severity=Severity.HIGH, score=2.0, evidence=()
        )
        told = NewDelivery(
            receiver="desk", kind=DeliveryKind.ALERT, group_key=f"story {facts.id}", due=self.now, topics=("trade",)
        )
        found = Matches(matches=(Match(topic="trade", score=2.0),))
        return Verdict(placement=placement, matches=found, alerts=(change,), deliveries=(told,), notes=notes)


def identity(title: str) -> bytes:
    return title.encode(errors="replace").ljust(32, b".")


async def read(database: Database, titles: Sequence[str], at: datetime, *, alert: bool = True) -> None:
    """Poll, extract and triage articles of those titles, all at `at`."""
    feeds, store = SqlFeedStore(database), SqlArticleStore(database)
    await feeds.sync([Feed(key="herald", url="https://herald.example/rss")], at)
    state = (await feeds.due(NOW + timedelta(days=9999), 1, ()))[0].state
    new = tuple(
        NewArticle(
            identities=(identity(title),),
            entry=Entry(url=f"https://herald.example/{title}", title=title, text=f"feed text of {title}"),
            outlet="herald.example",
            feed_key="herald",
            first_seen=at,
            stage=Stage.EXTRACT,
        )
        for title in titles
    )
    after = dataclasses.replace(state, polls=state.polls + 1, polled_at=at, due=at)
    await feeds.record(Polled(feed_key="herald", seen_polls=state.polls, state=after, articles=new))
    for article in await store.due(Stage.EXTRACT, at, 5000, ()):
        text = Text(title=article.title, body=f"text of {article.title}", method=Method.PAGE)
        await store.record_text(article, text, (Note(step="extract", text="read"),), at)
    for article in await store.due(Stage.TRIAGE, at, 5000, ()):
        fingerprint = Fingerprint(version=1, content=article.title.encode())
        await store.place(article, fingerprint, 10**9, Alerting(at, alert=alert), "rev", at)


async def deliver_all(database: Database) -> None:
    await database.run(lambda c: c.execute(update(deliveries).values(state="sent")))


async def count(database: Database, table: Table) -> int:
    return await database.read(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.mark.case(139)
async def test_texts_go_first_then_the_rest_but_identities_stay(database: Database) -> None:
    await read(database, ["old"], NOW)
    await deliver_all(database)
    keeper = SqlHousekeeping(database)
    assert set((await keeper.sweep(AGES, NOW + timedelta(days=29))).values()) == {0}
    await keeper.sweep(AGES, NOW + timedelta(days=91))
    assert [await count(database, table) for table in (articles, texts, fingerprints, alerts)] == [1, 0, 0, 1]
    await keeper.sweep(AGES, NOW + timedelta(days=401))
    gone = (articles, stories, alerts, deliveries, delivery_alerts, ledger)
    assert [await count(database, table) for table in gone] == [0] * len(gone)
    assert set(await SqlFeedStore(database).known([identity("old")])) == {identity("old")}
    await read(database, ["new"], NOW + timedelta(days=402))
    known = await SqlFeedStore(database).known([identity("old"), identity("new")])
    assert known[identity("new")].article_id > known[identity("old")].article_id, "an id was given twice"


@pytest.mark.case(139)
async def test_what_is_still_to_be_sent_or_read_is_kept(database: Database) -> None:
    await read(database, ["waiting"], NOW)
    await read(database, ["working"], NOW, alert=False)
    await database.run(
        lambda c: c.execute(
            update(articles).where(articles.c.title == "working").values(stage="triage", due=NOW, revision=1)
        )
    )
    await SqlHousekeeping(database).sweep(AGES, NOW + timedelta(days=1000))
    assert [await count(database, table) for table in (alerts, deliveries, delivery_alerts)] == [1, 1, 1]
    assert [article.title async for article in SqlArchive(database).since(NOW)] == ["waiting", "working"]
    (working,) = await SqlArticleStore(database).due(Stage.TRIAGE, NOW, 9, ())
    assert working.text is not None


@pytest.mark.case(139)
async def test_what_people_have_labelled_is_kept_with_its_text(database: Database) -> None:
    await read(database, ["labelled", "other"], NOW)
    await deliver_all(database)
    clicks = SqlInteractions(database)
    alert = await clicks.alert(1)
    assert alert is not None
    click = Click(key="k", action=Action.IRRELEVANT, alert_id=alert.id, author="ann")
    assert await clicks.record(consequence(click, alert, NOW))
    assert not await clicks.record(consequence(click, alert, NOW)), "the same press"
    await deliver_all(database)
    await SqlHousekeeping(database).sweep(AGES, NOW + timedelta(days=1000))
    [label] = await SqlLabels(database).labels()
    assert label.article.text is not None
    assert (label.article.title, label.article.text.body) == ("labelled", "text of labelled")
    assert await count(database, articles) == 1


@pytest.mark.case(139)
async def test_sweeping_takes_many_small_steps_between_which_others_work(database: Database) -> None:
    await read(database, [f"n{i}" for i in range(3)], NOW, alert=False)
    rows = [{"title": "t", "first_seen": NOW, "last_seen": NOW} for _ in range(2 * ROWS_TOGETHER)]
    await database.run(lambda c: c.execute(stories.insert(), rows))
    keeper, late = SqlHousekeeping(database), NOW + timedelta(days=500)

    async def work() -> None:
        for i in range(3):
            await read(database, [f"m{i}"], late, alert=False)

    swept, _ = await asyncio.gather(keeper.sweep(AGES, late), work())
    assert swept["stories"] == 2 * ROWS_TOGETHER + 3
    assert await count(database, articles) == 3


async def test_one_article_tells_its_whole_story(database: Database) -> None:
    await read(database, ["one", "two"], NOW)
    found = SqlLedger(database)
    account = await found.history("https://herald.example/two")
    assert account is not None
    assert [(line.note.step, line.at) for line in account.lines] == [("extract", NOW), ("triage", NOW)]
    assert account.article.text is not None
    assert account.feeds == (("herald", NOW),)
    assert account.matches.matches[0].topic == account.alerts[0].topic == "trade"
    assert account.story is not None
    assert [member.title for member in account.story.members] == ["two"]
    assert account.deliveries == (("desk", "pending", NOW),)
    assert account.judged_by == "rev"
    assert await found.history(str(account.article.id)) == account
    for unknown in ("https://herald.example/three", "999999", "-1", "9" * 40, "²", ""):
        assert await found.history(unknown) is None


async def test_the_archive_gives_every_article_once_in_order(database: Database) -> None:
    titles = [f"{i:03}" for i in range(450)]
    rows = [{**ARTICLE_ROW, "title": title} for title in titles]
    await database.run(lambda c: c.execute(articles.insert(), rows))
    await read(database, ["late"], NOW + timedelta(days=1), alert=False)
    archive = SqlArchive(database)
    assert [article.title async for article in archive.since(NOW)] == [*titles, "late"]
    (late,) = [article async for article in archive.since(NOW + timedelta(hours=1))]
    assert late.text is not None
    assert late.text.body == f"text of {late.title}"


async def test_the_overview_counts_what_waits(database: Database) -> None:
    await read(database, ["one"], NOW)
    feeds = SqlFeedStore(database)
    broken = FeedState(due=NOW, polls=9, failures=3, failing_since=NOW - timedelta(days=1), failure="too slow: 30 s")
    await feeds.sync([Feed(key=key, url=f"https://{key}.example/") for key in ("a", "b", "c")], NOW)
    await feeds.record(Polled(feed_key="b", seen_polls=0, state=broken))
    await database.run(lambda c: c.execute(update(articles).values(stage="extract", due=NOW)))
    later = NOW + timedelta(minutes=1)
    overview = await SqlStatus(database).overview(later)
    assert [(queue.step, queue.due, queue.oldest_due) for queue in overview.queues] == [
        ("poll", 3, NOW),
        ("extract", 1, NOW),
        ("triage", 0, None),
    ]
    assert overview.outbox == {"pending": 1, "sending": 0, "held": 0, "dead": 0}
    assert overview.outbox_oldest_due == NOW
    assert [(feed.key, feed.trouble, feed.since) for feed in overview.feeds] == [
        ("b", "too slow: 30 s", NOW - timedelta(days=1)),
        ("a", None, None),
        ("c", None, None),
    ]
    (alert,) = overview.alerts
    assert (alert.title, alert.severity, alert.outlets, alert.deliveries) == ("one", "high", 1, (("desk", "pending"),))
    assert (overview.articles, overview.stories) == (1, 1)


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    def rows(table: Table) -> list[tuple[object, ...]]:
        return sorted(map(tuple, database.run_now(lambda c: c.execute(select(table)).all())), key=str)

    return {table.name: rows(table) for table in metadata.sorted_tables}


@pytest.mark.case(137)
@pytest.mark.postgres
@pytest.mark.parametrize("direction", ["sqlite to postgres", "postgres to sqlite"])
async def test_a_copied_store_is_the_same_store(sqlite_url: str, postgres_url: str, direction: str) -> None:
    ends = [Database.open(sqlite_url), Database.open(postgres_url)]
    source, target = ends if direction == "sqlite to postgres" else ends[::-1]
    await read(source, ["gone", "kept", "odd \x00\udfff ü"], NOW)
    await read(source, ["last"], NOW, alert=False)
    await source.run(lambda c: c.execute(articles.delete().where(articles.c.title == "last")))
    copied = await copy_store(source, target)
    assert copied["identities"] == 4
    assert everything(target) == everything(source)
    before = await SqlFeedStore(source).known([identity("last")])
    await read(target, ["after the move"], NOW)
    after = await SqlFeedStore(target).known([identity("last"), identity("after the move")])
    assert after[identity("last")] == before[identity("last")]
    assert after[identity("after the move")].article_id > after[identity("last")].article_id
    with pytest.raises(StoreNotEmpty, match="already holds articles"):
        await copy_store(source, target)
    for database in ends:
        await database.close()


async def test_a_copy_that_fails_leaves_the_target_empty(sqlite_url: str, database: Database, tmp_path: Path) -> None:
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), tmp_path / "target.db")
    target = Database.open(f"sqlite:///{tmp_path / 'target.db'}")
    await read(database, ["one", "two"], NOW)
    await target.run(lambda c: c.exec_driver_sql(REFUSING))
    with pytest.raises(Exception, match="no"):
        await copy_store(database, target)
    assert await count(target, articles) == await count(target, identities) == 0
    await target.run(lambda c: c.exec_driver_sql("DROP TRIGGER full"))
    assert (await copy_store(database, target))["articles"] == 2
    await target.close()


@pytest.mark.case(138)
async def test_a_backup_made_while_writing_is_whole_and_can_be_restored(database: Database, tmp_path: Path) -> None:
    await read(database, ["one"], NOW)
    file = tmp_path / "backup.db"
    await asyncio.gather(backup(database, file), read(database, [f"m{i}" for i in range(20)], NOW))
    check_file(file)
    with pytest.raises(StoreNotEmpty, match="never overwrites"):
        await backup(database, file)
    new = Database.open(f"sqlite:///{tmp_path / 'new' / 'wirewatch.db'}")
    assert await restore(file, new) is None
    restored = Database.open(f"sqlite:///{tmp_path / 'new' / 'wirewatch.db'}")
    assert identity("one") in await SqlFeedStore(restored).known([identity("one")])
    assert not [name for name in os.listdir(tmp_path) if "unfinished" in name]
    await restored.close()


@pytest.mark.case(138)
async def test_a_restore_keeps_the_old_file_and_refuses_a_running_one(sqlite_url: str, tmp_path: Path) -> None:
    database = Database.open(sqlite_url)
    await read(database, ["one"], NOW)
    await backup(database, tmp_path / "backup.db")
    await read(database, ["two"], NOW)
    lock = take_lock(database)
    with pytest.raises(StoreInUse, match="in use by process"):
        await restore(tmp_path / "backup.db", Database.open(sqlite_url))
    lock.release()
    await database.close()
    kept = await restore(tmp_path / "backup.db", Database.open(sqlite_url))
    assert kept is not None
    for path, articles_there in ((Path(sqlite_url.removeprefix("sqlite:///")), 1), (kept, 2)):
        opened = Database.open(f"sqlite:///{path}")
        assert await count(opened, articles) == articles_there
        await opened.close()


async def test_a_damaged_or_missing_backup_is_not_restored(sqlite_url: str, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"SQLite format 3\x00" + b"\x55" * 5000)
    with pytest.raises(StoreCorrupt):
        await restore(damaged, Database.open(sqlite_url))
    with pytest.raises(StoreUnavailable, match="no file"):
        await restore(tmp_path / "absent.db", Database.open(sqlite_url))
    empty = tmp_path / "empty.db"
    empty.touch()
    with pytest.raises(SchemaMissing):
        await restore(empty, Database.open(sqlite_url))
