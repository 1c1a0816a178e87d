"""Extract and triage on the store: compare and set, the stories lock, and verdicts written whole, on both databases."""

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from monitor.domain.alerts.alert import AlertChange, AlertKind, DeliveryKind, Evidence, NewDelivery
from monitor.domain.alerts.verdict import StoryFacts, Verdict
from monitor.domain.articles.article import Article, Entry, Method, NewArticle, Stage, Text
from monitor.domain.catalog import Feed, Severity
from monitor.domain.feeds.feed import FeedState
from monitor.domain.feeds.polled import Polled
from monitor.domain.ledger import Note
from monitor.domain.stories.values import Fingerprint, Placed, Placement, SourceText
from monitor.domain.topics.values import Field, Hit, Match, Matches, Near
from storage.articles.matches import read_matches
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.ledger import write_notes
from storage.schema.content import alerts, articles, ledger, stories
from storage.schema.outbox import deliveries, delivery_alerts
from storage.sql.database import Database
from storage.stories.stories import story_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HIT = Hit(term="tariff*", field=Field.TEXT, start=3, end=10, quote="tariffs")
FOUND = Matches(
    matches=(Match(topic="trade", score=2.5, hits=(HIT,), parts=("$measures", "$places")),),
    near=(Near(topic="peace", score=0.4, threshold=1.0, missing="no mediator", hits=(HIT,)),),
)
TEXT = Text(
    title="Tariffs rise",
    body="No tariffs\x00 were spared.",
    method=Method.PAGE,
    language="en",
    published=NOW,
    author="A. Writer",
    credit="Wire One",
    doubts=("paywall stub",),
)


@dataclass
class ByContent:
    """A judge that knows texts again by their fingerprint's content, and alerts once for each story."""

    content: bytes
    index: dict[bytes, Placed] = field(default_factory=dict)
    facts: StoryFacts | None = None
    deliver_to: str = "desk"

    @property
    def matched(self) -> bool:
        return True

    def same_event(self, placed: Placed, placement: Placement) -> int | None:
        return None

    def locate(self, news: Sequence[Placed]) -> Placement:
        for placed in news:
            self.index.setdefault(placed.fingerprint.content, placed)
        same = self.index.get(self.content)
        return Placement() if same is None else Placement(story_id=same.story_id, copy_of=same.article_id)

    def prepare(self) -> None:
        return

    def unlearn(self, after: int) -> None:
        self.index = {key: placed for key, placed in self.index.items() if placed.sequence <= after}

    def judge(self, facts: StoryFacts, placement: Placement) -> Verdict:
        self.facts = facts
        kind = AlertKind.UPDATE if facts.alerts else AlertKind.NEW
        change = AlertChange(
            kind=kind,
            topic="trade",
            watchlist="economy",
            severity=Severity.HIGH,
            score=2.5,
            evidence=(Evidence(term="tariff*", field=Field.TEXT, before="No ", quote="tariffs", after=" were"),),
        )
        told = NewDelivery(
            receiver=self.deliver_to,
            kind=DeliveryKind.ALERT,
            group_key="12:00",
            due=NOW + timedelta(minutes=len(facts.sources)),
            topics=("trade",),
            recurring=True,
        )
        new = kind is AlertKind.NEW
        return Verdict(
            placement=placement,
            matches=FOUND,
            alerts=(change,),
            deliveries=(told,) if new else (),
            notes=(Note(step="triage", text=placement.reason, facts={"similarity": 0.5}),),
        )


async def stored(database: Database, *titles: str, stage: Stage = Stage.EXTRACT) -> list[Article]:
    """Articles fresh from a poll, in the order of `titles`."""
    feeds = SqlFeedStore(database)
    await feeds.sync([Feed(key="herald", url="https://herald.example/rss", tier=1)], NOW)
    polls = (await feeds.due(NOW, 1, ()))[0].state.polls
    new = tuple(
        NewArticle(
            identities=(title.encode().ljust(32, b"-"),),
            entry=Entry(
                url=f"https://herald.example/{title}", title=title, summary="sum", text="feed text", tags=("a",)
            ),
            outlet="herald.example",
            feed_key="herald",
            first_seen=NOW,
            stage=stage,
        )
        for title in titles
    )
    await feeds.record(
        Polled(feed_key="herald", seen_polls=polls, state=FeedState(due=NOW, polls=polls + 1), articles=new)
    )
    due = await SqlArticleStore(database).due(stage, NOW, 1000, ())
    return [article for article in due if article.title in titles]


async def place(store: SqlArticleStore, seen: Article, judge: ByContent) -> Verdict | None:
    after = max((placed.sequence for placed in judge.index.values()), default=0)
    return await store.place(seen, Fingerprint(version=1, content=judge.content), after, judge, "rev-1", NOW)


