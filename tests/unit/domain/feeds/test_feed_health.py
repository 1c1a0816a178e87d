"""Trouble is told once, the end of it once, and our own network's trouble is no feed's."""

from datetime import timedelta

import pytest

from monitor.domain.catalog import Feed
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.outage import HOSTS, Network, observed
from monitor.domain.feeds.trouble import usual_gap
from tests.support.poll_world import HOUR, START, FeedWorld, entry

DAY = timedelta(days=1)
ITEMS = [entry(number) for number in range(1, 11)]


def daily(world: FeedWorld, days: int) -> None:
    """A feed with one new item a day."""
    for day in range(days):
        world.poll([entry(1000 + day), *ITEMS], after=DAY)


@pytest.mark.case(142)
def test_a_broken_feed_is_told_of_after_a_day_and_again_when_it_is_back() -> None:
    world = FeedWorld()
    world.poll(ITEMS)
    while world.now < START + 10 * DAY:
        world.fail(Reason.SERVER, detail="HTTP 503")
    assert len(world.notices) == 1
    assert "broken since" in world.notices[0]
    assert "server error: HTTP 503" in world.notices[0]
    world.poll(ITEMS)
    world.poll(ITEMS, body=b"more")
    assert len(world.notices) == 2
    assert "is back" in world.notices[1]


@pytest.mark.case(142)
def test_a_short_failure_is_not_worth_a_word() -> None:
    world = FeedWorld()
    world.poll(ITEMS)
    for _ in range(3):
        world.fail()
    world.poll(ITEMS)
    assert world.notices == []


@pytest.mark.case(142)
def test_a_feed_silent_beyond_its_habit_is_told_of_and_again_when_it_speaks() -> None:
    world = FeedWorld()
    daily(world, 12)
    assert world.notices == []
    world.poll(ITEMS, after=2 * DAY)
    assert world.notices == []
    for _ in range(20):
        world.poll(ITEMS, after=DAY, body=str(world.now).encode())
    assert len(world.notices) == 1
    assert "nothing new since" in world.notices[0]
    world.poll([entry(500), *ITEMS], after=DAY)
    assert len(world.notices) == 2
    assert "publishes again" in world.notices[1]


def test_a_feed_that_brings_much_at_once_and_then_rests_is_not_silent() -> None:
    world = FeedWorld()
    world.poll(ITEMS)
    for week in range(8):
        batch = [entry(week * 100 + number) for number in range(100, 106)]
        world.poll([*batch, *ITEMS], after=7 * DAY)
        world.poll([*batch, *ITEMS], after=5 * DAY, body=str(week).encode())
    assert world.notices == []


def test_a_feed_of_unknown_habits_is_never_silent() -> None:
    world = FeedWorld()
    world.poll(ITEMS[:3])
    world.poll(ITEMS[:3], after=100 * DAY, body=b"x")
    assert world.notices == []
    assert usual_gap((START, START, START + DAY)) is None


@pytest.mark.case(143)
def test_feeds_of_a_host_that_is_down_share_one_message() -> None:
    windows = set()
    for number in range(50):
        feed = Feed(key=f"desk-{number}", url=f"https://harbour-gazette.example/{number}")
        world = FeedWorld(feed=feed, now=START + number * timedelta(seconds=1))
        while not world.notices:
            world.fail(Reason.CONNECT)
        windows |= world.group_keys
    assert len(windows) == 1


@pytest.mark.case(143)
def test_when_our_own_network_is_down_no_feed_is_blamed() -> None:
    world = FeedWorld()
    world.poll(ITEMS)
    before = world.state
    for _ in range(500):
        world.fail(Reason.OFFLINE)
    assert (world.state.failures, world.state.failing_since, world.notices) == (0, before.failing_since, [])
    assert world.gap == timedelta(minutes=5)


@pytest.mark.case(143)
def test_the_network_is_down_when_hosts_fail_one_after_the_other_and_none_answers() -> None:
    unreachable = Failure(reason=Reason.CONNECT)
    network = Network()
    for number in range(HOSTS - 1):
        network = observed(network, f"{number}.example", unreachable, START)
        network = observed(network, f"{number}.example", unreachable, START)
    assert network.down_since is None
    network = observed(network, "last.example", unreachable, START + timedelta(minutes=1))
    assert network.down_since == START
    later = observed(network, "another.example", unreachable, START + 5 * HOUR)
    assert later.down_since == START


@pytest.mark.case(143)
@pytest.mark.parametrize("answer", [None, Failure(reason=Reason.SERVER), Failure(reason=Reason.NOT_FOUND)])
def test_any_answer_shows_that_the_network_works(answer: Failure | None) -> None:
    network = Network()
    for number in range(10):
        network = observed(network, f"{number}.example", Failure(reason=Reason.DNS), START)
    assert observed(network, "up.example", answer, START) == Network()


@pytest.mark.case(143)
def test_failures_far_apart_or_of_our_own_making_are_no_outage() -> None:
    network = Network()
    for number in range(10):
        network = observed(network, f"{number}.example", Failure(reason=Reason.TIMEOUT), START + number * HOUR)
        network = observed(network, f"x{number}.example", Failure(reason=Reason.BLOCKED), START + number * HOUR)
    assert network.down_since is None


@pytest.mark.parametrize("date", [None, START])
def test_entries_without_dates_that_stand_still_are_found_within_two_days(date) -> None:
    world = FeedWorld()
    items = [entry(number, published=date) for number in range(1, 11)]
    while world.now < START + 2 * DAY + HOUR and not world.notices:
        world.poll(items, after=HOUR)
    assert len(world.notices) == 1
    assert "its 10 entries have been the same since" in world.notices[0]
    world.poll([entry(99, published=date), *items], after=HOUR)
    assert "publishes again" in world.notices[1]


def test_entries_without_dates_that_came_slowly_may_stand_still_longer() -> None:
    world = FeedWorld()
    items = [entry(number, published=None) for number in range(1, 11)]
    world.poll(items)
    world.poll([entry(50, published=None), *items], after=1.9 * DAY)
    for _ in range(5):
        world.poll([entry(50, published=None), *items], after=DAY)
    assert world.notices == []
