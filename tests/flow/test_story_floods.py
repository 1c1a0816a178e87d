"""Floods of what is no news, through the store and the daemon's own triage: no story swallows all, no topic alerts on
all, and the ledger says why."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from monitor.app.runtime.story_window import WINDOW, rebuilt_index
from monitor.app.tools.input_document import InputDocument
from monitor.app.tools.replay import Replay, Replayed, SetClock
from monitor.domain.catalog import Catalog
from monitor.domain.stories.index import StoryIndex
from monitor.domain.topics.matcher import CatalogMatcher, compile_catalog
from monitor.steps.triage import Triage
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.schema.content import ledger
from storage.sql.database import Database
from tests.support.delivery_world import memory_database
from tests.support.topic_workbench import catalog, topic

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
WALL = (
    "We value your privacy. We and our partners store and access information on a device, such as cookies, and use "
    "personal details for advertising, measurement and audience research. With your permission we may use precise "
    "location. You may accept or refuse, and change your mind at any time by returning to this site."
)
BRIDGE = (
    "The old harbour bridge at Zorba collapsed on Monday morning, throwing two lorries and a school bus into the river "
    "Lind, the fire brigade said. Fourteen people were taken to hospital and three are missing. Mayor Ilse Brandt said "
    "engineers had warned of cracks in the northern pier since last autumn."
)
SYLLABLES = ("ba", "lo", "mi", "ten", "kar", "su", "vel", "do", "ri", "mon", "pa", "ges", "ul", "ta", "ne", "shi")
NOUNS = ("bridge", "harvest", "election", "orchestra", "glacier", "volcano", "budget", "museum", "ferry", "tunnel")
VERBS = ("collapses", "opens", "delayed", "disputed", "celebrated", "flooded", "sold", "counted", "praised", "burns")


def invented(seed: int, count: int) -> str:
    """So many invented words."""
    chance = Random(seed)
    return " ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(count))


@dataclass(frozen=True, slots=True)
class Topics:
    """One topic, always the same."""

    catalog: Catalog
    engine: CatalogMatcher

    def current(self) -> tuple[Catalog, CatalogMatcher]:
        return self.catalog, self.engine


class English:
    def detect(self, text: str, declared: str | None = None) -> str | None:
        return "en"


class Newsroom:
    """A store in memory and what decides about its articles."""

    def __init__(self, query: str) -> None:
        self.database: Database = memory_database()
        self.articles, self.clock = SqlArticleStore(self.database), SetClock()
        self.index = StoryIndex(WINDOW)
        known = catalog(topic(query))
        self.triage = Triage(
            store=self.articles, topics=Topics(known, compile_catalog(known)), index=self.index, clock=self.clock
        )

        self.replay = Replay(
            feeds=SqlFeedStore(self.database),
            articles=self.articles,
            triage=self.triage,
            clock=self.clock,
            languages=English(),
            outlet_of=str,
        )

    async def take(self, documents: Iterable[InputDocument]) -> list[Replayed]:
        return [replayed async for replayed in self.replay.run(documents)]

    async def said(self) -> Counter[str]:
        """The ledger's lines, by their first words."""
        lines = await self.database.read(lambda c: c.execute(select(ledger.c.text)).scalars().all())
        return Counter(" ".join(line.split()[:3]) for line in lines)


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    room = Newsroom("harbour OR advertising OR bridge")
    yield room
    await room.database.close()


def given(number: int, title: str, text: str, outlet: str, at: datetime) -> InputDocument:
    return InputDocument(id=str(number), title=title, text=text, outlet=outlet, published=at)


async def test_a_cookie_wall_of_a_thousand_outlets_is_neither_a_story_nor_a_thousand_alerts(newsroom: Newsroom) -> None:
    told = await newsroom.take(
        given(n, ("Bridge " if n % 100 == 99 else "") + invented(n, 4), WALL, f"outlet{n}.example", NOON)
        for n in range(1_000)
    )
    assert all(one.copy_of is None for one in told)
    assert max(Counter(one.story for one in told).values()) <= 3
    alerted = [number for number, one in enumerate(told) if one.alerts]
    assert alerted[:3] == [0, 1, 2], "until it is known for what it is"
    assert alerted[3:] == list(range(99, 1_000, 100)), "a headline counts, whatever stands below it"
    notes = [note.text for note in told[-2].verdict.notes]
    assert any("earlier articles have its text under headlines of other matters" in note for note in notes)
    assert any("no news, whatever it says" in note for note in notes)


