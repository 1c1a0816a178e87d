"""Times of day in named zones: when a digest leaves, when a receiver listens.

Each local day counts once, whatever its clocks do.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.catalog import Digest, Hours

_DAY = timedelta(days=1)
_HORIZON = 9  # days: a weekday named alone comes round within a week; one more on either side for the zone


def next_digest(digest: Digest, now: datetime) -> datetime:
    """Return the first leaving time strictly after `now`, in UTC.

    A time that the clocks skip (spring) is taken as long after midnight as usual, one they repeat (autumn) the
    first time only: once a day both ways.
    """
    zone = ZoneInfo(digest.zone)
    today = now.astimezone(zone).date()
    moments = (
        _instant(day, at, zone)
        for day in _days(today, 0)
        if day.weekday() in digest.weekdays
        for at in sorted(set(digest.at))
    )
    return min(moment for moment in moments if moment > now)


def is_open(hours: Hours, now: datetime) -> bool:
    """Tell whether the receiver listens at `now`."""
    return any(start <= now < end for start, end in _openings(hours, now))


def next_opening(hours: Hours, now: datetime) -> datetime:
    """Return `now` while open, else the moment the hours next begin, in UTC."""
    if is_open(hours, now):
        return now
    return min(start for start, _ in _openings(hours, now) if start > now)


def start_of_day(day: date, at: time, zone: str) -> datetime:
    """Return the moment a local wall clock shows `at` on `day`, in UTC, as `next_digest` does."""
    return _instant(day, at, ZoneInfo(zone))


def _openings(hours: Hours, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield openings around `now`; one that runs past midnight belongs to its first day."""
    zone = ZoneInfo(hours.zone)
    overnight = _DAY if hours.end <= hours.start else timedelta(0)
    for day in _days(now.astimezone(zone).date(), -1):
        if day.weekday() in hours.weekdays:
            yield _instant(day, hours.start, zone), _instant(day + overnight, hours.end, zone)


def _days(today: date, first: int) -> Iterator[date]:
    return (today + timedelta(days=offset) for offset in range(first, _HORIZON))


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    # fold=0: in the repeated hour the first of the two; in the skipped hour the offset of before, so an hour on.
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)