async def test_an_entry_becomes_an_article_with_all_it_said(database: Database) -> None:
    (article,) = await stored(database, "one")
    assert article == Article(
        id=article.id,
        url="https://herald.example/one",
        outlet="herald.example",
        feed_key="herald",
        title="one",
        summary="sum",
        first_seen=NOW,
        published=None,
        stage=Stage.EXTRACT,
        feed_text="feed text",
        tags=("a",),
    )


async def test_due_articles_come_oldest_first_without_those_in_work(database: Database) -> None:
    one, two, three = await stored(database, "one", "two", "three")
    store = SqlArticleStore(database)
    assert [item.id for item in await store.due(Stage.EXTRACT, NOW, 2, (one.id,))] == [two.id, three.id]
    assert await store.due(Stage.EXTRACT, NOW - timedelta(seconds=1), 2, ()) == []
    assert await store.due(Stage.TRIAGE, NOW, 2, ()) == []


async def test_a_text_passes_its_article_on_and_comes_back_whole(database: Database) -> None:
    (article,) = await stored(database, "one")
    store = SqlArticleStore(database)
    assert await store.record_text(article, TEXT, (Note(step="extract", text="read"),), NOW)
    (waiting,) = await store.due(Stage.TRIAGE, NOW, 10, ())
    assert waiting.text == dataclasses.replace(TEXT, body="No tariffs were spared.")
    assert (waiting.language, waiting.feed_text) == ("en", "feed text")
    assert await store.due(Stage.EXTRACT, NOW, 10, ()) == []


async def test_what_came_too_late_changes_nothing(database: Database) -> None:
    (article,) = await stored(database, "one")
    store = SqlArticleStore(database)
    later = NOW + timedelta(minutes=5)
    assert await store.postpone(article, later, (Note(step="extract", text="too slow"),), NOW)
    assert not await store.postpone(article, later, (), NOW)
    assert not await store.record_text(article, TEXT, (), NOW)
    (again,) = await store.due(Stage.EXTRACT, later, 10, ())
    assert (again.attempt, again.text) == (1, None)
    assert await store.record_text(again, TEXT, (), NOW)
    assert not await store.record_text(again, TEXT, (), NOW)
    assert await place(store, article, ByContent(b"one")) is None
    assert await database.read(lambda c: c.execute(select(func.count()).select_from(stories)).scalar_one()) == 0


async def test_a_verdict_is_written_whole(database: Database) -> None:
    (article,) = await stored(database, "one", stage=Stage.TRIAGE)
    store = SqlArticleStore(database)
    judge = ByContent(b"one")
    verdict = await place(store, article, judge)
    assert verdict is not None
    row = await database.read(lambda c: c.execute(select(articles)).one())
    assert (row.stage, row.due, row.catalog_revision) == ("done", None, "rev-1")
    (placed,) = await store.window(NOW, 0)
    assert (placed.article_id, placed.story_id, placed.copy_of) == (article.id, row.story_id, None)
    assert placed.fingerprint == Fingerprint(version=1, content=b"one")
    assert await database.read(lambda c: read_matches(c, article.id)) == FOUND
    assert judge.facts is not None
    own = SourceText(text=article.id, origin="herald.example", first=article.first_seen, last=article.first_seen)
    assert judge.facts == StoryFacts(id=row.story_id, own=own)
    story = await database.read(lambda c: story_of(c, row.story_id))
    (member,) = story.members
    assert (member.article_id, member.outlet, member.origin, member.tier) == (article.id,) + ("herald.example",) * 2 + (
        1,
    )
    carried = select(delivery_alerts.c.delivery_id, alerts.c.article_id).join_from(delivery_alerts, alerts)
    assert len(await database.read(lambda c: c.execute(carried).all())) == 1
    lines = await database.read(lambda c: c.execute(select(ledger.c.step, ledger.c.facts)).all())
    assert [tuple(line) for line in lines] == [("triage", {"similarity": 0.5})]


async def test_a_copy_joins_the_story_and_keeps_its_origin(database: Database) -> None:
    wire, copy = await stored(database, "wire", "copy")
    store = SqlArticleStore(database)
    for article, text in ((wire, TEXT), (copy, dataclasses.replace(TEXT, credit=None))):
        await store.record_text(article, text, (), NOW)
    judges = [ByContent(b"same"), ByContent(b"same")]
    for article, judge in zip(await store.due(Stage.TRIAGE, NOW, 9, ()), judges, strict=True):
        await place(store, article, judge)
    facts = judges[1].facts
    assert facts is not None
    assert [(source.text, source.origin) for source in facts.sources] == [(wire.id, "Wire One")] * 2
    assert (facts.reported_topics, facts.own_topics) == ({"trade"}, frozenset())
    story = await database.read(lambda c: story_of(c, facts.id))
    assert [(m.article_id, m.copy_of, m.origin) for m in story.members] == [
        (wire.id, None, "Wire One"),
        (copy.id, wire.id, "Wire One"),
    ]
    assert story.members[0].topics == (("trade", 2.5),)
    assert [(alert.topic, alert.article_id, alert.revision) for alert in facts.alerts] == [("trade", wire.id, 0)]
    changed = await database.read(lambda c: c.execute(select(alerts.c.revision, alerts.c.article_id)).all())
    assert [tuple(row) for row in changed] == [(1, wire.id)]


