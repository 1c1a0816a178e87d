"""One message for each story and receiver: topics are its tags, and every quote stands under its outlet."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor.domain.catalog import Catalog, Channel, Per, Receiver, Severity, Topic, Watchlist
from monitor.domain.delivery.attempt import Rules
from storage.outbox.silences import SqlSilences
from tests.support.days import DayClock, Days
from tests.support.delivery_world import DESK, FixedCatalog, memory_database
from tests.support.fake_slack import FakeSlack, Workspace

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND_DESK = Receiver(name="second", channel=Channel.SLACK, address="#second", per=Per.TOPIC)
BRIDGE = (
    "The old harbour bridge at Zorba collapsed on Monday morning, throwing two lorries and a school bus into the river "
    "Lind, the fire brigade said. Fourteen people were taken to hospital and three are missing. Mayor Ilse Brandt said "
    "engineers had warned of cracks in the northern pier since last autumn."
)
REPORTS = {
    "harbourwire.example": ("Harbour bridge at Zorba collapses into the river Lind", BRIDGE),
    "zorbapost.example": (
        "School bus in the Lind after Zorba bridge collapse",
        "A school bus fell into the river Lind when the harbour bridge at Zorba collapsed. Mayor Ilse Brandt spoke of "
        "cracks in the northern pier. Three people are missing. A strike of the dockers of Zorba was called off.",
    ),
    "nordnews.example": (
        "Minister Talvik orders inquiry into Zorba bridge collapse",
        "Transport minister Oskar Talvik ordered an inquiry into the collapse of the harbour bridge at Zorba into the "
        "river Lind. Mayor Ilse Brandt said three people are missing and fourteen in hospital.",
    ),
}


@pytest.fixture
async def days() -> AsyncIterator[Days]:
    clock = DayClock(NOON)
    async with FakeSlack(Workspace(now=clock.timestamp)) as slack:
        for name in ("desk", "second"):
            slack.workspace.add_channel(name)
        topics = (
            Topic(key="bridges", watchlist="w", title="Bridges", query="bridge collapse*", severity=Severity.MEDIUM),
            Topic(key="strikes", watchlist="w", title="Strikes", query="strike", severity=Severity.HIGH),
        )
        topics = (replace(topics[0], query="bridge AND (collapsed OR collapses OR collapse)"), topics[1])
        watchlist = Watchlist(name="w", file="w.yml", receivers=("desk", "second"), topics=topics)
        catalog = Catalog(revision="r", receivers=(DESK, SECOND_DESK), watchlists=(watchlist,))
        days = Days(memory_database(), slack, clock, FixedCatalog(catalog), Rules(timeout=timedelta(seconds=2)))
        yield days
        await days.close()


async def test_an_article_of_two_topics_is_one_message_with_two_tags(days: Days) -> None:
    await days.report("harbourwire.example", "Bridge at Zorba collapses, crane drivers strike", f"{BRIDGE} A strike.")
    [message] = days.slack.seen("#desk")
    assert "*High*" in message.text, "the highest severity leads"
    assert "*Strikes* (high), *Bridges* (medium)" in message.text
    assert len(days.slack.seen("#second")) == 2, "per: topic"


async def test_a_topic_that_joins_later_is_an_edit_and_a_reply(days: Days) -> None:
    for outlet, (title, text) in list(REPORTS.items())[:2]:
        await days.report(outlet, title, text, after=10 * HOUR)
    message, *replies = days.slack.seen("#desk")
    assert message.thread_ts is None
    assert "*Strikes* (high), *Bridges* (medium)" in message.text
    assert message.edits
    assert [reply.thread_ts for reply in replies] == [message.ts] * len(replies)
    assert "Now also Strikes (high)." in replies[0].text
    assert replies[0].broadcast, "the severity of the story rose"


async def test_a_topic_that_joins_a_story_nobody_saw_alerts_by_itself(days: Days) -> None:
    await SqlSilences(days.database).add(
        topic="bridges", story_id=None, until=NOON + 40 * HOUR, reason="", author="ann", now=NOON
    )
    for outlet, (title, text) in list(REPORTS.items())[:2]:
        await days.report(outlet, title, text, after=10 * HOUR)
    [message] = days.slack.seen("#desk")
    assert message.thread_ts is None
    assert "*Strikes*" in message.text
    assert "School bus in the Lind" in message.text


def plain(text: str) -> str:
    """A quote without what marks it."""
    return re.sub(r"[*\u200b…]", "", text).strip()


async def test_every_quote_is_of_the_outlet_it_is_named_with(days: Days) -> None:
    for outlet, (title, text) in REPORTS.items():
        await days.report(outlet, title, text, after=3 * HOUR)
    quotes = [
        found
        for channel in ("#desk", "#second")
        for message in days.slack.seen(channel)
        for found in re.findall(r"^(?:> |:new: )([\w.]+\.example): (.+)$", message.text, re.MULTILINE)
    ]
    assert {outlet for outlet, _ in quotes} >= {"harbourwire.example", "zorbapost.example"}
    for outlet, quote in quotes:
        title, text = REPORTS[outlet]
        assert plain(quote) in f"{title} {text}", (outlet, quote)
    lead = days.slack.seen("#desk")[0]
    assert "harbourwire.example · 2 Mar 12:00 UTC" in lead.text, "the first report keeps its byline and its time"
    assert lead.links[0] == ("https://harbourwire.example/1", REPORTS["harbourwire.example"][0])


async def test_replies_of_a_running_story_come_ever_more_seldom(days: Days) -> None:
    quiet = replace(DESK, group_interval=timedelta(minutes=5))
    days.catalogs.catalog = replace(days.catalogs.catalog, receivers=(quiet,))
    names = "Alder Birch Cedar Dogwood Elder Fir Gorse Hazel Ivy Juniper Kapok Larch Maple Nutmeg".split()  # noqa: SIM905
    for number in range(70):
        name = f"{names[number % 14]}{names[(number // 14 + 3) % 14].lower()}"
        await days.report(
            "harbourwire.example", f"{name} speaks on Zorba bridge collapse into the Lind", f"{BRIDGE} Says {name}."
        )
    sent = [float(message.ts) for message in days.slack.seen("#desk") if message.thread_ts]
    gaps = [later - earlier for earlier, later in pairwise(sent)]
    assert len(sent) <= 6, "in 70 minutes"
    assert all(later > 1.5 * earlier for earlier, later in pairwise(gaps))
