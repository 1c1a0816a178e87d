"""The outbox keeps its promises on both databases: one claimer, throttles, order, outcomes, folds."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.domain.alerts.alert import AlertChange, Delivery, DeliveryKind, DeliveryState, NewDelivery, Receipt
from monitor.domain.catalog import Channel, Receiver, Severity
from monitor.domain.delivery.attempt import DeliveryForSending, RollUp, Settlement, Throttle, throttles_of
from monitor.domain.delivery.outcomes import settled
from storage.outbox.add import add_deliveries
from storage.outbox.store import SqlOutbox
from storage.schema.content import articles, stories
from storage.sql.database import Database
from storage.stories.alerts import write_alerts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DESK = Receiver(name="desk", channel=Channel.SLACK, address="#desk")
LANES = {"desk": throttles_of(DESK)}
SECOND = timedelta(seconds=1)


async def raise_alert(database: Database, number: int, severity: Severity = Severity.HIGH) -> int:
    """A story of one article with one alert; the alert's id."""

    def work(connection) -> int:
        story = connection.execute(
            stories.insert().values(title=f"Story {number}", first_seen=NOW, last_seen=NOW).returning(stories.c.id)
        ).scalar_one()
        article = connection.execute(
            articles.insert()
            .values(
                url=f"https://herald.example/{number}",
                outlet="herald.example",
                feed_key="herald",
                title=f"News {number}",
                summary="",
                author="",
                tags=[],
                first_seen=NOW,
                baseline=False,
                stage="done",
                attempt=0,
                revision=0,
                story_id=story,
                origin="herald.example",
            )
            .returning(articles.c.id)
        ).scalar_one()
        change = AlertChange(kind="new", topic="t", watchlist="w", severity=severity, score=1.0, evidence=())
        return write_alerts(connection, story, article, [change], NOW)["t"]

    return await database.run(work)


def message(number: int, *alert_ids: int, due: datetime = NOW, **more) -> NewDelivery:
    fields = {"kind": DeliveryKind.ALERT, "group_key": f"alert:{number}:t"} | more
    return NewDelivery(receiver="desk", due=due, alert_ids=alert_ids, **fields)


async def add(database: Database, *wanted: NewDelivery, now: datetime = NOW) -> tuple[int, ...]:
    return await database.run(lambda connection: add_deliveries(connection, wanted, {}, now))


async def due(outbox: SqlOutbox, now: datetime = NOW, skip: Sequence[int] = ()) -> list[Delivery]:
    return list(await outbox.due(now, 100, skip, LANES))


async def claim(outbox: SqlOutbox, delivery: Delivery, now: datetime = NOW) -> DeliveryForSending | None:
    return await outbox.claim(
        delivery, via=DESK, throttles=throttles_of(DESK), until=now + 12 * SECOND, settle_at=now + 60 * SECOND, now=now
    )


async def test_one_of_two_claimers_gets_the_delivery(database: Database) -> None:
    outbox = SqlOutbox(database)
    await add(database, message(1, await raise_alert(database, 1)))
    [delivery] = await due(outbox)
    first = await claim(outbox, delivery)
    assert first is not None
    assert first.delivery.state is DeliveryState.SENDING
    assert (first.delivery.attempt, first.delivery.attempted_at, first.delivery.via) == (1, NOW, "desk")
    assert await claim(outbox, delivery, NOW + 20 * SECOND) is None


async def test_a_claimed_delivery_brings_all_that_its_message_says(database: Database) -> None:
    outbox = SqlOutbox(database)
    await add(database, message(1, await raise_alert(database, 1, Severity.CRITICAL)))
    sending = await claim(outbox, (await due(outbox))[0])
    assert sending is not None
    [entry] = sending.alerts
    assert entry.alert.severity is Severity.CRITICAL
    assert [(member.title, member.url) for member in entry.story.members] == [("News 1", "https://herald.example/1")]
    assert sending.waiting == 1


async def test_the_lane_of_a_channel_lets_one_through_at_a_time(database: Database) -> None:
    outbox = SqlOutbox(database)
    await add(database, message(1, await raise_alert(database, 1)), message(2, await raise_alert(database, 2)))
    [first] = await due(outbox)
    [second] = await due(outbox, skip=[first.id])
    sending = await claim(outbox, first)
    assert sending is not None
    assert await claim(outbox, second) is None, "the throttle is taken"
    assert await due(outbox) == []
    sent = Settlement(
        seen=sending.delivery,
        state=DeliveryState.SENT,
        due=NOW,
        receipt=Receipt(channel="C1", ts="1.000001"),
        sent_at=NOW,
        throttles=(Throttle(name=throttles_of(DESK)[0], blocked_until=NOW + SECOND),),
    )
    assert await outbox.record(sent, NOW)
    assert await due(outbox, NOW + SECOND / 2) == []
    assert await outbox.next_at(LANES) == NOW + SECOND
    assert [delivery.id for delivery in await due(outbox, NOW + SECOND)] == [second.id]
    assert not await outbox.record(sent, NOW), "recorded once"