async def test_reports_of_one_text_and_origin_are_one_voice_from_first_to_last(database: Database) -> None:
    waiting = await stored(database, *"abcde", stage=Stage.TRIAGE)
    store = SqlArticleStore(database)
    judges = [ByContent(content) for content in (b"same", b"same", b"same", b"other", b"same")]
    for article, judge in zip(waiting, judges, strict=True):
        await place(store, article, judge)
    moved = articles.update().where(articles.c.id == waiting[2].id)
    await database.run(lambda c: c.execute(moved.values(first_seen=NOW + timedelta(hours=1), origin="herald.example")))
    again = articles.update().where(articles.c.id == waiting[4].id).values(stage="triage", due=NOW, revision=1)
    await database.run(lambda c: c.execute(again))
    (edited,) = await store.due(Stage.TRIAGE, NOW, 9, ())
    judge = ByContent(b"same")
    await place(store, edited, judge)
    assert judge.facts is not None
    (source,) = judge.facts.others
    assert (source.text, source.last - source.first) == (
        waiting[0].id,
        NOW + timedelta(hours=1) - waiting[0].first_seen,
    )
    assert (judge.facts.reported_topics, judge.facts.own_topics) == ({"trade"}, {"trade"})


async def test_a_story_that_retention_deleted_is_begun_anew(database: Database) -> None:
    (article,) = await stored(database, "one", stage=Stage.TRIAGE)
    judge = ByContent(b"one")
    ghost = Fingerprint(version=1, content=b"one")
    judge.index[b"one"] = Placed(
        sequence=0, article_id=77, story_id=4711, copy_of=None, outlet="x", at=NOW, fingerprint=ghost
    )
    assert await place(SqlArticleStore(database), article, judge) is not None
    assert judge.facts is not None
    assert judge.facts.id != 4711


async def test_a_revised_article_is_placed_again_at_the_end(database: Database) -> None:
    one, two = await stored(database, "one", "two", stage=Stage.TRIAGE)
    store = SqlArticleStore(database)
    await place(store, one, ByContent(b"one"))
    await place(store, two, ByContent(b"two"))
    again = articles.update().where(articles.c.id == one.id).values(stage="triage", due=NOW, revision=1)
    await database.run(lambda c: c.execute(again))
    (revised,) = await store.due(Stage.TRIAGE, NOW, 9, ())
    await place(store, revised, ByContent(b"one"))
    placed = await store.window(NOW, 0)
    assert [(item.sequence, item.article_id) for item in placed] == [(2, two.id), (3, one.id)]
    assert [item.sequence for item in await store.window(NOW, 2, 1)] == [3]
    assert await store.window(NOW + timedelta(seconds=1), 0) == []


async def test_an_error_in_the_judge_leaves_nothing_behind(database: Database) -> None:
    class Broken(ByContent):
        def judge(self, facts: StoryFacts, placement: Placement) -> Verdict:
            raise LookupError("a fault of the judge")

    (article,) = await stored(database, "one", stage=Stage.TRIAGE)
    store = SqlArticleStore(database)
    with pytest.raises(LookupError):
        await place(store, article, Broken(b"one"))
    assert await store.due(Stage.TRIAGE, NOW, 9, ()) == [article]
    assert await store.window(NOW, 0) == []


async def test_many_writers_never_split_a_story(database_url: str) -> None:
    databases = [Database.open(database_url, busy_ms=60_000) for _ in range(3)]
    try:
        waiting = await stored(databases[0], *(f"{i % 5}-{i}" for i in range(60)), stage=Stage.TRIAGE)
        judges = [ByContent(article.title[0].encode()) for article in waiting]
        work = [
            place(SqlArticleStore(databases[i % 3]), article, judge)
            for i, (article, judge) in enumerate(zip(waiting, judges, strict=True))
        ]
        twice = [
            place(SqlArticleStore(databases[(i + 1) % 3]), article, ByContent(article.title[0].encode()))
            for i, article in enumerate(waiting)
        ]
        done = await asyncio.gather(*work, *twice)
        assert sum(verdict is not None for verdict in done) == 60

        def counts(table: str) -> int:
            tables = {"stories": stories, "alerts": alerts, "deliveries": deliveries, "links": delivery_alerts}
            statement = select(func.count()).select_from(tables[table])
            return databases[0].run_now(lambda c: c.execute(statement).scalar_one())

        assert [counts(name) for name in ("stories", "alerts", "deliveries", "links")] == [5, 5, 1, 5]
        sequences = [placed.sequence for placed in await SqlArticleStore(databases[1]).window(NOW, 0)]
        assert sequences == list(range(1, 61))
    finally:
        for database in databases:
            await database.close()


