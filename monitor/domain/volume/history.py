"""Count moments in bins of ten minutes, and compare a span with the same span of earlier days."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

BIN = timedelta(minutes=10)
"""Width of a bin: a spike of some hours is seen within ten minutes of its time."""

HISTORY = timedelta(days=28)
"""How far back counts are compared: four of each weekday."""

LEARNING = timedelta(days=14)
"""How long a topic is only counted: with fewer than two of each weekday, nobody can say what is usual."""

_BARS = "▁▂▃▄▅▆▇█"


def bin_of(moment: datetime) -> int:
    """Return the number of the bin that holds the moment."""
    return int(moment.timestamp() // BIN.total_seconds())


def total(bins: Mapping[int, int], end: datetime, span: timedelta) -> int:
    """Return the sum of the bins of the span that ends with the bin of `end`."""
    last, width = bin_of(end), round(span / BIN)
    if len(bins) < width:
        return sum(count for number, count in bins.items() if last - width < number <= last)
    return sum(bins.get(number, 0) for number in range(last - width + 1, last + 1))


def days_before(now: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the moment with the same wall time some days earlier, also across a clock change."""
    return (now.astimezone(zone) - timedelta(days=days)).astimezone(UTC)


def earlier_ends(now: datetime, over: timedelta, since: datetime, zone: ZoneInfo) -> Iterator[tuple[int, datetime]]:
    """Yield (days before, end) of the earlier spans that begin after `since` and do not overlap."""
    step = max(1, -(-over // timedelta(days=1)))
    for days in range(step, HISTORY.days + 1, step):
        end = days_before(now, days, zone)
        if end - over >= since:
            yield days, end


def daily(moments: Iterable[datetime], now: datetime, zone: ZoneInfo, days: int = 14) -> tuple[int, ...]:
    """Return how many moments fall on each of the last local days, today last."""
    today = now.astimezone(zone).date()
    counts = [0] * days
    for moment in moments:
        ago = (today - moment.astimezone(zone).date()).days
        if 0 <= ago < days:
            counts[days - 1 - ago] += 1
    return tuple(counts)


def bars(counts: Iterable[int]) -> str:
    """Return a bar for each count, the highest filling its line."""
    shown = tuple(counts)
    most = max(shown, default=0)
    if not most:
        return _BARS[0] * len(shown)
    return "".join(_BARS[round(count / most * (len(_BARS) - 1))] for count in shown)