async def test_workers_that_share_lanes_never_wait_for_each_other_in_a_circle(database: Database) -> None:
    outbox = SqlOutbox(database)
    await add(database, message(1, await raise_alert(database, 1)))

    async def work() -> int:
        """Claim and record again and again, each time writing all the throttles, in an order that is not theirs."""
        done = 0
        for _ in range(60):
            for seen in await outbox.due(NOW, 1, (), LANES):
                sending = await outbox.claim(
                    seen, via=DESK, throttles=throttles_of(DESK), until=NOW, settle_at=NOW + SECOND, now=NOW
                )
                if sending is not None:
                    throttles = tuple(
                        Throttle(name=name, blocked_until=NOW, failures=done) for name in throttles_of(DESK)
                    )
                    again = Settlement(seen=sending.delivery, state=DeliveryState.PENDING, due=NOW, throttles=throttles)
                    done += await outbox.record(again, NOW)
        return done

    assert sum(await asyncio.gather(*(work() for _ in range(4)))) > 0


async def test_a_sender_that_died_blocks_its_lane_no_longer_than_the_lease(database: Database) -> None:
    outbox = SqlOutbox(database)
    await add(database, message(1, await raise_alert(database, 1)), message(2, await raise_alert(database, 2)))
    [first] = await due(outbox)
    await claim(outbox, first)
    assert [d.id for d in await due(outbox, NOW + 12 * SECOND)] != [first.id]
    later = await due(outbox, NOW + 60 * SECOND)
    assert [(d.id, d.state) for d in later if d.id == first.id] == [(first.id, DeliveryState.SENDING)]


async def test_the_oldest_leaves_first(database: Database) -> None:
    outbox = SqlOutbox(database)
    alerts = [await raise_alert(database, number) for number in range(3)]
    await add(
        database,
        message(1, alerts[0], due=NOW - SECOND),
        message(2, alerts[1], due=NOW - 3 * SECOND),
        message(3, alerts[2], due=NOW + SECOND),
    )
    order = []
    while found := await due(outbox, skip=order):
        order += [delivery.id for delivery in found]
    assert order == [2, 1]


async def test_of_the_deliveries_named_those_that_are_still_to_be_performed_are_read(database: Database) -> None:
    outbox, minute = SqlOutbox(database), 60 * SECOND
    first, later, older, unnamed = await add(
        database,
        message(1),
        message(2, due=NOW + SECOND),
        message(3, await raise_alert(database, 3), due=NOW - SECOND),
        message(4),
    )
    named = (first, later, older)

    async def still_due(now: datetime) -> list[int]:
        return [row.id for row in await outbox.still_due(named, now)]

    assert await still_due(NOW) == [older, first]
    sending = await claim(outbox, (await outbox.still_due((older,), NOW))[0])
    assert sending is not None
    assert await still_due(NOW) == [first]
    assert await still_due(NOW + minute) == [first, later, older], "its outcome is unknown by then"
    assert await outbox.record(
        Settlement(seen=sending.delivery, state=DeliveryState.SENT, due=NOW, sent_at=NOW, throttles=()), NOW
    )
    assert await still_due(NOW + minute) == [first, later]
    assert [row.id for row in await outbox.still_due((unnamed,), NOW)] == [unnamed]


async def test_a_window_that_left_is_used_up_unless_it_recurs(database: Database) -> None:
    outbox = SqlOutbox(database)
    alert = await raise_alert(database, 1)
    group = message(1, alert, group_key="group", recurring=True, spacing=300 * SECOND)
    await add(database, message(1, alert), group)
    for _ in range(2):
        now = NOW + _ * 20 * SECOND
        [delivery] = await due(outbox, now)
        sending = await claim(outbox, delivery, now)
        assert sending is not None
        await outbox.record(settled(sending.delivery, DeliveryState.SENT, now, None), now)
    assert await add(database, message(1, alert)) == ()
    [again] = await add(database, group, now=NOW + 30 * SECOND)
    loaded = await outbox.load(again, NOW)
    assert loaded is not None
    assert loaded.delivery.due == NOW + 320 * SECOND, "spaced from when the last one left"
    assert await add(database, group, now=NOW + 40 * SECOND) == (again,), "joined while pending"


async def test_lines_and_alerts_join_a_pending_window(database: Database) -> None:
    outbox = SqlOutbox(database)
    one, two = await raise_alert(database, 1), await raise_alert(database, 2)
    [first] = await add(database, message(1, one, group_key="group", recurring=True, text="first"))
    [joined] = await add(database, message(2, two, group_key="group", recurring=True, text="second"))
    assert joined == first
    loaded = await outbox.load(first, NOW)
    assert loaded is not None
    assert [entry.alert.id for entry in loaded.alerts] == [one, two]
    assert loaded.delivery.text == "first\nsecond"


