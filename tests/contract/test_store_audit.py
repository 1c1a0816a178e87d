"""The audit log: each thing a person does leaves one line, in the transaction that does it, until retention."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from monitor.domain.alerts.interactions import Action, Click, MissedArticle, consequence
from monitor.domain.delivery.attempt import Rules
from storage.admin.retention import Ages, SqlHousekeeping
from storage.history.audit import SqlAudit
from storage.outbox.interactions import SqlInteractions
from storage.outbox.silences import SqlSilences
from storage.schema.outbox import deliveries
from storage.sql.database import Database
from storage.stories.rearrange import SqlStoryChanges
from storage.views.deliveries import SqlSent
from tests.support.delivery_world import DESK, START, Desk, FixedCatalog, HandClock, catalog_of
from tests.support.fake_slack import FakeSlack

DAY = timedelta(days=1)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    desk = Desk(Database.open(database_url), FakeSlack(), HandClock(), FixedCatalog(catalog_of(DESK)), Rules())
    yield desk
    await desk.close()


async def lines(desk: Desk) -> list[tuple[str, str, str, str]]:
    """Who, from where, what and to what; oldest first."""
    entries = await SqlAudit(desk.database).entries(START - DAY)
    return [(one.who, one.origin, one.action, one.subject) for one in reversed(entries)]


async def test_clicks_and_verdicts_are_recorded_once_each(desk: Desk) -> None:
    clicks = SqlInteractions(desk.database)
    alert = await clicks.alert(await desk.raise_alert())
    assert alert is not None
    pressed = (("1", Action.ACKNOWLEDGE, "slack"), ("2", Action.IRRELEVANT, "web"), ("1", Action.ACKNOWLEDGE, "slack"))
    for key, action, origin in pressed:
        click = Click(key=key, action=action, alert_id=alert.id, author="ann", origin=origin)
        await clicks.record(consequence(click, alert, START))
    for _ in range(2):
        await clicks.missed(MissedArticle(topic="talks", article_id=7, author="bob", at=START, page="p"))
    assert await lines(desk) == [
        ("ann", "slack", "click.acknowledge", f"story:{alert.story_id}"),
        ("ann", "web", "click.irrelevant", f"story:{alert.story_id}"),
        ("bob", "slack", "verdict.missed", "topic:talks"),
    ]


async def test_silences_are_recorded_as_they_begin_and_end(desk: Desk) -> None:
    silences = SqlSilences(desk.database)
    muted = await silences.add(
        topic="talks", story_id=None, until=START + DAY, reason="noise", author="ann", now=START, origin="web"
    )
    assert await silences.end(muted.id, START, who="bob", origin="cli")
    assert not await silences.end(muted.id, START, who="bob", origin="cli"), "it has ended already"
    assert await lines(desk) == [
        ("ann", "web", "silence.add", "topic:talks"),
        ("bob", "cli", "silence.end", "topic:talks"),
    ]


async def test_decisions_on_held_messages_are_recorded_for_those_that_changed(desk: Desk) -> None:
    await desk.raise_alert()
    await desk.database.run(lambda connection: connection.execute(update(deliveries).values(state="held")))
    sent = SqlSent(desk.database)
    assert await sent.release([1, 99], START, who="ann", origin="web") == [1]
    assert await sent.requeue([1], START, who="ann") == []
    assert await lines(desk) == [("ann", "web", "delivery.release", "delivery:1")]


async def test_joined_and_split_stories_are_recorded_unless_refused(desk: Desk) -> None:
    await desk.raise_alert()
    await desk.raise_alert()
    changes = SqlStoryChanges(desk.database)
    await changes.join(1, 2, "ann", START)
    await changes.join(1, 2, "ann", START)
    await changes.split(1, [2], "bob", START, origin="web")
    assert await lines(desk) == [
        ("ann", "cli", "story.merge", "story:1"),
        ("bob", "web", "story.split", "story:1"),
    ]


async def test_lines_go_with_retention(desk: Desk) -> None:
    silences = SqlSilences(desk.database)
    await silences.add(topic="talks", story_id=None, until=START, reason="noise", author="ann", now=START)
    housekeeping = SqlHousekeeping(desk.database)
    assert (await housekeeping.sweep(Ages(metadata=400 * DAY), START + 399 * DAY))["audit"] == 0
    assert (await housekeeping.sweep(Ages(metadata=400 * DAY), START + 401 * DAY))["audit"] == 1
    assert await lines(desk) == []
