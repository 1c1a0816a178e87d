"""Read the date that many sites write into the addresses of their pages."""

import re
from datetime import UTC, datetime

from monitor.adapters.feeds.dates import within_reason

_DATE = re.compile(
    r"(?<![0-9])(?P<year>20[0-4][0-9])(?P<between>[-/_.]?)(?P<month>0[1-9]|1[0-2])(?P=between)(?P<day>0[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|(?<![0-9])(?P<year2>20[0-4][0-9])(?P<month2>0[1-9]|1[0-2])/t?(?:20[0-9]{4})?(?P<day2>0[1-9]|[12][0-9]|3[01])(?![0-9])"
)
"""2026/03/05, 2026-03-05, 20260305, t20260305_1234, and 202603/05."""


def date_in(address: str, now: datetime) -> datetime | None:
    """Return the day an address names, at midnight UTC; None without one, or for one ahead of `now`."""
    path = address.split("://", 1)[-1].partition("/")[2].partition("?")[0]
    for match in _DATE.finditer(path):
        year, month, day = (match[name] or match[f"{name}2"] for name in ("year", "month", "day"))
        try:
            moment = within_reason(datetime(int(year), int(month), int(day), tzinfo=UTC), now)
        except ValueError:
            continue
        if moment is not None:
            return moment
    return None