async def test_an_outlet_that_republishes_everything_hourly_is_heard_once(newsroom: Newsroom) -> None:
    items = [(f"{invented(n, 3)} bridge", invented(n, 200)) for n in range(5)]
    first = await newsroom.take(given(n, *items[n], "hourly.example", NOON) for n in range(5))
    again = await newsroom.take(
        given(n, *items[n % 5], "hourly.example", NOON + timedelta(hours=1 + n // 5)) for n in range(5 * 48)
    )
    assert [bool(one.alerts) for one in first] == [True] * 5
    assert all(one.copy_of is not None for one in again)
    assert not any(one.alerts for one in again)
    assert {one.story for one in again} == {one.story for one in first}
    assert (await newsroom.said())["t: repeats the"] == 5 * 48


async def test_a_clock_that_goes_back_and_dates_of_another_century_split_and_repeat_nothing(newsroom: Newsroom) -> None:
    days = (0, 0, -2, -2, 1, 0)
    one = await newsroom.take(
        given(n, "Harbour bridge collapses in Zorba", BRIDGE, f"o{n}.example", NOON + timedelta(days=day))
        for n, day in enumerate(days)
    )
    assert {told.story for told in one} == {one[0].story}
    assert [bool(told.alerts) for told in one] == [True, False, False, False, False, False]
    centuries = [datetime(year, 5, 6, tzinfo=UTC) for year in (1, 1905, 2129, 9998)]
    far = await newsroom.take(
        given(n, "Harbour bridge collapses in Zorba", BRIDGE, f"o{n}.example", at) for n, at in enumerate(centuries)
    )
    assert not any(told.alerts for told in far)
    assert all("repeats" in told.verdict.notes[0].text for told in far)


async def test_empty_and_one_word_texts_do_not_gather(newsroom: Newsroom) -> None:
    titles = ("", "Bridge", "Live", ".")
    told = await newsroom.take(
        given(n, titles[n % 4], ("", "x")[n % 2], f"o{n}.example", NOON + timedelta(minutes=n)) for n in range(80)
    )
    assert max(Counter(one.story for one in told).values()) <= 20
    assert all(one.copy_of is None for one in told)


async def test_after_a_restart_the_index_answers_as_before(newsroom: Newsroom) -> None:
    await newsroom.take(
        given(
            n,
            f"{NOUNS[n % 10].title()} {VERBS[n % 7]} in Zorba",
            BRIDGE * (n % 3) + f" {NOUNS[n % 10]} {n}.",
            f"o{n}.example",
            NOON + timedelta(minutes=n),
        )
        for n in range(120)
    )
    again = await rebuilt_index(newsroom.articles, newsroom.clock)
    rows = await newsroom.articles.window(NOON - WINDOW)
    newsroom.index.learn(rows[-1:])
    assert again.sequence == newsroom.index.sequence == len(rows)
    for row in rows:
        asked = {"outlet": "new.example", "at": row.at}
        assert again.locate(row.fingerprint, **asked) == newsroom.index.locate(row.fingerprint, **asked)


async def test_replay_forgets_what_has_left_the_window_as_the_daemon_does(newsroom: Newsroom) -> None:
    bridge, orchestra = ("Harbour bridge collapses in Zorba", BRIDGE), ("Orchestra tours Murn", "The orchestra plays.")
    first, within, _, after = await newsroom.take(
        given(n, *said, f"o{n}.example", NOON + timedelta(hours=hours))
        for n, (hours, said) in enumerate(((0, bridge), (71, bridge), (100, orchestra), (145, bridge)))
    )
    assert within.copy_of == first.id
    assert (after.copy_of, after.story == first.story) == (None, False)
