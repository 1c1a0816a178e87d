"""Read a feed's wishes to its pollers: ttl, skipHours, skipDays, sy:updatePeriod."""

import re
from dataclasses import replace
from datetime import timedelta

from monitor.adapters.feeds.entries import RawFeed

_TTL = re.compile(r"<ttl>\s*(\d{1,6})(?:\.\d*)?\s*</ttl>", re.IGNORECASE)
_SKIP = {
    "hours": re.compile(r"<skipHours>(.{0,2000}?)</skipHours>", re.IGNORECASE | re.DOTALL),
    "days": re.compile(r"<skipDays>(.{0,2000}?)</skipDays>", re.IGNORECASE | re.DOTALL),
}
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(r"<day>\s*([A-Za-z]{3,9})\s*</day>", re.IGNORECASE)
_PERIOD = re.compile(r"<sy:updatePeriod>\s*([a-z]{4,8})\s*</sy:updatePeriod>", re.IGNORECASE)
_FREQUENCY = re.compile(r"<sy:updateFrequency>\s*(\d{1,4})\s*</sy:updateFrequency>", re.IGNORECASE)
_LANGUAGE = re.compile(r"<(?:dc:)?language>\s*([A-Za-z]{2,3}(?:[-_]\w{1,8})*)\s*<", re.IGNORECASE)
_ROOT_LANGUAGE = re.compile(r"""<(?:rss|feed|rdf:RDF)\b[^>]{0,2000}?\sxml:lang\s*=\s*["']([\w-]{2,12})["']""")

_ITEM = re.compile("<(item|entry)")

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}


def with_hints(raw: RawFeed, text: str) -> RawFeed:
    """Add its channel's wishes to a feed; days count from Monday (0), hours are GMT."""
    channel = _channel(text)
    ttl = _TTL.search(channel)
    minutes = int(ttl[1]) if ttl else 0
    language = _ROOT_LANGUAGE.search(channel) or _LANGUAGE.search(channel)
    return replace(
        raw,
        ttl=timedelta(minutes=minutes) if minutes else None,
        skip_hours=frozenset(int(hour) % 24 for hour in _listed("hours", _HOUR, channel) if int(hour) <= 24),
        skip_days=frozenset(_DAYS.index(day.lower()) for day in _listed("days", _DAY, channel) if day.lower() in _DAYS),
        update_period=_update_period(channel),
        language=raw.language or (language[1] if language else ""),
    )


def _channel(text: str) -> str:
    """Return the document without its items."""
    first = _ITEM.search(text)
    if first is None:
        return text[:65_536]
    start = first.start()
    end = max(start, text.rfind(f"</{first[1]}>"))
    # the other names of items are searched behind only: a search for what is not there reads everything
    end = max(end, text.rfind("</item>", end), text.rfind("</entry>", end))
    # the table of contents of RSS 1.0 is called <items>
    return text[:start][:65_536] + text[end:][-65_536:]


def _listed(kind: str, element: re.Pattern[str], channel: str) -> list[str]:
    block = _SKIP[kind].search(channel)
    return element.findall(block[1]) if block else []


def _update_period(channel: str) -> timedelta | None:
    period = _PERIOD.search(channel)
    if period is None or period[1].lower() not in _PERIODS:
        return None
    frequency = _FREQUENCY.search(channel)
    return _PERIODS[period[1].lower()] / max(1, int(frequency[1]) if frequency else 1)