async def test_a_window_that_has_left_is_begun_again(database: Database) -> None:
    one, two, three = await stored(database, "one", "two", "three", stage=Stage.TRIAGE)
    store = SqlArticleStore(database)
    await place(store, one, ByContent(b"one"))
    await place(store, two, ByContent(b"two"))
    await database.run(lambda c: c.execute(deliveries.update().values(state="sending")))
    await place(store, three, ByContent(b"three"))
    rows = await database.read(lambda c: c.execute(select(deliveries).order_by(deliveries.c.id)).all())
    assert [(row.group_key, row.part, row.state) for row in rows] == [("12:00", 1, "sending"), ("12:00", 2, "pending")]
    assert [row.due for row in rows] == [NOW + timedelta(minutes=1)] * 2
    per_delivery = select(func.count()).select_from(delivery_alerts).group_by(delivery_alerts.c.delivery_id)
    assert sorted(await database.read(lambda c: c.execute(per_delivery).scalars().all())) == [1, 2]


async def test_notes_may_hold_any_text(database: Database) -> None:
    (article,) = await stored(database, "one")
    note = Note(step="extract", text="odd \x00\ud800 text", facts={"k\x00": "v\udfff", "n": 1.5, "none": None})
    await database.run(lambda c: write_notes(c, article.id, (note,), NOW))
    row = await database.read(lambda c: c.execute(select(ledger)).one())
    assert (row.text, row.facts) == ("odd  text", {"k": "v", "n": 1.5, "none": None})


async def test_ids_of_due_articles_are_those_of_the_articles_due(database: Database) -> None:
    ids = [article.id for article in await stored(database, "one", "two", "three", "four")]
    store = SqlArticleStore(database)
    assert await store.due_ids(Stage.EXTRACT, NOW, 10, ()) == ids
    assert await store.due_ids(Stage.EXTRACT, NOW, 2, ids[:1]) == ids[1:3]
    assert [article.id for article in await store.still_due(Stage.EXTRACT, [*ids[:2], 999], NOW)] == ids[:2]
    assert not await store.still_due(Stage.TRIAGE, ids, NOW)
    assert not await store.still_due(Stage.EXTRACT, ids, NOW - timedelta(seconds=1))


async def test_articles_placed_together_know_of_each_other(database: Database) -> None:
    waiting = await stored(database, "a-1", "b-1", "a-2", "a-3", stage=Stage.TRIAGE)
    store = SqlArticleStore(database)
    judges = [ByContent(article.title[0].encode()) for article in waiting]
    work = (place(store, article, judge) for article, judge in zip(waiting, judges, strict=True))
    verdicts = await asyncio.gather(*work)
    found = [verdict.placement for verdict in verdicts if verdict is not None]
    assert [placement.copy_of for placement in found] == [None, None, waiting[0].id, waiting[0].id]
    assert len({placement.story_id for placement in found}) == 2
    assert [placed.sequence for placed in await store.window(NOW, 0)] == [1, 2, 3, 4]


async def test_a_fault_among_articles_placed_together_leaves_no_trace_in_what_the_others_learn(
    database: Database,
) -> None:
    class Broken(ByContent):
        def judge(self, facts: StoryFacts, placement: Placement) -> Verdict:
            raise LookupError("a fault of the judge")

    waiting = await stored(database, "a-1", "a-2", "a-3", stage=Stage.TRIAGE)
    store, index = SqlArticleStore(database), dict[bytes, Placed]()
    judges = [kind(b"a", index) for kind in (Broken, ByContent, ByContent)]
    fingerprint = Fingerprint(version=1, content=b"a")
    work = [
        store.place(article, fingerprint, 0, judge, "r", NOW) for article, judge in zip(waiting, judges, strict=True)
    ]
    first, *others = await asyncio.gather(*work, return_exceptions=True)
    assert isinstance(first, LookupError)
    assert [verdict.placement.copy_of for verdict in others if isinstance(verdict, Verdict)] == [None, waiting[1].id]
    assert [item.id for item in await store.due(Stage.TRIAGE, NOW, 9, ())] == [waiting[0].id]
