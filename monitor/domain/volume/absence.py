"""Decide whether a topic has fewer stories than expected, in the local time of the people who expect them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.volume.rules import Expectation

_DAY = timedelta(days=1)
_LONGEST_LOOK = 400
"""Days looked back for one that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Number of stories since the expected span began, and whether it is too low."""

    observed: int
    since: datetime
    absent: bool


def presence(rule: Expectation, moments: Sequence[datetime], now: datetime, zone: ZoneInfo) -> Presence | None:
    """Count the stories of the span looked at now; None on a day that does not count, unless one before is unmet.

    A span runs back from `by` of the last day that counts, or from now, through time of days that count alone.
    """
    end = _looked_at(rule, now, zone)
    if end is None:
        return None
    since = _back(rule, end, zone)
    observed = sum(1 for moment in moments if since < moment <= now)
    return Presence(observed=observed, since=since, absent=observed < rule.at_least)


def _looked_at(rule: Expectation, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the last moment at which the stories had to be there; None where there is none."""
    local = now.astimezone(zone)
    if rule.by is None and local.weekday() in rule.weekdays:
        return now
    for days in range(_LONGEST_LOOK):
        day = local.date() - timedelta(days=days)
        if day.weekday() not in rule.weekdays:
            continue
        if rule.by is not None:
            end = datetime.combine(day, rule.by, zone).astimezone(UTC)
        else:
            end = datetime.combine(day + _DAY, time(), zone).astimezone(UTC)
        if end <= now:
            return end
    return None


def _back(rule: Expectation, end: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment `every` before `end`, days that do not count left out."""
    left, here = rule.every, end
    for _ in range(_LONGEST_LOOK):
        # the instant just before `here` says which day the time belongs to: midnight ends a day
        day = (here - timedelta(microseconds=1)).astimezone(zone).date()
        start = datetime.combine(day, time(), zone).astimezone(UTC)
        if day.weekday() in rule.weekdays:
            if here - start >= left:
                return here - left
            left -= here - start
        here = start
    return here
