"""The configuration changes while messages wait: nothing is lost, and what was decided keeps its words."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.alerts.alert import DeliveryKind
from monitor.domain.catalog import Catalog
from monitor.domain.delivery.attempt import Rules
from tests.support.delivery_world import DESK, SENT, Desk, FixedCatalog, HandClock, catalog_of, memory_database
from tests.support.fake_slack import FakeSlack, Fault, Workspace

RULES = Rules(timeout=timedelta(seconds=2), settle=timedelta(seconds=60))
MOVED = replace(DESK, address="#newsroom")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = HandClock()
    async with FakeSlack(Workspace(now=clock.timestamp)) as slack:
        for name in ("desk", "newsroom"):
            slack.workspace.add_channel(name)
        desk = Desk(memory_database(), slack, clock, FixedCatalog(catalog_of(DESK)), RULES)
        yield desk
        await desk.close()


def without_topics() -> Catalog:
    return replace(catalog_of(DESK), watchlists=())


@pytest.mark.case(134)
async def test_what_waits_goes_to_the_channel_that_is_configured_when_its_turn_comes(desk: Desk) -> None:
    for number in range(40):
        await desk.raise_alert(f"Report number {number:02d}.")
    await desk.work(9)
    desk.catalogs.catalog = catalog_of(MOVED)
    await desk.work(60)
    before, after = desk.slack.seen("#desk"), desk.slack.seen("#newsroom")
    assert before
    assert after
    said = "\n".join(message.text for message in (*before, *after))
    assert all(said.count(f"Report number {number:02d}.") == 1 for number in range(40))
    assert set(await desk.states()) == {SENT}


@pytest.mark.case(134)
async def test_an_edit_follows_its_message_and_news_is_told_where_people_are_now(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.work(1)
    desk.catalogs.catalog = catalog_of(MOVED)
    await desk.add(desk.about(alert, DeliveryKind.UPDATE), desk.about(alert, DeliveryKind.REPLY, text="A date is set"))
    await desk.work(30)
    assert set(await desk.states()) == {SENT}
    [message] = desk.slack.seen("#desk")
    assert message.edits == 1
    [news] = desk.slack.seen("#newsroom")
    assert "A date is set" in news.text


@pytest.mark.case(134)
async def test_a_message_of_unknown_outcome_is_looked_for_where_it_was_posted(desk: Desk) -> None:
    await desk.raise_alert()
    desk.slack.faults.queue.append(Fault.RESET_AFTER)
    await desk.work(1)
    desk.catalogs.catalog = catalog_of(MOVED)
    await desk.work(120)
    assert await desk.states() == [SENT]
    assert [len(desk.slack.seen(channel)) for channel in ("#desk", "#newsroom")] == [1, 0]


@pytest.mark.case(106, 134)
async def test_the_edit_of_an_older_message_elsewhere_does_not_mislead_the_search(desk: Desk) -> None:
    first = await desk.raise_alert()
    await desk.work(1)
    desk.catalogs.catalog = catalog_of(MOVED)
    await desk.raise_alert()
    desk.slack.faults.queue.append(Fault.RESET_AFTER)
    await desk.add(desk.about(first, DeliveryKind.UPDATE, due=desk.clock.now() + timedelta(seconds=5)))
    await desk.work(120)
    assert set(await desk.states()) == {SENT}
    assert [len(desk.slack.seen(channel)) for channel in ("#desk", "#newsroom")] == [1, 1]


@pytest.mark.case(133)
@pytest.mark.parametrize("edited", ["renamed", "deleted"])
async def test_a_queued_alert_keeps_its_words_when_its_topic_is_edited(desk: Desk, edited: str) -> None:
    await desk.raise_alert("Envoys meet in the harbour")
    watchlist = catalog_of(DESK).watchlists[0]
    renamed = replace(watchlist, topics=(replace(watchlist.topics[0], key="envoys", query="envoys"),))
    desk.catalogs.catalog = (
        replace(catalog_of(DESK), watchlists=(renamed,)) if edited == "renamed" else without_topics()
    )
    await desk.work(5)
    [message] = desk.slack.seen("#desk")
    assert "Envoys meet in the harbour" in message.text
    assert "talks" in message.text
    assert await desk.states() == [SENT]
