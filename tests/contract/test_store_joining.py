"""Two stories become one, or one is split, with their alerts and messages, on both databases."""

from datetime import timedelta

from sqlalchemy import select, update

from monitor.domain.alerts.alert import DeliveryKind, DeliveryState
from monitor.domain.stories.values import Placed, Placement
from storage.articles.store import SqlArticleStore
from storage.schema.content import alerts, articles, fingerprints, ledger, stories
from storage.schema.outbox import deliveries, delivery_alerts
from storage.sql.database import Database
from storage.stories.rearrange import SqlStoryChanges
from tests.contract.test_store_articles import NOW, ByContent, place, stored

LATER = NOW + timedelta(minutes=5)


async def two_stories(database: Database) -> SqlArticleStore:
    """Place two articles into stories 1 and 2, each with an alert of one topic and a delivery of its own."""
    store = SqlArticleStore(database)
    first, second = await stored(database, "one", "two")
    for number, seen in enumerate((first, second)):
        judge = ByContent(content=seen.title.encode())
        await place(store, seen, judge)
        await database.run(
            lambda c, number=number: c.execute(
                update(deliveries).where(deliveries.c.group_key == "12:00").values(group_key=f"alert:{number + 1}")
            )
        )
    return store


async def rows(database: Database, table, *columns):
    order = table.c[columns[0]]
    found = await database.read(lambda c: c.execute(select(*(table.c[n] for n in columns)).order_by(order)).all())
    return [tuple(row) for row in found]


async def test_the_younger_story_goes_into_the_older_and_its_waiting_message_never_leaves(database: Database) -> None:
    store = await two_stories(database)
    before = await store.window(NOW, 0)
    done = await SqlStoryChanges(database).join(2, 1, "ann", LATER)
    assert (done.story, done.moved, done.refused) == (1, 1, "")
    assert await rows(database, articles, "id", "story_id") == [(1, 1), (2, 1)]
    assert await rows(database, stories, "id", "joined_into") == [(1, None), (2, 1)]
    assert [row[1] for row in await rows(database, alerts, "id", "story_id")] == [1]
    states = await rows(database, deliveries, "id", "state")
    assert [state for _, state in states] == [DeliveryState.PENDING.value, DeliveryState.ROLLED_UP.value]
    assert await rows(database, delivery_alerts, "delivery_id", "alert_id") == [(states[0][0], 1)]
    learnt = await store.window(NOW, before[-1].sequence)
    assert [(placed.article_id, placed.story_id) for placed in learnt] == [(2, 1)]
    lines = await rows(database, ledger, "id", "text")
    assert "story 2 was joined into story 1 by ann" in lines[-1][1]


async def test_a_message_that_has_left_is_edited_to_name_the_story_that_goes_on(database: Database) -> None:
    await two_stories(database)
    sent = {"state": DeliveryState.SENT.value, "ts": "1.0", "channel": "C1"}
    await database.run(lambda c: c.execute(update(deliveries).values(sent)))
    await SqlStoryChanges(database).join(1, 2, "wirewatch", LATER)
    found = await rows(database, deliveries, "id", "kind", "thread_of", "text")
    assert [row[1] for row in found] == [DeliveryKind.ALERT.value] * 2 + [DeliveryKind.UPDATE.value]
    assert found[2][2] == found[1][0]
    assert "story 1" in found[2][3]
    assert await rows(database, delivery_alerts, "delivery_id", "alert_id") == [(found[0][0], 1), (found[2][0], 1)]


async def test_what_cannot_be_joined_is_refused_with_the_reason(database: Database) -> None:
    await two_stories(database)
    changes = SqlStoryChanges(database)
    assert "itself" in (await changes.join(1, 1, "ann", LATER)).refused
    assert "no story 9" in (await changes.join(1, 9, "ann", LATER)).refused
    await changes.join(1, 2, "ann", LATER)
    assert "joined into story 1 before" in (await changes.join(1, 2, "ann", LATER)).refused
    assert "no article 7" in (await changes.split(1, [7], "ann", LATER)).refused
    assert "no article left" in (await changes.split(1, [1, 2], "ann", LATER)).refused


async def test_a_split_undoes_a_join_and_an_index_learns_both(database: Database) -> None:
    store = await two_stories(database)
    changes = SqlStoryChanges(database)
    await changes.join(1, 2, "ann", LATER)
    done = await changes.split(1, [2], "ann", LATER)
    assert (done.story, done.moved) == (3, 1)
    assert await rows(database, articles, "id", "story_id") == [(1, 1), (2, 3)]
    assert [(placed.article_id, placed.story_id) for placed in await store.window(NOW, 0)] == [(1, 1), (2, 3)]


async def test_an_edited_article_of_a_joined_story_goes_where_its_story_went(database: Database) -> None:
    store = await two_stories(database)
    await SqlStoryChanges(database).join(1, 2, "ann", LATER)
    (third,) = await stored(database, "three")

    class ToTheGoneStory(ByContent):
        def locate(self, news) -> Placement:
            return Placement(story_id=2)

    verdict = await place(store, third, ToTheGoneStory(content=b"three"))
    assert verdict is not None
    assert verdict.placement.story_id == 1


async def test_a_judge_that_finds_the_same_event_joins_in_the_placing_transaction(database: Database) -> None:
    store = SqlArticleStore(database)
    first, second, third = await stored(database, "one", "two", "three")

    class Joining(ByContent):
        def same_event(self, placed: Placed, placement: Placement) -> int | None:
            return 1 if placed.article_id == second.id else None

    for seen in (first, second, third):
        await place(store, seen, Joining(content=seen.title.encode()))
    assert await rows(database, articles, "id", "story_id") == [(1, 1), (2, 1), (3, 3)]
    sequences = await rows(database, fingerprints, "article_id", "sequence")
    assert [sequence for _, sequence in sequences] == sorted({sequence for _, sequence in sequences})
