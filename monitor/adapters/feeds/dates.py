"""Dates as feeds write them, made aware UTC times within reason."""

import calendar
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import struct_time

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No feed is older; an earlier date is a default value somewhere."""
AHEAD = timedelta(days=1)
"""Clocks and time zones are wrong by hours; what lies further ahead is not a publication time."""

_SPACE = re.compile(r"\s+")


def within_reason(moment: datetime | None, now: datetime) -> datetime | None:
    """The moment in UTC to the second, or None when it is before 1990 or more than a day after `now`."""
    if moment is None:
        return None
    try:
        utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    utc = utc.replace(microsecond=0)
    return utc if EARLIEST <= utc <= now + AHEAD else None


def from_text(text: str | None) -> datetime | None:
    """An ISO 8601 or RFC 5322 date; without a zone it is UTC. None for anything else."""
    cleaned = _SPACE.sub(" ", (text or "").strip())[:64]
    if not cleaned:
        return None
    try:
        return datetime.fromisoformat(cleaned)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(cleaned)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def from_struct(parsed: struct_time | None) -> datetime | None:
    """feedparser's UTC tuple, whose year may be -1 or 10000; None when it is no date."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