async def test_a_pause_is_not_cut_short_by_what_began_before_it(database: Database) -> None:
    outbox = SqlOutbox(database)
    await add(database, message(1, await raise_alert(database, 1)), message(2, await raise_alert(database, 2)))
    channel, app, _ = throttles_of(DESK)
    sending = await claim(outbox, (await due(outbox))[0])
    assert sending is not None
    paused = Throttle(name=app, blocked_until=NOW + 30 * SECOND, reason="asked to slow down", failures=1)
    again = settled(sending.delivery, DeliveryState.PENDING, NOW, "asked to slow down")
    await outbox.record(
        Settlement(**_fields(again), throttles=(paused, Throttle(name=channel, blocked_until=NOW))), NOW
    )
    assert [throttle.name for throttle in await outbox.blocked(NOW + SECOND)] == [app]
    assert await due(outbox, NOW + 29 * SECOND) == []
    seen = (await due(outbox, NOW + 30 * SECOND))[0]
    late = Settlement(
        seen=seen, state=seen.state, due=seen.due, throttles=(Throttle(name=app, blocked_until=NOW + SECOND),)
    )
    await outbox.record(late, NOW + 2 * SECOND)
    assert await due(outbox, NOW + 29 * SECOND) == []
    await outbox.record(late, NOW + 31 * SECOND)
    assert await outbox.blocked(NOW + 31 * SECOND) == []


async def test_a_fold_moves_waiting_alerts_into_one_message_but_not_the_loudest(database: Database) -> None:
    outbox = SqlOutbox(database)
    alerts = [
        await raise_alert(database, number, Severity.CRITICAL if number == 2 else Severity.LOW) for number in range(5)
    ]
    await add(database, *(message(number, alert) for number, alert in enumerate(alerts)))
    [first] = await due(outbox)
    sending = await claim(outbox, first)
    assert sending is not None
    assert sending.waiting == 5
    into = NewDelivery(receiver="desk", kind=DeliveryKind.DIGEST, group_key="backlog:1", due=NOW)
    rolled_up = settled(sending.delivery, DeliveryState.ROLLED_UP, NOW, "went into a digest")
    order = RollUp(into=into, limit=4, below=Severity.CRITICAL)
    await outbox.record(Settlement(**_fields(rolled_up), roll_up=order), NOW)
    waiting = [await outbox.load(delivery_id, NOW) for delivery_id in range(1, 7)]
    states = {d.delivery.id: d.delivery.state.value for d in waiting if d}
    assert states == {1: "rolled_up", 2: "rolled_up", 3: "pending", 4: "rolled_up", 5: "rolled_up", 6: "pending"}
    assert waiting[5] is not None
    assert [entry.alert.id for entry in waiting[5].alerts] == [alerts[0], alerts[1], alerts[3], alerts[4]]


async def test_an_update_finds_the_message_that_stands_and_all_that_it_carries(database: Database) -> None:
    outbox = SqlOutbox(database)
    one, two = await raise_alert(database, 1), await raise_alert(database, 2)
    await add(database, message(1, one, two, group_key="group", recurring=True))
    sending = await claim(outbox, (await due(outbox))[0])
    assert sending is not None
    sent = settled(sending.delivery, DeliveryState.SENT, NOW, None)
    receipt = Receipt(channel="C1", ts="1.000001")
    await outbox.record(Settlement(**_fields(sent), receipt=receipt, sent_at=NOW), NOW)
    [update] = await add(database, message(1, one, kind=DeliveryKind.UPDATE, group_key="update:1:t", recurring=True))
    loaded = await outbox.load(update, NOW)
    assert loaded is not None
    assert loaded.standing is not None
    assert (loaded.standing.channel, loaded.standing.ts) == ("C1", "1.000001")
    assert [entry.alert.id for entry in loaded.alerts] == [one, two]


async def test_what_nobody_acknowledges_is_escalated_once(database: Database) -> None:
    outbox = SqlOutbox(database)
    receiver = Receiver(name="desk", channel=Channel.SLACK, address="#desk", escalate_to="chief")
    await add(
        database,
        message(1, await raise_alert(database, 1, Severity.CRITICAL), await raise_alert(database, 2, Severity.HIGH)),
    )
    sending = await claim(outbox, (await due(outbox))[0])
    assert sending is not None
    sent = settled(sending.delivery, DeliveryState.SENT, NOW, None)
    await outbox.record(Settlement(**_fields(sent), receipt=Receipt(), sent_at=NOW), NOW)
    assert await outbox.escalate(receiver, NOW - SECOND, NOW + 60 * SECOND) == 0, "not yet late"
    assert await outbox.escalate(receiver, NOW + SECOND, NOW + 600 * SECOND) == 1
    assert await outbox.escalate(receiver, NOW + SECOND, NOW + 700 * SECOND) == 0
    found = [d for d in await outbox.due(NOW + 700 * SECOND, 10, (), {}) if d.receiver == "chief"]
    assert [d.text for d in found] == ["desk was notified 10 minutes ago, and nobody has acknowledged it."]


def _fields(settlement: Settlement) -> dict:
    kept = ("seen", "state", "due", "failure", "failures", "repeat")
    return {name: getattr(settlement, name) for name in kept}
