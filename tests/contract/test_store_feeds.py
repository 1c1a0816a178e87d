"""What polling writes is written whole, once, and found again: on both databases."""

import asyncio
import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from monitor.domain.alerts.alert import DeliveryKind, NewDelivery
from monitor.domain.articles.article import Entry, NewArticle, Stage
from monitor.domain.catalog import Feed
from monitor.domain.feeds.feed import FeedState, Hints, Validators
from monitor.domain.feeds.polled import Polled, Revised
from monitor.domain.ledger import Note
from storage.feeds.store import SqlFeedStore
from storage.schema.content import articles, identities, ledger, sightings, texts
from storage.schema.outbox import deliveries
from storage.sql.database import Database
from storage.sql.upserts import url_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERALD = Feed(key="herald", url="https://herald.example/rss", every=timedelta(minutes=10), tags=("world",), tier=1)
COURIER = Feed(key="courier", url="https://courier.example/rss", language="de", full_text=False)


def key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def article(*names: str, feed: str = "herald", **changes: Any) -> NewArticle:
    entry = Entry(url=f"https://herald.example/{names[0]}", title=names[0], summary="short", text="a longer text")
    new = NewArticle(
        identities=tuple(key(name) for name in names),
        entry=entry,
        outlet="herald.example",
        feed_key=feed,
        first_seen=NOW,
        stage=Stage.EXTRACT,
        content_hash=key(names[0] + " content"),
    )
    return dataclasses.replace(new, **changes)


def polled(*new: NewArticle, feed: str = "herald", seen: int = 0, **changes: Any) -> Polled:
    state = FeedState(due=NOW + timedelta(hours=1), polls=seen + 1, polled_at=NOW)
    return dataclasses.replace(Polled(feed_key=feed, seen_polls=seen, state=state, articles=new), **changes)


