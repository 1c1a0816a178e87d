"""One message for each story: rewritten as it grows, answered when there is news, gathered into digests."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update

from monitor.domain.alerts.alert import DeliveryKind, NewDelivery
from monitor.domain.catalog import Channel, Receiver, Severity
from monitor.domain.delivery.attempt import Rules
from storage.schema.content import alerts, articles
from storage.sql.upserts import url_key
from tests.support.delivery_world import DESK, SENT, Desk, FixedCatalog, HandClock, catalog_of, memory_database
from tests.support.fake_slack import FakeSlack, Fault, Workspace

CHIEF = Receiver(name="chief", channel=Channel.SLACK, address="#chief")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = HandClock()
    async with FakeSlack(Workspace(now=clock.timestamp)) as slack:
        for name in ("desk", "chief"):
            slack.workspace.add_channel(name)
        escalating = replace(DESK, escalate_to="chief", escalate_after=timedelta(minutes=15))
        catalogs = FixedCatalog(catalog_of(escalating, CHIEF))
        desk = Desk(memory_database(), slack, clock, catalogs, Rules(timeout=timedelta(seconds=2)))
        yield desk
        await desk.close()


async def report(desk: Desk, alert_id: int, outlet: str, title: str, *, copy: bool = False) -> None:
    """Another article of the alert's story."""

    def work(connection: Connection) -> None:
        story = connection.execute(select(alerts.c.story_id).where(alerts.c.id == alert_id)).scalar_one()
        lead = connection.execute(select(articles).where(articles.c.story_id == story).limit(1)).one()
        url = f"https://{outlet}/{title.replace(' ', '-')}"
        origin = lead.origin if copy else outlet
        row = dict(lead._mapping) | {
            "outlet": outlet, "origin": origin, "title": title, "url": url, "url_key": url_key(url),
            "copy_of": lead.id if copy else None,
        }  # fmt: skip
        del row["id"]
        connection.execute(articles.insert().values(row))

    await desk.database.run(work)


async def test_a_growing_story_rewrites_its_message_with_what_is_known_now(desk: Desk) -> None:
    alert = await desk.raise_alert("Envoys meet")
    await desk.work(1)
    await report(desk, alert, "courier.example", "Envoys met at last")
    await report(desk, alert, "mirror.example", "Envoys meet", copy=True)
    await desk.add(desk.about(alert, DeliveryKind.UPDATE))
    await desk.work(1)
    [message] = desk.slack.seen("#desk")
    assert message.edits == 1
    assert "3 outlets, 2 independent · story 1\nalso courier.example: Envoys met at last" in message.text
    assert "mirror.example" not in message.text, "a copy says nothing new"


async def test_updates_of_a_minute_are_one_edit(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.work(1)
    for _ in range(30):
        await desk.add(desk.about(alert, DeliveryKind.UPDATE, spacing=timedelta(minutes=1)))
        await desk.work(2)
    await desk.work(60)
    [message] = desk.slack.seen("#desk")
    assert message.edits == 2


async def test_news_goes_to_the_thread_and_a_rise_to_the_channel(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.work(1)
    await desk.add(desk.about(alert, DeliveryKind.REPLY, text="A date is set"))
    await desk.work(2)
    rise = desk.about(alert, DeliveryKind.REPLY, group_key="rise", text="Severity rose", broadcast=True)
    await desk.add(rise)
    await desk.work(2)
    parent, quiet, loud = desk.slack.seen("#desk")
    assert (quiet.thread_ts, quiet.broadcast) == (parent.ts, False)
    assert (loud.thread_ts, loud.broadcast) == (parent.ts, True)
    assert "A date is set" in quiet.text


async def test_news_before_the_message_has_left_is_part_of_it(desk: Desk) -> None:
    alert = await desk.raise_alert()
    await desk.add(
        desk.about(alert, DeliveryKind.REPLY, text="A date is set", due=desk.clock.now() - timedelta(hours=1))
    )
    await desk.work(5)
    assert await desk.states() == [SENT, "rolled_up"]
    assert len(desk.slack.seen("#desk")) == 1


async def test_a_digest_shows_the_most_important_and_leaves_the_rest_to_its_thread(desk: Desk) -> None:
    ids = [
        await desk.raise_alert(
            f"Report {number:02d}.", severity=Severity.CRITICAL if number == 33 else Severity.LOW, receivers=()
        )
        for number in range(40)
    ]
    digest = NewDelivery(
        receiver="desk", kind=DeliveryKind.DIGEST, group_key="digest:x", due=desk.clock.now(), alert_ids=tuple(ids)
    )
    await desk.add(digest)
    await desk.work(5)
    top, *thread = desk.slack.seen("#desk")
    assert "40 stories" in top.text
    assert "and 25 more in this thread" in top.text
    assert top.text.index("Report 33.") < top.text.index("Report 00.")
    assert [page.thread_ts for page in thread] == [top.ts, top.ts]
    said = "\n".join(page.text for page in (top, *thread))
    assert all(said.count(f"Report {number:02d}.") == 1 for number in range(40))


async def test_a_digest_of_unknown_outcome_has_its_thread_once_it_is_found(desk: Desk) -> None:
    ids = [await desk.raise_alert(f"Report {number:02d}.", receivers=()) for number in range(20)]
    desk.slack.faults.queue.append(Fault.CLOSE_AFTER)
    digest = NewDelivery(
        receiver="desk", kind=DeliveryKind.DIGEST, group_key="digest:x", due=desk.clock.now(), alert_ids=tuple(ids)
    )
    await desk.add(digest)
    await desk.work(70)
    top, rest = desk.slack.seen("#desk")
    assert rest.thread_ts == top.ts


async def test_what_nobody_acknowledges_is_told_to_the_next(desk: Desk) -> None:
    heard = await desk.raise_alert("Heard", severity=Severity.CRITICAL)
    await desk.raise_alert("Unheard", severity=Severity.CRITICAL)
    await desk.work(5)
    acknowledged = update(alerts).where(alerts.c.id == heard)
    await desk.database.run(
        lambda c: c.execute(acknowledged.values(acknowledged_by="ann", acknowledged_at=desk.clock.now()))
    )
    desk.clock.advance(timedelta(minutes=16))
    assert await desk.step.escalate() == 1
    assert await desk.step.escalate() == 0
    await desk.work(2)
    [message] = desk.slack.seen("#chief")
    assert "Unheard" in message.text
    assert "desk was notified 16 minutes ago, and nobody has acknowledged it." in message.text


async def test_a_message_nobody_can_find_again_is_not_edited(desk: Desk) -> None:
    alert = await desk.raise_alert(receivers=("hook",))
    hook = Receiver(name="hook", channel=Channel.WEBHOOK)
    desk.catalogs.catalog = catalog_of(hook)
    desk.webhook = desk.slack.webhook_url(desk.slack.workspace.add_webhook("x", desk.slack.workspace.named("desk")))
    await desk.work(1)
    await desk.add(replace(desk.about(alert, DeliveryKind.UPDATE), receiver="hook"))
    await desk.work(2)
    assert await desk.states() == [SENT, "rolled_up"]
