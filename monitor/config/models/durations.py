"""Durations, sizes and times of day as people write them."""

import re
from datetime import time, timedelta

LONGEST = timedelta(days=3650)

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(s|m|h|d)\Z")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SIZE = re.compile(r"([0-9]{1,9})\s?(B|KB|MB|GB)\Z", re.IGNORECASE)
_SIZES = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3}
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})\Z")


def parse_duration(text: str) -> timedelta:
    """`0s`, `90s`, `15m`, `1h`, `7d`; ValueError, with what to write, for anything else or beyond ten years."""
    found = _DURATION.match(text)
    if not found:
        raise ValueError("not a duration: write a number and a unit, such as 90s, 15m, 1h or 7d")
    length = timedelta(**{_UNITS[found[2]]: float(found[1])})
    if length > LONGEST:
        raise ValueError(f"longer than {LONGEST.days}d")
    return length


def parse_size(text: str) -> int:
    """Bytes from `500KB`, `10MB`, `1GB` (powers of 1000); ValueError for anything else."""
    found = _SIZE.match(text)
    if not found:
        raise ValueError("not a size: write a number and a unit, such as 500KB, 10MB or 1GB")
    return int(found[1]) * _SIZES[found[2].upper()]


def parse_time(text: str) -> time:
    """Parse a time of day such as `08:00` or `17:30`. Raises ValueError for anything else."""
    found = _TIME.match(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError('not a time of day: write hours and minutes, such as "08:00"')
    return time(int(found[1]), int(found[2]))


def duration_text(length: timedelta) -> str:
    """Return the shortest spelling that `parse_duration` reads back: timedelta(minutes=90) is `90m`."""
    seconds = length.total_seconds()
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{seconds:g}s"
