"""When a feed is asked again, whatever came."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.catalog import Feed
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import FeedState, ParsedFeed, Validators
from monitor.domain.feeds.fetch import NotModified
from monitor.domain.feeds.intervals import IntervalSettings
from tests.support.poll_world import HOUR, START, FeedWorld, entry, tagged

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ITEMS = [entry(number) for number in range(1, 11)]
URL = "https://harbour-gazette.example/feed"
HOURLY = Feed(key="gazette", url=URL, every=HOUR)
UNCHANGED = NotModified(url=URL)


def hourly(**changes: object) -> FeedWorld:
    world = FeedWorld(feed=HOURLY, **changes)  # type: ignore[arg-type]
    world.poll(ITEMS, validators=tagged(b'"1"'))
    return world


@pytest.mark.case(4)
def test_new_validators_are_kept_though_the_document_is_the_same() -> None:
    world = hourly()
    body = b"same"
    world.poll(ITEMS, body=body, validators=tagged(b'"2"'))
    assert world.poll(ITEMS, body=body, validators=tagged(b'"3"')) == []
    assert world.state.validators == tagged(b'"3"')


@pytest.mark.case(5)
def test_a_304_renews_only_the_validators_it_names() -> None:
    world = hourly()
    world.poll(answer=replace(UNCHANGED, validators=Validators(last_modified=b"now")))
    assert world.state.validators == Validators(etag=b'"1"', last_modified=b"now")


@pytest.mark.case(6)
def test_validators_that_vanish_are_dropped() -> None:
    world = hourly()
    world.poll(ITEMS, validators=Validators(), body=b"other")
    assert world.state.validators == Validators()


@pytest.mark.case(7)
def test_what_could_not_be_read_leaves_validators_and_hash_as_they_were() -> None:
    world = hourly()
    before = world.state
    world.poll(document=Failure(reason=Reason.NOT_A_FEED), validators=tagged(b'"2"'))
    world.fail(Reason.TRUNCATED)
    assert (world.state.validators, world.state.body_hash) == (before.validators, before.body_hash)
    assert world.state.failures == 2
    assert len(world.poll([entry(20), *ITEMS], validators=tagged(b'"2"'))) == 1


@pytest.mark.case(9)
def test_a_server_that_always_sends_everything_is_asked_no_more_often_than_by_default() -> None:
    world = FeedWorld(settings=IntervalSettings(minimum_every=MINUTE))
    busy = [entry(n, published=START - n * MINUTE) for n in range(1, 40)]
    world.poll(busy, validators=tagged(b'"1"'))
    assert world.gap < HOUR
    for _ in range(5):
        world.poll(busy, validators=tagged(b'"1"'), body=b"always the same")
    assert world.gap >= HOUR
    world.poll(answer=UNCHANGED)
    assert world.gap < HOUR


@pytest.mark.case(14)
def test_failures_double_the_interval_to_a_day_and_never_end_it() -> None:
    world = hourly()
    gaps = []
    for _ in range(12):
        world.fail()
        gaps.append(world.gap / HOUR)
    assert gaps == [2, 4, 8, 16, 24, 24, 24, 24, 24, 24, 24, 24]
    world.poll(ITEMS)
    assert world.state.failures == 0
    assert world.gap == HOUR


@pytest.mark.case(14)
def test_the_back_off_is_stretched_by_chance_but_never_shortened() -> None:
    for jitter in (0.0, 0.5, 1.0):
        world = hourly(jitter=jitter)
        world.fail()
        assert 2 * HOUR <= world.gap <= 2.4 * HOUR


@pytest.mark.case(13)
@pytest.mark.parametrize(
    ("asked", "gap"), [(2 * MINUTE, HOUR), (5 * HOUR, 5 * HOUR), (7 * DAY, 7 * DAY), (None, 2 * HOUR)]
)
def test_retry_after_is_waited_for(asked: timedelta | None, gap: timedelta) -> None:
    world = hourly()
    world.fail(Reason.RATE_LIMITED, retry_after=asked)
    assert world.gap == gap


@pytest.mark.case(15)
@pytest.mark.parametrize(("fresh", "gap"), [(None, HOUR), (timedelta(0), HOUR), (3 * HOUR, 3 * HOUR), (90 * DAY, DAY)])
def test_an_answer_is_not_asked_for_again_while_it_is_fresh(fresh: timedelta | None, gap: timedelta) -> None:
    world = hourly()
    world.poll(ITEMS, fresh_for=fresh)
    assert world.gap == gap
    world.poll(answer=replace(UNCHANGED, fresh_for=fresh))
    assert world.gap == gap


@pytest.mark.case(16)
def test_hours_and_days_of_rest_are_kept_also_by_polls_that_bring_no_document() -> None:
    rest = ParsedFeed(skip_hours=frozenset(range(6)), skip_days=frozenset({5, 6}))
    for jitter in (0.0, 0.37, 1.0):
        world = FeedWorld(feed=replace(HOURLY, every=20 * MINUTE), jitter=jitter)
        world.poll(ITEMS, document=rest)
        while world.now < START + 7 * DAY:
            world.poll(answer=UNCHANGED)
        moments = world.polled_at[1:]
        assert len(moments) > 100
        assert not [m for m in moments if m.hour < 6 or m.weekday() >= 5]


@pytest.mark.case(16)
@pytest.mark.parametrize(
    "hint", [ParsedFeed(ttl=3 * HOUR), ParsedFeed(update_period=3 * HOUR), ParsedFeed(ttl=HOUR, update_period=3 * HOUR)]
)
def test_a_document_can_ask_for_longer_pauses(hint: ParsedFeed) -> None:
    world = FeedWorld(feed=HOURLY)
    world.poll(ITEMS, document=hint)
    assert world.gap == 3 * HOUR


@pytest.mark.case(17)
def test_a_document_cannot_ask_for_more_than_a_day() -> None:
    world = FeedWorld(feed=HOURLY)
    world.poll(ITEMS, document=ParsedFeed(ttl=timedelta(days=100_000), skip_hours=frozenset(range(24))))
    assert world.gap == DAY


@pytest.mark.parametrize(
    ("every", "gap"), [(None, HOUR), (timedelta(seconds=1), 5 * MINUTE), (20 * MINUTE, 20 * MINUTE), (3 * DAY, 3 * DAY)]
)
def test_the_operators_wish_counts_above_the_floor(every: timedelta | None, gap: timedelta) -> None:
    world = FeedWorld(feed=replace(HOURLY, every=every))
    world.poll(ITEMS[:1], validators=tagged(b'"1"'))
    assert world.gap == gap


def test_intervals_of_seconds_stay_seconds() -> None:
    second = timedelta(seconds=1)
    tests = IntervalSettings(minimum_every=second)
    world = FeedWorld(feed=replace(HOURLY, every=second), settings=tests, jitter=1.0)
    world.poll(ITEMS)
    assert world.gap <= 1.1 * second


def test_a_busy_feed_is_asked_often_and_a_quiet_one_daily() -> None:
    tags = tagged(b'"1"')
    busy, quiet = FeedWorld(), FeedWorld()
    busy.poll([entry(n, published=START - n * MINUTE) for n in range(1, 50)], validators=tags)
    assert busy.gap == 5 * MINUTE
    quiet.poll([entry(n, published=START - n * DAY) for n in range(1, 50)], validators=tags)
    assert 5 * HOUR < quiet.gap < 8 * HOUR
    while quiet.now < START + 20 * DAY:
        quiet.poll(answer=UNCHANGED)
    assert quiet.gap == DAY


@pytest.mark.case(23)
def test_a_feed_that_is_gone_without_a_word_is_asked_daily() -> None:
    world = FeedWorld(feed=HOURLY, jitter=0.5)
    while world.now < START + 30 * DAY:
        world.fail(Reason.NOT_FOUND)
    assert len(world.polled_at) <= 35
    assert len(world.notices) == 1
    assert "has been broken since 2026-03-02 12:00 UTC: not found." in world.notices[0]


@pytest.mark.case(22)
def test_a_feed_that_is_gone_for_good_is_given_up_after_a_day_and_told_of_once() -> None:
    world = hourly()
    world.fail(Reason.GONE, permanent=True)
    assert world.state.disabled_reason is None
    world.poll(ITEMS)
    assert world.state.gone_count == 0
    while world.state.disabled_reason is None:
        world.fail(Reason.GONE, permanent=True)
    assert world.state.gone_count >= 3
    assert world.state.gone_since is not None
    assert world.now - world.state.gone_since >= DAY
    assert len(world.notices) == 1
    assert "gone for good" in world.notices[0]


@pytest.mark.case(22)
def test_a_feed_seldom_asked_is_not_given_up_on_the_second_word() -> None:
    world = FeedWorld(feed=replace(HOURLY, every=3 * DAY))
    reasons = []
    for _ in range(3):
        world.fail(Reason.GONE, permanent=True)
        reasons.append(world.state.disabled_reason is None)
    assert reasons == [True, True, False]


@pytest.mark.case(25)
def test_a_thousand_feeds_started_together_drift_apart() -> None:
    worlds = [FeedWorld(feed=HOURLY, jitter=number / 1000) for number in range(1000)]
    for world in worlds:
        world.poll(ITEMS[:1])
    minutes = Counter(int((world.state.due - START) / MINUTE) for world in worlds)
    assert max(minutes.values()) <= 2 * 1000 / 60
    assert min(world.gap for world in worlds) >= HOUR


@pytest.mark.case(25, 10)
def test_after_a_standstill_feeds_drift_apart_again() -> None:
    dues = []
    for number in range(100):
        world = hourly(jitter=number / 100)
        world.poll(answer=UNCHANGED, after=5 * DAY)
        dues.append(world.gap)
    assert min(dues) >= HOUR
    assert max(dues) > 1.9 * HOUR


@pytest.mark.case(53)
def test_a_feed_that_is_suddenly_empty_is_told_of_once_and_forgets_nothing() -> None:
    world = hourly()
    world.poll([])
    world.poll([], body=b"still empty")
    assert len(world.notices) == 1
    assert "is empty, where 10 entries were before" in world.notices[0]
    assert world.poll(ITEMS) == []


def test_what_was_known_at_the_time_of_asking_guards_the_record() -> None:
    world = hourly()
    assert world.state.polls == 1
    world.fail()
    assert world.state.polls == 2


answers = st.sampled_from(
    [UNCHANGED, *(Failure(reason=reason) for reason in Reason), Failure(reason=Reason.SERVER, retry_after=90 * MINUTE)]
)


@given(st.lists(answers, max_size=30), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_every_way_out_sets_a_later_time_within_bounds(sequence: list[NotModified | Failure], jitter: float) -> None:
    world = FeedWorld(feed=HOURLY, jitter=jitter, state=FeedState(due=START))
    for answer in sequence:
        world.poll(answer=answer)
        assert 5 * MINUTE <= world.gap <= 26.5 * HOUR