async def count(database: Database, table: Table) -> int:
    return await database.read(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.fixture
async def store(database: Database) -> SqlFeedStore:
    store = SqlFeedStore(database)
    await store.sync([HERALD, COURIER], NOW)
    return store


async def test_configured_feeds_are_due_at_once_and_come_back_as_configured(store: SqlFeedStore) -> None:
    due = await store.due(NOW, 10, ())
    assert {item.feed.key: item.feed for item in due} == {"herald": HERALD, "courier": COURIER}
    assert all(item.state == FeedState(due=NOW) for item in due)


async def test_every_part_of_a_state_comes_back(store: SqlFeedStore) -> None:
    state = FeedState(
        due=NOW,
        validators=Validators(etag=b'W/"\xff\x00"', last_modified=b"Sun, 01 Mar 2026"),
        body_hash=key("body"),
        polls=1,
        polled_at=NOW,
        succeeded_at=NOW - timedelta(days=1),
        baseline_at=NOW - timedelta(days=2),
        failures=3,
        failing_since=NOW - timedelta(hours=3),
        failure="too slow",
        gone_count=1,
        gone_since=NOW - timedelta(hours=2),
        learnt_url="https://herald.example/feed",
        candidate_url="https://herald.example/atom",
        candidate_polls=4,
        candidate_since=NOW - timedelta(hours=1),
        entries_last=50,
        arrivals=(NOW - timedelta(microseconds=1), NOW),
        reported="broken",
        title="The Herald\x00",
        hints=Hints(ttl=timedelta(minutes=30), skip_hours=frozenset({1, 23}), skip_days=frozenset({6})),
    )
    unset = {item.name for item in dataclasses.fields(state) if getattr(state, item.name) in (None, 0)}
    assert unset == {"disabled_reason"}
    assert await store.record(polled(state=state)) == 0
    found = {item.feed.key: item.state for item in await store.due(NOW, 10, ())}
    assert found["herald"] == dataclasses.replace(state, title="The Herald")


async def test_due_feeds_come_longest_overdue_first_without_those_in_work(store: SqlFeedStore) -> None:
    await store.record(polled(feed="courier", state=FeedState(due=NOW - timedelta(hours=1), polls=1)))
    assert [item.feed.key for item in await store.due(NOW, 1, ())] == ["courier"]
    assert [item.feed.key for item in await store.due(NOW, 1, ("courier",))] == ["herald"]
    assert await store.due(NOW - timedelta(hours=2), 10, ()) == []


async def test_a_poll_is_written_whole(store: SqlFeedStore, database: Database) -> None:
    notice = NewDelivery(receiver="desk", kind=DeliveryKind.NOTICE, group_key="feed:herald", due=NOW, text="back again")
    written = await store.record(
        polled(
            article("one", "one-alias"), article("two"), notes=(Note(step="poll", text="moved"),), deliveries=(notice,)
        )
    )
    assert written == 2
    known = await store.known([key("one"), key("one-alias"), key("two"), key("three")])
    assert set(known) == {key("one"), key("one-alias"), key("two")}
    assert known[key("one")] == known[key("one-alias")]
    assert known[key("one")].article_id < known[key("two")].article_id
    assert [known[key(name)].content_hash for name in ("one", "two")] == [key("one content"), key("two content")]
    assert await count(database, ledger) == await count(database, deliveries) == 1
    assert await count(database, texts) == 2


async def test_only_the_first_of_two_polls_of_one_state_counts(store: SqlFeedStore, database: Database) -> None:
    results = await asyncio.gather(store.record(polled(article("one"))), store.record(polled(article("two"))))
    assert sorted(results, key=str) == [1, None]
    assert await count(database, articles) == 1


async def test_an_article_is_stored_once_whichever_key_names_it(store: SqlFeedStore, database: Database) -> None:
    await store.record(polled(article("one", "guid")))
    again = polled(article("one again", "guid"), article("new", "a"), article("newer", "a", "b"), seen=1)
    assert await store.record(again) == 1
    known = await store.known([key(name) for name in ("one", "one again", "new", "newer", "b")])
    assert known[key("one again")] == known[key("one")]
    assert known[key("newer")] == known[key("b")] == known[key("new")]
    assert await count(database, articles) == 2


async def test_two_feeds_that_bring_the_same_articles_at_once_store_them_once(
    store: SqlFeedStore, database: Database
) -> None:
    rounds = 8
    for number in range(rounds):
        ours = [article(f"{number}-{i}", f"{number}-{i}-link") for i in range(60)]
        theirs = [
            dataclasses.replace(item, feed_key="courier", identities=item.identities[::-1]) for item in ours[::-1]
        ]
        added = await asyncio.gather(
            store.record(polled(*ours, seen=number)), store.record(polled(*theirs, feed="courier", seen=number))
        )
        assert sum(filter(None, added)) == 60
    assert await count(database, articles) == 60 * rounds
    assert await count(database, identities) == 120 * rounds
    owned = select(func.count(func.distinct(identities.c.article_id)))
    assert await database.read(lambda c: c.execute(owned).scalar_one()) == 60 * rounds


async def test_polls_recorded_together_count_each_for_itself(store: SqlFeedStore, database: Database) -> None:
    await store.record(polled(article("known"), feed="herald"))
    polls = (
        polled(article("other", "shared", feed="courier"), article("alone", feed="courier"), feed="courier"),
        polled(article("late"), seen=0),
        polled(article("known", "also"), article("shared"), article("new"), seen=1),
    )
    counts = await asyncio.gather(*(store.record(poll) for poll in polls))
    assert counts == [2, None, 1]
    assert await count(database, articles) == 4
    known = await store.known([key(name) for name in ("known", "also", "other", "shared", "late", "new")])
    assert known[key("also")] == known[key("known")]
    assert known[key("shared")] == known[key("other")]
    assert key("late") not in known


async def test_aliases_and_sightings_are_added_to_known_articles(store: SqlFeedStore, database: Database) -> None:
    await store.record(polled(article("one")))
    one = (await store.known([key("one")]))[key("one")].article_id
    gone = one + 1000
    met = polled(feed="courier", aliases=((one, (key("x"), key("y"))), (gone, (key("one"),))), sightings=(one, gone))
    assert await store.record(met) == 0
    known = await store.known([key("x"), key("y"), key("one")])
    assert [known[key(name)].article_id for name in ("x", "y", "one")] == [one] * 3
    assert await store.record(polled(seen=1, sightings=(one,))) == 0
    rows = await database.read(lambda c: c.execute(select(sightings)).all())
    assert [(row.article_id, row.feed_key, row.first_seen) for row in rows] == [(one, "courier", NOW)]


async def test_a_changed_entry_starts_its_article_again(store: SqlFeedStore, database: Database) -> None:
    await store.record(polled(article("one")))
    one = (await store.known([key("one")]))[key("one")].article_id
    change = Revised(article_id=one, title="One, corrected", summary="s", text="whole", content_hash=key("new"))
    missing = dataclasses.replace(change, article_id=one + 1000)
    assert await store.record(polled(seen=1, revised=(change, missing))) == 0
    row = await database.read(lambda c: c.execute(select(articles)).one())
    assert (row.title, row.revision, row.stage, row.attempt) == ("One, corrected", 1, "extract", 0)
    assert await database.read(lambda c: c.execute(select(texts.c.entry_text)).scalar_one()) == "whole"


async def test_a_corrected_link_is_kept_and_found(store: SqlFeedStore, database: Database) -> None:
    await store.record(polled(article("one")))
    one = (await store.known([key("one")]))[key("one")]
    assert one.url == "https://herald.example/one"
    right = "https://herald.example/right"
    change = Revised(article_id=one.article_id, title="One", summary="s", content_hash=key("one content"), url=right)
    assert await store.record(polled(seen=1, revised=(change,))) == 0
    assert (await store.known([key("one")]))[key("one")].url == right
    row = await database.read(lambda c: c.execute(select(articles)).one())
    assert (row.url, row.url_key, row.stage) == (right, url_key(right), "extract")


@pytest.mark.case(59)
async def test_enormous_fields_are_stored(store: SqlFeedStore, database: Database) -> None:
    huge = "ü" * 1_000_000
    entry = Entry(
        url="https://herald.example/" + huge, guid=huge, title=huge, tags=tuple(str(i) for i in range(10_000))
    )
    assert await store.record(polled(article("huge", entry=entry))) == 1
    row = await database.read(lambda c: c.execute(select(articles)).one())
    assert len(row.url) > 1_000_000
    assert len(row.tags) == 10_000


@pytest.mark.case(132)
async def test_a_feed_that_leaves_and_returns_keeps_its_history(store: SqlFeedStore) -> None:
    baseline = FeedState(due=NOW, polls=1, polled_at=NOW, baseline_at=NOW, validators=Validators(etag=b"1"))
    await store.record(polled(article("one"), state=baseline))
    await store.sync([COURIER], NOW)
    assert [item.feed.key for item in await store.due(NOW, 10, ())] == ["courier"]
    soon, late = NOW + timedelta(hours=2), NOW + timedelta(days=3)
    await store.sync([COURIER, HERALD], soon)
    back = {item.feed.key: item.state for item in await store.due(soon, 10, ())}["herald"]
    assert back == dataclasses.replace(baseline, due=soon)
    await store.sync([COURIER], soon)
    await store.sync([COURIER, HERALD], late)
    back = {item.feed.key: item.state for item in await store.due(late, 10, ())}["herald"]
    assert back.baseline_at is None
    assert set(await store.known([key("one")])) == {key("one")}


@pytest.mark.case(132)
async def test_another_address_is_another_feed_under_the_same_key(store: SqlFeedStore) -> None:
    broken = FeedState(due=NOW, polls=1, polled_at=NOW, baseline_at=NOW, validators=Validators(etag=b"1"), failures=4)
    await store.record(polled(state=broken))
    moved = dataclasses.replace(HERALD, url="https://herald.example/new")
    await store.sync([moved, COURIER], NOW)
    found = {item.feed.key: item for item in await store.due(NOW, 10, ())}["herald"]
    assert found.feed == moved
    assert found.state == FeedState(due=NOW, polls=1, polled_at=NOW)


async def test_the_same_address_with_another_scheme_needs_no_new_baseline(store: SqlFeedStore) -> None:
    await store.record(polled(state=FeedState(due=NOW, polls=1, polled_at=NOW, baseline_at=NOW)))
    await store.sync([dataclasses.replace(HERALD, url="http://herald.example/rss")], NOW)
    assert (await store.due(NOW, 10, ()))[0].state.baseline_at == NOW


async def test_a_shorter_interval_is_heeded_at_once_and_other_settings_change_nothing_else(store: SqlFeedStore) -> None:
    later = FeedState(due=NOW + timedelta(hours=5), polls=1)
    await store.record(polled(state=later))
    await store.record(polled(feed="courier", state=later))
    await store.sync(
        [dataclasses.replace(HERALD, every=timedelta(minutes=5)), dataclasses.replace(COURIER, tier=1)], NOW
    )
    assert [item.feed.key for item in await store.due(NOW, 10, ())] == ["herald"]
    assert {item.feed.tier for item in await store.due(NOW + timedelta(hours=6), 10, ())} == {1}


async def test_a_disabled_feed_is_not_due_until_its_address_changes(store: SqlFeedStore) -> None:
    gone = FeedState(due=NOW, polls=1, disabled_reason="gone for good", gone_count=3, gone_since=NOW)
    await store.record(polled(state=gone))
    await store.sync([HERALD], NOW)
    assert await store.due(NOW, 10, ()) == []
    await store.sync([dataclasses.replace(HERALD, url="https://herald.example/new")], NOW)
    assert [item.state.disabled_reason for item in await store.due(NOW, 10, ())] == [None]


async def test_a_feed_retired_while_it_was_polled_stays_retired(store: SqlFeedStore) -> None:
    await store.sync([COURIER], NOW)
    assert await store.record(polled(article("one"))) == 1
    assert [item.feed.key for item in await store.due(NOW + timedelta(days=9), 10, ())] == ["courier"]


async def test_two_processes_may_sync_at_once(store: SqlFeedStore) -> None:
    feeds = [Feed(key=f"f{i}", url=f"https://f{i}.example/") for i in range(700)]
    await asyncio.gather(*(store.sync(feeds, NOW) for _ in range(4)))
    assert len(await store.due(NOW, 2000, ())) == 700


@pytest.mark.case(128)
async def test_a_time_that_only_a_wrong_clock_can_have_set_is_repair_times_at_the_next_start(
    store: SqlFeedStore,
) -> None:
    ahead, rest = NOW + timedelta(days=3_650), NOW + timedelta(days=7)
    await store.record(polled(state=FeedState(due=ahead, polls=1, polled_at=ahead, baseline_at=NOW)))
    await store.record(polled(feed="courier", state=FeedState(due=rest, polls=1, polled_at=NOW, baseline_at=NOW)))
    await store.sync([HERALD, COURIER], NOW)
    assert [item.feed.key for item in await store.due(NOW, 10, ())] == ["herald"]
    assert [item.feed.key for item in await store.due(rest, 10, ())] == ["herald", "courier"]
