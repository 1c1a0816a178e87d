"""Count false alarms about silent sources on streams of real feeds: `python -m benchmarks.coverage_alarms FILE...`.

The files hold one item a line; weeks that follow each other are one stream. Each feed is polled every hour from its
second day on. An alarm after which the feed brings something again within the stream is a false one; feeds that never
bring anything again may be dead, and are counted apart.
"""

import json
import lzma
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.domain.catalog import Feed
from monitor.domain.feeds.decide_poll import ARRIVALS_KEPT
from monitor.domain.feeds.feed import FeedState
from monitor.domain.feeds.trouble import trouble

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def streams(paths: list[Path]) -> Iterator[dict[str, list[datetime]]]:
    """Yield, for each stretch without a hole, the times of each feed's items, oldest first."""
    items: list[tuple[datetime, str]] = []
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            read = (json.loads(line) for line in lines)
            items += [(datetime.fromisoformat(item["date"]).replace(tzinfo=UTC), item["feed"]) for item in read]
    items.sort()
    found: dict[str, list[datetime]] = defaultdict(list)
    before = items[0][0]
    for moment, feed in items:
        if moment - before > 2 * DAY:
            yield found
            found = defaultdict(list)
        found[feed].append(moment)
        before = moment
    yield found


def alarms(times: list[datetime], end: datetime, *, dated: bool) -> tuple[int, int, float]:
    """Return false alarms, alarms at the end of a feed, and the days watched."""
    begun = times[0] + DAY
    entries = [moment for moment in times if moment <= begun]
    state = FeedState(
        due=begun,
        baseline_at=begun,
        entries_last=len(entries),
        arrivals=tuple(entries[-ARRIVALS_KEPT:] if dated else ()),
    )
    feed, false, last, at, now = Feed(key="f", url="https://f.example/"), 0, 0, len(entries), begun
    while now < end:
        now += HOUR
        old, fresh = state, at
        while at < len(times) and times[at] <= now:
            at += 1
        arrivals = (*old.arrivals, *([now] * (at - fresh)))[-ARRIVALS_KEPT:]
        new = FeedState(
            due=now,
            baseline_at=begun,
            entries_last=old.entries_last,
            arrivals=arrivals,
            reported=old.reported,
        )
        state, _ = trouble(feed, old, new, now, DAY)
        if state.reported == "silent" and old.reported is None:
            false, last = (false + 1, last) if at < len(times) else (false, last + 1)
    return false, last, (end - begun) / DAY


def main() -> None:
    """Print the rates with dates and without."""
    stretches = list(streams([Path(name) for name in sys.argv[1:]]))
    for dated in (True, False):
        results = [
            alarms(times, end, dated=dated)
            for found in stretches
            for end in (max(times[-1] for times in found.values()),)
            for times in found.values()
            if times[0] + 3 * DAY < end
        ]
        days = sum(result[2] for result in results)
        false = sum(result[0] for result in results)
        last = sum(result[1] for result in results)
        print(
            f"{'dated' if dated else 'undated'}: {len(results)} feeds, {days:,.0f} source-days, {false} false alarms "
            f"({1000 * false / days:.2f} in 1,000 source-days), {last} alarms at feeds that brought nothing again"
        )


if __name__ == "__main__":
    main()
