"""The span in which stories are expected: days that count, a time of day, and clock changes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.volume.absence import presence
from monitor.domain.volume.history import bars, daily, days_before
from monitor.domain.volume.rules import Expectation

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
WORKDAYS = frozenset(range(5))
BY = Expectation(at_least=1, every=DAY, weekdays=WORKDAYS, by=time(14, 30))


def local(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A moment of 2026 in Berlin; 2 March is a Monday, clocks go forward on the 29th."""
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "story", "absent"),
    [
        (local(3, 14, 29), local(2, 14, 0), False),  # Monday 14:30 is looked at: its story came in time
        (local(3, 14, 30), local(2, 14, 0), True),  # now Tuesday's time has come
        (local(3, 14, 30), local(2, 15, 0), False),
        (local(9, 14, 30), local(6, 15, 0), False),  # Monday: the weekend is no time
        (local(9, 14, 30), local(6, 14, 0), True),
        (local(7, 20), local(7, 10), False),  # Saturday: what came since ends it
        (local(30, 14, 30), local(27, 14, 31), False),  # clocks changed on Sunday, which does not count
        (local(30, 14, 30), local(27, 14, 29), True),
    ],
)
def test_a_story_by_a_time_of_day(now: datetime, story: datetime, absent: bool) -> None:
    found = presence(BY, [story], now, BERLIN)
    assert found is not None
    assert found.absent is absent


def test_a_time_that_a_clock_change_skips_is_looked_at_when_it_would_have_been() -> None:
    rule = Expectation(at_least=1, every=DAY, by=time(2, 30))
    before, after = (presence(rule, [], local(29, hour, 31), BERLIN) for hour in (1, 3))
    assert before is not None
    assert after is not None
    assert after.since - before.since == timedelta(hours=24)


def test_the_same_hour_of_earlier_days_is_the_hour_on_the_wall() -> None:
    assert days_before(local(30, 9), 7, BERLIN) == local(23, 9)
    assert local(30, 9) - local(23, 9) == 7 * DAY - timedelta(hours=1)


def test_days_are_counted_and_drawn() -> None:
    counts = daily([local(1, 23, 59), local(2, 0, 1), local(2, 8)], local(2, 12), BERLIN, days=3)
    assert counts == (0, 1, 2)
    assert bars(counts) == "▁▅█"
    assert bars((0, 0)) == "▁▁"
