"""Read how long answers stay fresh and when to retry (RFC 9111, RFC 9110 10.2.3)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FRESH_AT_MOST = timedelta(hours=24)
"""The longest interval between polls (`intervals.AT_MOST`): a year of max-age is meant for pictures."""
RETRY_AT_MOST = timedelta(days=7)
"""Longer waits are misconfigured: servers under maintenance name hours, a few rate limits a week."""


def http_date(text: str | None) -> datetime | None:
    """Read a date in any form of RFC 9110, 5.6.7, in UTC; None when it is none."""
    if not text:
        return None
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _seconds(text: str | None, at_most: timedelta) -> timedelta | None:
    """Read delta-seconds (RFC 9111, 1.2.2): digits only, cut to `at_most`."""
    if text is None or not (text.isascii() and text.isdigit()):
        return None
    # Python refuses to read numbers of thousands of digits; ten are 317 years.
    return at_most if len(text.lstrip("0")) > 10 else min(timedelta(seconds=int(text)), at_most)


def _directives(cache_control: str) -> dict[str, str]:
    """Split directives by lower-case name; the first counts (RFC 9111, 4.2.1)."""
    found: dict[str, str] = {}
    for part in cache_control.split(","):
        name, _, argument = part.strip().partition("=")
        found.setdefault(name.strip().lower(), argument.strip().strip('"'))
    return found


def fresh_for(
    *,
    cache_control: str = "",
    expires: str | None = None,
    date: str | None = None,
    age: str | None = None,
    now: datetime,
) -> timedelta | None:
    """Return how long the answer may be kept, at most a day; None if not said.

    `max-age` less `Age` goes before `Expires`, which is measured against the server's own `Date`, so that its clock may
    be wrong. `s-maxage` is for shared caches and we are not one; `no-cache` and `no-store` promise nothing.
    """
    directives = _directives(cache_control)
    if "no-cache" in directives or "no-store" in directives:
        return None
    if "max-age" in directives:
        lifetime = _seconds(directives["max-age"], timedelta.max)
        older = _seconds(age, timedelta.max) or timedelta(0)
        return None if lifetime is None else _within(lifetime - older, FRESH_AT_MOST)
    if expires is not None:
        until = http_date(expires)
        return None if until is None else _within(until - (http_date(date) or now), FRESH_AT_MOST)
    return None


def retry_after(text: str | None, *, date: str | None = None, now: datetime) -> timedelta | None:
    """Read Retry-After, at most seven days; None when unusable or in the past."""
    if text is None:
        return None
    wait = _seconds(text.strip(), RETRY_AT_MOST)
    if wait is None:
        until = http_date(text)
        wait = None if until is None else _within(until - (http_date(date) or now), RETRY_AT_MOST)
    return wait or None


def _within(span: timedelta, at_most: timedelta) -> timedelta:
    return max(timedelta(0), min(span, at_most))
