"""Spikes, absences and first names: from stored stories to a message, and to the line when it is over."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select, update

from monitor.app.runtime.volume import VolumeWatch
from monitor.domain.alerts.alert import DeliveryState
from monitor.domain.catalog import Catalog, Vocabulary
from monitor.domain.delivery.attempt import Rules
from monitor.domain.volume.rules import Expectation, FirstSeen, Spike, VolumeRules
from storage.outbox.silences import SqlSilences
from storage.schema.content import articles, feeds, matches, stories
from storage.schema.volume import watched_topics
from storage.sql.database import Database
from storage.volume.counts import SqlStoryCounts
from storage.volume.episodes import SqlEpisodes
from tests.support.delivery_world import DESK, Desk, FixedCatalog, HandClock, catalog_of
from tests.support.fake_slack import FakeSlack, Workspace

START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""

NOW = START + timedelta(days=22, hours=12)
HOUR = timedelta(hours=1)
SPIKE = VolumeRules(spike=Spike(times=3, over=6 * HOUR, at_least=5))


def catalog(volume: VolumeRules, *names: str) -> Catalog:
    """The topic `talks` with these rules, and a vocabulary of names."""
    plain = catalog_of(DESK)
    [watchlist] = plain.watchlists
    topic = replace(watchlist.topics[0], volume=volume)
    vocabularies = (Vocabulary(name="firms", terms={"*": names}),) if names else ()
    return replace(plain, watchlists=(replace(watchlist, topics=(topic,), vocabularies=vocabularies),))


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    clock = HandClock(NOW)
    async with FakeSlack(Workspace(now=clock.timestamp)) as slack:
        slack.workspace.add_channel("desk")
        database = Database.open(database_url)
        desk = Desk(database, slack, clock, FixedCatalog(catalog(SPIKE)), Rules(timeout=timedelta(seconds=2)))
        yield desk
        await desk.close()


def watch(desk: Desk) -> VolumeWatch:
    """The job as a daemon that has just started makes it."""
    return VolumeWatch(
        catalogs=desk.catalogs,
        counts=SqlStoryCounts(desk.database),
        episodes=SqlEpisodes(desk.database),
        clock=desk.clock,
    )


async def look(desk: Desk) -> int:
    """Count once, and deliver what came of it."""
    changed = await watch(desk).run()
    await desk.work(5)
    return changed


async def publish(
    desk: Desk,
    times: Sequence[datetime],
    *,
    topic: str | None = "talks",
    feed: str = "herald",
    title: str = "Envoys met",
) -> None:
    """A story with one report at each of the times."""

    def work(connection: Connection) -> None:
        first = (connection.execute(select(func.max(stories.c.id))).scalar_one() or 0) + 1
        numbers = range(first, first + len(times))  # a story and its report share a number
        address = {"outlet": f"{feed}.example", "origin": f"{feed}.example", "feed_key": feed}
        rest = {"summary": "", "author": "", "tags": [], "language": "en", "baseline": False, "stage": "done"}
        report = address | rest | {"attempt": 0, "revision": 0, "title": title}
        match = {"topic": topic, "near": False, "score": 1.0, "parts": [], "hits": [], "revision": 0}
        moments = list(zip(numbers, times, strict=True))
        connection.execute(
            stories.insert(), [{"id": n, "title": title, "first_seen": at, "last_seen": at} for n, at in moments]
        )
        connection.execute(
            articles.insert(),
            [
                {"id": n, "story_id": n, "url": f"https://{feed}.example/{n}", "first_seen": at, **report}
                for n, at in moments
            ],
        )
        if topic is not None:
            connection.execute(matches.insert(), [{"article_id": n, **match} for n in numbers])

    await desk.database.run(work)


def every(gap: timedelta, begin: datetime = START, end: datetime = NOW) -> list[datetime]:
    """Moments at even gaps."""
    return [begin + number * gap for number in range(int((end - begin) / gap))]


async def three_weeks(desk: Desk) -> None:
    """Two stories of the topic and twelve others in each six hours."""
    await publish(desk, every(3 * HOUR))
    await publish(desk, every(HOUR / 2), topic=None, title="Cows cross the road")


async def test_a_spike_is_told_once_edited_and_said_to_be_over(desk: Desk) -> None:
    await three_weeks(desk)
    assert await look(desk) == 0
    await publish(desk, every(HOUR / 2, NOW - 5 * HOUR, NOW), title="Envoys met again")
    assert await look(desk) == 1
    [message] = desk.slack.seen("#desk")
    assert "times as many stories as usual" in message.text
    assert "11 stories in 6 h; usual for this weekday and hour: 1." in message.text
    assert "Last 14 days: " in message.text
    assert "█" in message.text
    assert [label for _, label in message.links] == ["Envoys met again"] * 3
    assert await look(desk) == 0, "nothing has changed"

    await publish(desk, [NOW], title="Envoys met again")
    desk.clock.advance(HOUR / 6)
    await look(desk)
    [message] = desk.slack.seen("#desk")
    assert message.edits == 1
    assert "12 stories in 6 h" in message.text

    desk.clock.advance(6 * HOUR)
    await look(desk)
    message, answer = desk.slack.seen("#desk")
    assert "now over" in message.text
    assert answer.thread_ts == message.ts
    assert "Over: 0 stories in 6 h" in answer.text
    assert "with at most 12" in answer.text
    await look(desk)
    assert len(desk.slack.seen("#desk")) == 2


async def test_a_busy_day_and_new_feeds_are_no_spike(desk: Desk) -> None:
    await three_weeks(desk)
    await publish(desk, every(HOUR / 2, NOW - 5 * HOUR, NOW))
    await publish(desk, every(HOUR / 12, NOW - 6 * HOUR, NOW), topic=None)
    assert await look(desk) == 0
    for number in range(10):
        await publish(desk, every(HOUR, NOW - 5 * HOUR, NOW), feed=f"new-{number}")
    assert await look(desk) == 0


async def test_a_topic_of_less_than_two_weeks_has_no_spike(desk: Desk) -> None:
    await publish(desk, every(HOUR / 2, NOW - timedelta(days=10), NOW), topic=None)
    await publish(desk, every(3 * HOUR, NOW - timedelta(days=10), NOW))
    await publish(desk, every(HOUR / 4, NOW - 5 * HOUR, NOW))
    assert await look(desk) == 0


async def test_a_renamed_topic_keeps_its_history_with_its_earlier_key(desk: Desk) -> None:
    await publish(desk, every(3 * HOUR), topic="parley")
    await publish(desk, every(HOUR / 2), topic=None)
    await publish(desk, every(HOUR / 2, NOW - 5 * HOUR, NOW))
    assert await look(desk) == 0, "the new key is too young"
    await desk.database.run(lambda connection: connection.execute(watched_topics.delete()))
    desk.catalogs.catalog = catalog(replace(SPIKE, formerly=("parley",)))
    assert await look(desk) == 1


async def test_a_silence_of_the_topic_mutes_its_spike(desk: Desk) -> None:
    await three_weeks(desk)
    await publish(desk, every(HOUR / 2, NOW - 5 * HOUR, NOW))
    await SqlSilences(desk.database).add(
        topic="talks", story_id=None, until=NOW + HOUR, reason="known", author="ann", now=NOW
    )
    await look(desk)
    assert desk.slack.seen("#desk") == []
    assert (await desk.only()).state is DeliveryState.MUTED


async def test_a_rule_that_is_taken_away_ends_its_spike(desk: Desk) -> None:
    await three_weeks(desk)
    await publish(desk, every(HOUR / 2, NOW - 5 * HOUR, NOW))
    await look(desk)
    desk.catalogs.catalog = catalog(VolumeRules())
    await look(desk)
    _, answer = desk.slack.seen("#desk")
    assert "no longer configured" in answer.text


EXPECT = VolumeRules(expect=Expectation(at_least=1, every=24 * HOUR, weekdays=frozenset(range(5))))


async def source(desk: Desk, *, succeeded: datetime, failing: datetime | None = None) -> None:
    """The one configured feed, as its last poll left it."""
    address = {"key": "herald", "url": "https://herald.example/feed", "settings": {}, "tier": 2, "configured": True}
    counts = {"polls": 1, "failures": 0, "gone_count": 0, "candidate_polls": 0, "arrivals": [], "hints": {}}
    row = address | counts | {"succeeded_at": succeeded, "failing_since": failing}
    await desk.database.run(lambda connection: connection.execute(feeds.insert().values(row)))


async def test_an_absence_is_told_on_days_that_count_and_ends_with_a_story(desk: Desk) -> None:
    desk.catalogs.catalog = catalog(EXPECT)
    await source(desk, succeeded=NOW)
    await publish(desk, every(24 * HOUR, START, START + timedelta(days=18)))  # the last on Thursday, 0:00
    desk.clock.moment = START + timedelta(days=20, hours=12)  # Sunday
    await look(desk)
    [message] = desk.slack.seen("#desk")
    assert "fewer stories than expected" in message.text
    assert "at least 1 expected within 1 d" in message.text
    await publish(desk, [desk.clock.now()])
    await look(desk)
    message, answer = desk.slack.seen("#desk")
    assert "now over" in message.text
    assert "Over: 1 story again" in answer.text


async def test_quiet_sources_that_cannot_be_read_are_said_and_not_counted(desk: Desk) -> None:
    desk.catalogs.catalog = catalog(EXPECT)
    await publish(desk, every(24 * HOUR, START, NOW - timedelta(days=5)))
    await source(desk, succeeded=NOW - timedelta(days=3), failing=NOW - timedelta(days=3))
    await look(desk)
    [message] = desk.slack.seen("#desk")
    assert "quiet, but its sources cannot be read" in message.text
    assert "1 of 1 sources could not be read for 3 d" in message.text
    await desk.database.run(
        lambda connection: connection.execute(update(feeds).values(succeeded_at=NOW, failing_since=None))
    )
    await look(desk)
    [message] = desk.slack.seen("#desk")
    assert "fewer stories than expected" in message.text


async def test_a_name_is_told_once_however_often_the_daemon_starts(desk: Desk) -> None:
    desk.catalogs.catalog = catalog(VolumeRules(first_seen=FirstSeen(of="firms")), "Northwind", "Südsee Stahl")
    await publish(desk, every(12 * HOUR), title="Northwind meets envoys")
    assert await look(desk) == 0, "a name that was always there"
    await publish(desk, [NOW], title="Südsee Stahl meets envoys")
    assert await look(desk) == 1
    assert await look(desk) == 0
    await publish(desk, [desk.clock.now()], title="Südsee Stahl and Northwind meet envoys")
    assert await look(desk) == 0
    [message] = desk.slack.seen("#desk")
    assert "Peace talks: first mention of Südsee Stahl" in message.text
    assert [label for _, label in message.links] == ["Südsee Stahl meets envoys"]


async def test_two_daemons_that_count_at_once_tell_one_spike(desk: Desk) -> None:
    await three_weeks(desk)
    await publish(desk, every(HOUR / 2, NOW - 5 * HOUR, NOW))
    first, second = SqlEpisodes(desk.database), SqlEpisodes(desk.database)
    assert await watch(desk).run() == 1
    [episode] = await first.lasting()
    assert [one.id for one in await second.lasting()] == [episode.id]
    desk.clock.advance(HOUR / 6)
    assert await watch(desk).run() <= 1
    await desk.work(5)
    assert len(desk.slack.seen("#desk")) == 1
    rows = await desk.database.read(lambda connection: connection.execute(select(watched_topics)).all())
    assert [row.topic for row in rows] == ["talks"]
