"""What another configuration would have raised, and why an article alerted or did not."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.adapters.text.language import LangidDetector
from monitor.app.runtime.compiled_topics import CompiledTopics
from monitor.app.runtime.story_window import WINDOW
from monitor.app.tools.backtest import Backtest, Effect
from monitor.app.tools.input_document import InputDocument
from monitor.app.tools.replay import Replay, SetClock
from monitor.app.tools.why import Explainer
from monitor.domain.articles.article import Method, Text
from monitor.domain.catalog import Catalog, Channel, Feed, Receiver, Severity, Topic, Watchlist
from monitor.domain.failures import Failure, Reason
from monitor.domain.stories.index import StoryIndex
from monitor.domain.topics.matcher import compile_catalog
from monitor.steps.triage import Triage
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.sql.database import Database
from storage.views.archive import SqlArchive
from tests.support.delivery_world import FixedCatalog, memory_database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DESK = Receiver(name="desk", channel=Channel.SLACK, address="#desk")
CHIEF = replace(DESK, name="chief", min_severity=Severity.CRITICAL)
TARIFFS = Topic(
    key="tariffs", watchlist="trade", title="Tariffs", query="tariff LESS dentist^1.4", severity=Severity.MEDIUM,
    threshold=1.2, receivers=("desk", "chief"),
)  # fmt: skip
LATHES = "The ministry of Ostwick will raise the tariff on lathes in April, its spokeswoman said on Monday."
NEWS = {
    "lathes": ("Ostwick raises lathe tariff", LATHES),
    "copy": ("Ostwick raises lathe tariff", LATHES),
    "dentists": ("A tariff for the dentist", "Each dentist of Brandhaven may charge the new tariff from May."),
    "quotas": ("Import quotas for glass", "Valmere sets import quotas for window glass after a long dispute."),
    "ferry": ("Ferry back in service", "The ferry between Hollin and Marsk sails again after repairs."),
}


def catalog(revision: str, *topics: Topic) -> Catalog:
    feed = Feed(key="kestrel", url="https://kestrel.example/feed.xml")
    watchlist = Watchlist(name="trade", file="trade.yml", topics=topics)
    return Catalog(revision=revision, feeds=(feed,), receivers=(DESK, CHIEF), watchlists=(watchlist,))


IN_FORCE = catalog("a", TARIFFS)


@dataclass(frozen=True, slots=True)
class Archive:
    """A store in which the daemon's own triage has judged the news under `IN_FORCE`."""

    database: Database

    async def effect(self, edited: Catalog, *, since: datetime = NOON, topic: str | None = None) -> Effect:
        compared = Backtest(archive=SqlArchive(self.database), before=IN_FORCE, after=edited, topic=topic)
        return await compared.run(since, since - WINDOW)

    async def why(self, asked: str, page: Text | Failure | None = None) -> str:
        async def read_page(_: str) -> Text | Failure:
            assert page is not None
            return page

        explainer = Explainer(
            database=self.database,
            catalog=IN_FORCE,
            matcher=compile_catalog(IN_FORCE),
            read_page=read_page if page is not None else None,
        )
        return (await explainer.explain(asked, NOON)).answer


@pytest.fixture
async def archive() -> AsyncIterator[Archive]:
    database = memory_database()
    await replayed(database, list(NEWS))
    yield Archive(database)
    await database.close()


async def replayed(database: Database, names: Sequence[str]) -> None:
    clock, articles = SetClock(), SqlArticleStore(database)
    topics = CompiledTopics(FixedCatalog(IN_FORCE), compile_catalog)
    replay = Replay(
        feeds=SqlFeedStore(database),
        articles=articles,
        triage=Triage(store=articles, topics=topics, index=StoryIndex(WINDOW), clock=clock),
        clock=clock,
        languages=LangidDetector(),
        outlet_of=lambda url: url.split("/")[2],
    )
    outlets = {"copy": "meridianpost.example"}
    documents = [
        InputDocument(
            id=name,
            title=NEWS[name][0],
            text=NEWS[name][1],
            url=f"https://{outlets.get(name, 'kestrel.example')}/{name}",
            published=NOON + timedelta(minutes=number),
            lang="en",
        )
        for number, name in enumerate(names)
    ]
    async for _ in replay.run(documents):
        pass


