"""Permanent redirects: believed late, never onto a page, never in circles."""

from datetime import timedelta

import pytest

from monitor.domain.catalog import Feed
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import FeedForPoll
from monitor.domain.feeds.fetch import NotModified
from tests.support.poll_world import HOUR, FeedWorld, entry

OLD = "https://harbour-gazette.example/feed"
NEW = "https://gazette.example/rss"
ITEMS = [entry(number) for number in range(1, 11)]
HALF_DAY = 12 * HOUR


def polled(world: FeedWorld, times: int, led_to: str | None, after: timedelta = HALF_DAY) -> str:
    """Poll so many times; the address asked from then on."""
    for _ in range(times):
        world.poll(ITEMS, permanent_url=led_to, after=after)
    return FeedForPoll(feed=world.feed, state=world.state).url


@pytest.mark.case(18)
def test_a_move_is_learnt_after_five_polls_over_two_days_and_repeats_nothing() -> None:
    world = FeedWorld()
    assert polled(world, 4, NEW) == OLD
    assert polled(world, 1, NEW) == NEW
    assert world.poll(ITEMS, url=NEW, body=b"new place") == []
    assert any("moved for good" in note for note in world.notes)


@pytest.mark.case(18)
def test_five_polls_in_one_day_are_not_enough() -> None:
    world = FeedWorld()
    assert polled(world, 20, NEW, after=HOUR) == OLD
    assert polled(world, 1, NEW, after=48 * HOUR) == NEW


@pytest.mark.case(18)
def test_answers_without_a_document_count_too() -> None:
    world = FeedWorld()
    polled(world, 1, NEW)
    for _ in range(4):
        world.poll(answer=NotModified(url=NEW, permanent_url=NEW), after=HALF_DAY)
    assert world.state.learnt_url == NEW


@pytest.mark.case(19)
def test_an_answer_from_the_old_place_starts_the_probation_anew() -> None:
    world = FeedWorld()
    polled(world, 4, NEW)
    polled(world, 1, None)
    assert polled(world, 4, NEW) == OLD
    assert polled(world, 40, None) == OLD


@pytest.mark.case(20)
def test_a_portal_page_is_never_learnt() -> None:
    world = FeedWorld()
    world.poll(ITEMS)
    for _ in range(30):
        world.poll(document=Failure(reason=Reason.NOT_A_FEED), permanent_url="https://portal.example/", after=HALF_DAY)
    assert world.state.learnt_url is None
    assert world.state.candidate_url is None


@pytest.mark.case(20)
def test_a_portal_page_in_between_does_not_help_a_move_along() -> None:
    world = FeedWorld()
    for _ in range(4):
        polled(world, 1, NEW)
        world.poll(document=Failure(reason=Reason.NOT_A_FEED), permanent_url="https://portal.example/", after=HALF_DAY)
    assert world.state.learnt_url is None


@pytest.mark.case(21)
def test_a_move_back_is_forgotten_at_once() -> None:
    world = FeedWorld()
    assert polled(world, 5, NEW) == NEW
    assert polled(world, 1, OLD) == OLD
    assert sum("to and fro" in note for note in world.notes) == 1


@pytest.mark.case(21)
def test_a_move_onto_another_configured_feed_ends_in_one_warning_and_no_second_poll() -> None:
    world = FeedWorld(others=(NEW,))
    polled(world, 5, NEW)
    assert world.state.learnt_url is None
    assert world.state.disabled_reason == "moved to gazette.example, to the address of another configured feed"
    assert len(world.notices) == 1


@pytest.mark.case(29)
def test_an_address_with_a_password_is_not_replaced() -> None:
    world = FeedWorld(feed=Feed(key="gazette", url="https://me:secret@harbour-gazette.example/feed"))
    polled(world, 9, NEW)
    assert world.state.learnt_url is None


def test_a_learnt_address_that_keeps_failing_is_forgotten() -> None:
    world = FeedWorld()
    polled(world, 5, NEW)
    for _ in range(4):
        world.fail(Reason.NOT_FOUND)
    assert world.state.learnt_url == NEW
    world.fail(Reason.NOT_FOUND)
    assert world.state.learnt_url is None


@pytest.mark.case(29)
def test_a_secure_address_that_leads_to_an_insecure_one_is_noted() -> None:
    world = FeedWorld()
    world.poll(ITEMS, url="http://harbour-gazette.example/feed")
    assert any("insecure" in note for note in world.notes)


def test_other_feeds_are_looked_through_only_when_a_feed_has_moved() -> None:
    class Counted(list[str]):
        asked = 0

        def __contains__(self, address: object) -> bool:
            self.asked += 1
            return super().__contains__(address)

    others = Counted([NEW])
    world = FeedWorld(others=others)
    polled(world, 2, None)
    world.poll(answer=NotModified(url=OLD), after=HOUR)
    assert others.asked == 0
    polled(world, 6, NEW)
    assert others.asked > 0
    assert FeedForPoll(feed=world.feed, state=world.state).url == OLD, "that feed is polled already"
