"""What headers say about time (RFC 9111, RFC 9110)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.feeds.http_caching import FRESH_AT_MOST, RETRY_AT_MOST, fresh_for, http_date, retry_after

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DATE = "Mon, 02 Mar 2026 12:00:00 GMT"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.case(13)
@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", 2 * MINUTE),
        (" 120 ", 2 * MINUTE),
        ("Mon, 02 Mar 2026 13:00:00 GMT", HOUR),
        ("Monday, 02-Mar-26 13:00:00 GMT", HOUR),
        ("Mon Mar  2 13:00:00 2026", HOUR),
        ("Mon, 02 Mar 2026 11:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("+5", None),
        ("1.5", None),
        ("\u0661\u0662", None),
        ("0", None),
        ("", None),
        (None, None),
        ("1000000000", RETRY_AT_MOST),
        ("9" * 5000, RETRY_AT_MOST),
        ("0000000000000030", 30 * MINUTE / 60),
        ("Fri, 31 Dec 9999 23:59:59 GMT", RETRY_AT_MOST),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
    ],
)
def test_retry_after(said: str | None, wait: timedelta | None) -> None:
    assert retry_after(said, date=DATE, now=NOW) == wait


@pytest.mark.case(30)
@pytest.mark.parametrize("wrong_by", [-DAY, -MINUTE, DAY])
def test_times_are_measured_on_the_servers_clock(wrong_by: timedelta) -> None:
    theirs = f"{NOW + wrong_by:%a, %d %b %Y %H:%M:%S} GMT"
    later = f"{NOW + wrong_by + HOUR:%a, %d %b %Y %H:%M:%S} GMT"
    assert fresh_for(expires=later, date=theirs, now=NOW) == HOUR
    assert retry_after(later, date=theirs, now=NOW) == HOUR


@pytest.mark.case(15)
@pytest.mark.parametrize(
    ("cache_control", "expires", "span"),
    [
        ("max-age=600", None, 10 * MINUTE),
        ("max-age=600", "Mon, 02 Mar 2026 18:00:00 GMT", 10 * MINUTE),
        ("s-maxage=600", None, None),
        ("s-maxage=60, max-age=600", None, 10 * MINUTE),
        ("no-cache, max-age=600", None, None),
        ("no-store", "Mon, 02 Mar 2026 18:00:00 GMT", None),
        ("public", "Mon, 02 Mar 2026 18:00:00 GMT", 6 * HOUR),
        ("", "0", None),
        ("", "garbage", None),
        ("", "Mon, 02 Mar 2026 06:00:00 GMT", timedelta(0)),
        ("max-age=soon", "Mon, 02 Mar 2026 18:00:00 GMT", None),
        ("MAX-AGE = 600", None, 10 * MINUTE),
        ('max-age="600"', None, 10 * MINUTE),
        ("max-age=600, max-age=7200", None, 10 * MINUTE),
        ("max-age=99999999999999999999", None, FRESH_AT_MOST),
        ("max-age=31536000", None, FRESH_AT_MOST),
        (",,=,;", None, None),
    ],
)
def test_freshness(cache_control: str, expires: str | None, span: timedelta | None) -> None:
    assert fresh_for(cache_control=cache_control, expires=expires, date=DATE, now=NOW) == span


def test_time_spent_in_caches_counts() -> None:
    assert fresh_for(cache_control="max-age=600", age="60", now=NOW) == 9 * MINUTE
    assert fresh_for(cache_control="max-age=600", age="6000", now=NOW) == timedelta(0)
    assert fresh_for(cache_control="max-age=600", age="old", now=NOW) == 10 * MINUTE


def test_without_a_date_our_own_clock_counts() -> None:
    assert fresh_for(expires="Mon, 02 Mar 2026 12:05:00 GMT", now=NOW) == 5 * MINUTE


@given(*[st.text(max_size=40)] * 4)
@settings(max_examples=60, deadline=None)
def test_no_header_is_too_odd(cache_control: str, expires: str, date: str, age: str) -> None:
    span = fresh_for(cache_control=cache_control, expires=expires, date=date, age=age, now=NOW)
    assert span is None or timedelta(0) <= span <= FRESH_AT_MOST
    wait = retry_after(expires, date=date, now=NOW)
    assert wait is None or timedelta(0) < wait <= RETRY_AT_MOST
    assert http_date(date) is None or http_date(date).tzinfo is UTC  # type: ignore[union-attr]