def found(effect: Effect) -> list[tuple[str, bool, str]]:
    return [(one.topic, one.gained, one.title) for one in effect.differences]


async def test_an_edit_that_changes_nothing_has_no_effect(archive: Archive):
    effect = await archive.effect(replace(IN_FORCE, revision="b"))
    assert (effect.topics, effect.differences) == ({}, ())


async def test_alerts_gained_and_lost_name_the_clause_that_decided(archive: Archive):
    edited = catalog("b", replace(TARIFFS, query="tariff LESS lathe^5"))
    effect = await archive.effect(edited)
    assert found(effect) == [
        ("tariffs", False, "Ostwick raises lathe tariff"),
        ("tariffs", True, "A tariff for the dentist"),
    ]
    lost = effect.differences[0]
    assert "LESS lathe" in lost.reason
    assert lost.score_after is not None
    assert lost.score_before is not None
    assert lost.score_after < 1.2 < lost.score_before
    counts = effect.topics["tariffs"]
    assert (counts.before, counts.after, counts.gained, counts.lost) == (1, 1, 1, 1)


async def test_a_copy_is_no_second_alert(archive: Archive):
    effect = await archive.effect(catalog("b"), topic="tariffs")
    assert found(effect) == [("tariffs", False, "Ostwick raises lathe tariff")]


async def test_a_new_topic_only_gains(archive: Archive):
    quotas = replace(TARIFFS, key="quotas", query='"import quota"~', threshold=1.0)
    effect = await archive.effect(catalog("b", TARIFFS, quotas))
    assert found(effect) == [("quotas", True, "Import quotas for glass")]
    assert effect.differences[0].score_before is None


async def test_alerts_from_before_the_start_are_not_counted(archive: Archive):
    effect = await archive.effect(catalog("b"), since=NOON + timedelta(minutes=1), topic="tariffs")
    assert (effect.articles, found(effect)) == (4, [])


@pytest.mark.parametrize(
    "spelling",
    [
        "https://kestrel.example/lathes",
        "http://www.kestrel.example/lathes/?utm_source=mail#top",
        "https://kestrel.example/lathes/amp",
        "1",
        "lathe kestrel.example",
    ],
)
async def test_an_article_is_found_by_any_spelling(archive: Archive, spelling: str):
    assert (await archive.why(spelling)).startswith("Not notified yet: a message to desk is due at 12:00 UTC")


async def test_a_miss_says_what_took_the_points(archive: Archive):
    said = await archive.why("https://kestrel.example/dentists")
    assert said.startswith("Not notified: tariffs scored ")
    assert "of 1.2; `dentist` took" in said


async def test_a_topic_that_is_far_off_still_says_which_clause_failed(archive: Archive):
    said = await archive.why("https://kestrel.example/ferry")
    assert said == "Not notified: no topic matches; the nearest is tariffs: tariff is not found."


async def test_an_address_never_seen_is_tried(archive: Archive):
    page = Text(title="Brackwater tariff", body=LATHES, method=Method.PAGE, language="en")
    said = await archive.why("https://kestrel.example/other", page)
    assert said.startswith("Never seen: the source kestrel of this outlet did not list it; fetched now, it would match")
    wall = Failure(reason=Reason.UNREADABLE, detail="a login page")
    assert "could not be read" in await archive.why("https://elsewhere.example/1", wall)
    assert (
        await archive.why("https://elsewhere.example/1")
    ) == "Never seen: no source of yours belongs to this outlet."
