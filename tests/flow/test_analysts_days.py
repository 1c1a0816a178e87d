"""From an article to what analysts have in Slack, through a night, a morning, a flood and an hour without Slack."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from monitor.domain.alerts.interactions import Action, Click, consequence
from monitor.domain.catalog import Catalog, Channel, Digest, Hours, Receiver, Severity, Topic, Watchlist
from monitor.domain.delivery.attempt import Rules
from storage.outbox.interactions import SqlInteractions
from tests.support.days import DayClock, Days
from tests.support.delivery_world import DESK, SECOND, FixedCatalog, memory_database
from tests.support.fake_slack import FakeSlack, Fault, Workspace

EVENING = datetime(2026, 3, 2, 20, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CHIEF = Receiver(name="chief", channel=Channel.SLACK, address="#chief")
TOPICS = {"talks": Severity.MEDIUM, "ceasefire": Severity.HIGH, "ultimatum": Severity.CRITICAL}


async def days_of(slack: FakeSlack, clock: DayClock, *receivers: Receiver) -> Days:
    topics = tuple(
        Topic(key=word, watchlist="w", title=word.title(), query=word, severity=severity)
        for word, severity in TOPICS.items()
    )
    watchlist = Watchlist(name="w", file="w.yml", receivers=("desk",), topics=topics)
    catalog = Catalog(revision="r", receivers=receivers, watchlists=(watchlist,))
    return Days(memory_database(), slack, clock, FixedCatalog(catalog), Rules(timeout=timedelta(seconds=2)))


@pytest.fixture
def clock() -> DayClock:
    return DayClock(EVENING)


@pytest.fixture
async def slack(clock: DayClock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(Workspace(now=clock.timestamp)) as slack:
        for name in ("desk", "chief"):
            slack.workspace.add_channel(name)
        yield slack


@pytest.fixture
async def days(slack: FakeSlack, clock: DayClock, request: pytest.FixtureRequest) -> AsyncIterator[Days]:
    desk = replace(DESK, **request.param)
    days = await days_of(slack, clock, desk, CHIEF)
    yield days
    await days.close()


ASLEEP = {
    "active_hours": Hours(start=time(7), end=time(19), zone="Europe/Berlin"),
    "break_through": Severity.CRITICAL,
}


@pytest.mark.parametrize("days", [ASLEEP], indirect=True)
async def test_at_night_only_what_breaks_through_is_heard_and_the_rest_comes_with_the_morning(days: Days) -> None:
    await days.publish("talks", "ultimatum", "ceasefire")
    [loud] = days.channel()
    assert "No 2 on ultimatum" in loud.text
    await days.until(datetime(2026, 3, 3, 5, 59, tzinfo=UTC))
    assert len(days.channel()) == 1
    await days.until(datetime(2026, 3, 3, 6, 0, 30, tzinfo=UTC))
    [_, morning] = days.channel()
    assert "2 stories" in morning.text
    assert morning.text.index("No 3 on ceasefire") < morning.text.index("No 1 on talks"), "by severity"


@pytest.mark.parametrize("days", [{"digest": Digest(at=(time(7, 30),), zone="UTC")}], indirect=True)
async def test_a_morning_digest_has_the_most_important_first_and_the_rest_in_its_thread(days: Days) -> None:
    await days.publish(*["talks"] * 17, "ceasefire")
    assert days.channel() == []
    await days.until(datetime(2026, 3, 3, 7, 31, tzinfo=UTC))
    [digest] = days.channel()
    assert "18 stories" in digest.text
    assert digest.text.index("*Ceasefire*") < digest.text.index("No 18 on ceasefire") < digest.text.index("*Talks*")
    assert "and 3 more in this thread" in digest.text
    [rest] = [message for message in days.slack.seen("#desk") if message.thread_ts == digest.ts and message != digest]
    everything = digest.text + rest.text
    assert all(f"No {number} on" in everything for number in range(1, 19))


@pytest.mark.parametrize("days", [{"group_wait": timedelta(minutes=5)}], indirect=True)
async def test_alerts_of_a_few_minutes_are_one_message(days: Days) -> None:
    await days.publish("talks", "ceasefire", "talks")
    await days.until(EVENING + 10 * MINUTE)
    [group] = days.channel()
    assert "3 stories" in group.text


@pytest.mark.parametrize("days", [{"max_per_hour": 3, "break_through": Severity.CRITICAL}], indirect=True)
async def test_a_flood_is_three_messages_and_a_digest_but_never_holds_up_the_loudest(days: Days) -> None:
    await days.publish(*["talks"] * 8, "ultimatum")
    assert len(days.channel()) == 4
    assert "ultimatum" in days.channel()[-1].text
    await days.until(EVENING + HOUR + MINUTE)
    *_, digest = days.channel()
    assert len(days.channel()) == 5
    assert "5 stories" in digest.text


@pytest.mark.parametrize("days", [{"escalate_to": "chief", "escalate_after": 15 * MINUTE}], indirect=True)
async def test_what_nobody_acknowledges_in_time_is_told_to_the_next(days: Days) -> None:
    await days.publish("ultimatum", "ultimatum", "talks")
    clicks = SqlInteractions(days.database)
    alert = await clicks.alert(1)
    assert alert is not None
    click = Click(key="k", action=Action.ACKNOWLEDGE, alert_id=alert.id, author="ann")
    await clicks.record(consequence(click, alert, days.clock.now()))
    await days.until(EVENING + 10 * MINUTE)
    assert days.channel("#chief") == []
    await days.until(EVENING + 20 * MINUTE)
    [told] = days.channel("#chief")
    assert "No 2 on ultimatum" in told.text
    assert "nobody has acknowledged it" in told.text
    await days.until(EVENING + 2 * HOUR)
    assert len(days.channel("#chief")) == 1


@pytest.mark.case(118)
@pytest.mark.parametrize("days", [{}], indirect=True)
async def test_an_hour_without_slack_leaves_as_digests_oldest_first_and_nothing_is_lost(days: Days) -> None:
    days.slack.faults.rates = {Fault.SERVER_ERROR_BEFORE: 1.0}
    await days.publish(*["talks"] * 60, after=MINUTE)
    assert days.channel() == []
    days.slack.faults.rates = {}
    await days.until(days.clock.now() + 10 * MINUTE)
    messages = [message.text for message in days.slack.seen("#desk")]
    everything = "\n".join(messages)
    assert all(everything.count(f"No {number} on") == 1 for number in range(1, 61))
    assert len(days.channel()) <= 12, "a few messages, not sixty"
    assert int(messages[0].split(" stories")[0].split(": ")[1]) > 50, "what waits longest, as a digest"
    assert set(await days.states()) == {"sent", "rolled_up"}


@pytest.mark.parametrize("refusal", ["invalid_blocks", "msg_too_long"])
@pytest.mark.parametrize("days", [{}], indirect=True)
async def test_a_layout_that_slack_refuses_is_a_plain_message(days: Days, refusal: str) -> None:
    days.slack.refuse_blocks_with = refusal
    await days.publish("talks")
    [plain] = days.channel()
    assert plain.text.startswith("Medium: No 1 on talks")
    assert plain.links[0][0] == "https://paper1.example/1"
    assert plain.buttons == ()
    await days.work(SECOND.total_seconds())
    assert len(days.channel()) == 1
