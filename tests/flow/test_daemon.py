"""Bytes in, Slack message out: the whole daemon on loopback feeds and a fake Slack."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.fake_slack import BOT_TOKEN, FakeSlack
from tests.support.news_server import outlets
from tests.support.newsroom import Newsroom

LATHES = """
The trade ministry will charge a tariff of 25 percent on imported lathes from the first of March, it said on Monday.

Buyers in Northport have orders open with three foreign makers and expect to pay about forty thousand crowns more for
each machine.

The ministry gave importers until the end of January to ask for exceptions. It expects six hundred requests.
"""
BREAD = """
The bakery in Mill Lane has a new oven and a queue to match. It was delivered on a barge and lifted in through the roof.

The baker promises rye on Thursdays and asks for patience with the seeded rolls until the thermostat is understood.
"""


@pytest.fixture
async def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Newsroom]:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    async with FakeSlack() as slack:
        slack.workspace.add_channel("desk")
        with outlets("Harbour Wire", "Kestrel Daily", "Meridian Post") as papers:
            yield Newsroom(tmp_path, papers, slack)


async def test_what_was_there_before_wakes_nobody_and_what_comes_is_told_once(newsroom: Newsroom) -> None:
    wire, kestrel, _ = newsroom.outlets
    wire.publish("old", "Tariff on steel goes up", LATHES.replace("lathes", "steel"))
    kestrel.publish("bread", "New oven in Mill Lane", BREAD)
    await newsroom.day(
        lambda: wire.publish("lathes", "Tariff of 25 percent on lathes", LATHES),
        lambda: None,
    )
    [message] = newsroom.messages()
    assert "Tariff of 25 percent on lathes" in message.text
    assert "25 percent on imported *lathes* from the first of March" in " ".join(message.text.split())
    assert (f"http://{wire.address}/lathes", "Tariff of 25 percent on lathes") in message.links
    assert message.pings == ()


async def test_a_wire_copy_with_another_headline_adds_nothing(newsroom: Newsroom) -> None:
    wire, kestrel, _ = newsroom.outlets
    await newsroom.day(
        lambda: wire.publish("lathes", "Tariff of 25 percent on imported lathes from March", LATHES),
        lambda: kestrel.publish("copy", "Lathes to cost a quarter more", LATHES),
    )
    [message] = newsroom.messages()
    assert message.edits == 0


@pytest.mark.case(50, 70)
async def test_the_same_address_in_two_feeds_is_one_article(newsroom: Newsroom) -> None:
    wire, kestrel, _ = newsroom.outlets

    def both() -> None:
        item = wire.publish("lathes", "Tariff of 25 percent on lathes", LATHES)
        kestrel.feed_body = kestrel.feed().replace(
            b"</channel>",
            f"<item><title>{item.title}</title><link>http://{wire.address}/lathes?utm_source=x#top</link>"
            f"<guid>k-1</guid></item></channel>".encode(),
        )

    await newsroom.day(both)
    assert len(newsroom.messages()) == 1
    assert len([path for path, _ in wire.requests if path.startswith("/lathes")]) == 1


@pytest.mark.case(10)
async def test_a_restart_repeats_nothing_and_asks_conditionally(newsroom: Newsroom) -> None:
    wire = newsroom.outlets[0]
    await newsroom.day(lambda: wire.publish("lathes", "Tariff of 25 percent on lathes", LATHES))
    wire.requests.clear()
    await newsroom.day()
    assert len(newsroom.messages()) == 1
    assert [path for path, _ in wire.requests] == ["/feed.xml"]
    assert "If-None-Match" in wire.requests[0][1]


@pytest.mark.case(46)
async def test_an_edit_that_brings_a_new_topic_alerts_and_one_that_brings_a_date_does_not(newsroom: Newsroom) -> None:
    wire = newsroom.outlets[0]
    await newsroom.day(
        lambda: wire.publish("harbour", "Harbour report", BREAD, summary="Quiet morning."),
        lambda: _edit(wire.items[0], BREAD + "\n\nUpdated on Monday at 09:40.", "Quiet morning. Updated 09:40."),
        lambda: _edit(
            wire.items[0],
            BREAD + "\n\nThe ferry had a collision with the pier at noon; eleven passengers were hurt.",
            "Eleven hurt at the pier.",
        ),
    )
    [message] = newsroom.messages()
    assert "ferry" in message.text


def _edit(item, text: str, summary: str) -> None:
    item.text, item.summary = text, summary


async def test_a_broken_feed_harms_only_itself(newsroom: Newsroom) -> None:
    wire, kestrel, meridian = newsroom.outlets
    kestrel.feed_body = b"<html><body><h1>Welcome to the hotel</h1></body></html>"
    meridian.status = 500
    await newsroom.day(lambda: wire.publish("lathes", "Tariff of 25 percent on lathes", LATHES))
    assert len(newsroom.messages()) == 1
    async with newsroom.daemon() as daemon:
        troubles = {feed.key: feed.trouble for feed in (await daemon.overview()).feeds}
    assert troubles["feed-0"] is None
    assert "not a feed" in (troubles["feed-1"] or "")
    assert troubles["feed-2"]


@pytest.mark.case(71)
async def test_a_page_that_cannot_be_read_is_judged_by_the_feeds_own_text(newsroom: Newsroom) -> None:
    wire = newsroom.outlets[0]
    await newsroom.day(
        lambda: wire.publish(
            "x", "Ministry announces measures", "", summary=LATHES.strip().split("\n")[0], page=b"%PDF-1.4"
        )
    )
    [message] = newsroom.messages()
    assert "Ministry announces measures" in message.text


@pytest.mark.case(73)
async def test_a_term_only_in_the_title_or_only_deep_in_the_page_is_found_and_quoted(newsroom: Newsroom) -> None:
    wire, kestrel, _ = newsroom.outlets
    deep = "\n\n".join(f"{BREAD.split('.')[0]} for the {n}th time this year." for n in range(200))

    def both() -> None:
        wire.publish("title", "A tariff on lathes, says the minister", BREAD)
        kestrel.publish("deep", "What the council said", f"{deep}\n\nAt last it imposed a tariff on rolled steel.")

    await newsroom.day(both)
    by_title, by_page = sorted(newsroom.messages(), key=lambda message: "council" in message.text)
    assert "A tariff on lathes, says the minister" in by_title.text
    assert "imposed a *tariff on rolled steel*" in " ".join(by_page.text.split())


@pytest.mark.case(70)
async def test_a_page_that_differs_at_every_look_is_asked_for_once(newsroom: Newsroom) -> None:
    wire = newsroom.outlets[0]

    def changes() -> None:
        item = wire.items[0]
        item.page = None
        item.text = f"{item.text}\n\nThis advertisement is number {len(wire.requests)}."

    await newsroom.day(lambda: wire.publish("lathes", "Tariff of 25 percent on lathes", LATHES), changes, changes)
    assert [path for path, _ in wire.requests].count("/lathes") == 1
    assert len(newsroom.messages()) == 1


async def test_without_a_token_alerts_wait_and_leave_with_one(newsroom: Newsroom, monkeypatch) -> None:
    wire = newsroom.outlets[0]
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    await newsroom.day(lambda: wire.publish("lathes", "Tariff of 25 percent on lathes", LATHES))
    async with newsroom.daemon() as daemon:
        overview = await daemon.overview()
    assert overview.outbox["pending"] == 1
    assert newsroom.messages() == []


@pytest.mark.case(133)
async def test_an_edited_watchlist_is_live_without_a_restart(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    wire = newsroom.outlets[0]
    newsroom.write()
    async with newsroom.daemon() as daemon:
        running = asyncio.create_task(daemon.run())
        await _until(lambda: wire.requests)
        newsroom.topics["ovens"] = {"title": "Ovens", "severity": "low", "query": "oven AND bakery"}
        before = daemon.health.source.current().revision
        newsroom.write()
        await _until(lambda: daemon.health.topics.current()[0].revision != before)
        wire.publish("bread", "New oven in Mill Lane", BREAD)
        await _until(newsroom.messages)
        daemon.stop()
        await running
    assert "Ovens" in newsroom.messages()[0].text
    assert "configuration: topics added: ovens" in caplog.messages


@pytest.mark.case(130)
async def test_a_broken_edit_changes_nothing_and_the_admin_is_told_where(newsroom: Newsroom) -> None:
    newsroom.receivers["admin"] = {"slack": "#admin"}
    newsroom.settings["admin_receiver"] = "admin"
    newsroom.slack.workspace.add_channel("admin")
    newsroom.write()
    async with newsroom.daemon() as daemon:
        running = asyncio.create_task(daemon.run())
        before = daemon.health.source.current().revision
        (newsroom.folder / "watchlists" / "desk.yml").write_text("watchlist: desk\ntopcis: {}\n")
        await _until(lambda: newsroom.slack.seen("#admin"))
        assert daemon.health.source.current().revision == before
        daemon.stop()
        await running
    [told] = newsroom.slack.seen("#admin")
    assert "desk.yml:2:1" in told.text
    assert "topics" in told.text


async def _until(true: object, seconds: float = 20) -> None:
    """Wait until `true()` is; a test that waits in vain fails here."""
    assert callable(true)
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)
