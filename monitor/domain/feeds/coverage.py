"""Find sources that answer but have gone blind, and topics that are quiet because of it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

LAST = 6
"""Latest articles that must all show it: two days of a source with three articles a day."""
BEFORE = 12
"""Earlier articles that show the habit, at least."""
_RARELY = 0.1
"""Share of walls up to which they are no habit: six in a row are then no chance."""
_SHRUNK = 0.3
_LONG = 800
"""Characters of a usual text from which a shorter one means something: below are sources of short notices."""
_GROWN_BACK = 0.6
_STAND_STILL = timedelta(hours=30)
"""Time over which articles of one date arrive: sources that write the day alone move on after a day."""
_OVER = 3
"""Latest articles of which one must be as usual for a trouble to be over."""

WINDOW = timedelta(hours=36)
"""Span in which a topic is called quiet: it holds a night and a working day."""
HISTORY = timedelta(days=14)
_WINDOWS = 3
"""Windows of history from which a usual number of matches is known."""
_USUAL = 4.0
"""Matches a window below which none at all is no surprise (Poisson: 2 %)."""
_QUIET = 0.2
BEST = 9
"""Sources of a topic that are looked at, by their matches."""
_STATUS = re.compile(r"\b[1-5]\d\d\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One article of a source: when it was seen and dated, and what reading its page gave.

    `fetched`: its page was requested. `walled`: the page was a wall, or nothing but the beginning of a text.
    """

    at: datetime
    published: datetime | None = None
    fetched: bool = False
    walled: bool = False
    length: int = 0
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blindness:
    """A trouble that answers of status 200 hide. `usual` is the habit against which its end is judged."""

    kind: str
    text: str
    since: datetime
    usual: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSample:
    """The matches of a topic in the last window, its usual number, and its best sources with their troubles."""

    topic: str
    recent: int
    usual: float | None
    sources: tuple[tuple[str, str | None], ...] = ()


def blindness(readings: Sequence[Reading], known: Blindness | None) -> Blindness | None:
    """Return what is wrong with a source by its latest articles, oldest first; the known trouble until it is over."""
    if known is not None:
        return known if _lasts(readings, known) else None
    return _walls(readings) or _shrunk(readings) or _other_language(readings) or _dates(readings)


def _walls(readings: Sequence[Reading]) -> Blindness | None:
    pages = [reading for reading in readings if reading.fetched]
    before, last = pages[:-LAST], pages[-LAST:]
    if len(before) < BEFORE or not all(reading.walled for reading in last):
        return None
    if sum(reading.walled for reading in before) > _RARELY * len(before):
        return None
    text = f"its last {LAST} pages were consent, login or paywall pages; only headlines and summaries are read"
    return Blindness(kind="walls", text=text, since=last[0].at)


def _shrunk(readings: Sequence[Reading]) -> Blindness | None:
    lengths = [reading for reading in readings if reading.fetched and not reading.walled and reading.length]
    before, last = lengths[:-LAST], lengths[-LAST:]
    if len(before) < BEFORE or len(last) < LAST:
        return None
    usual = median(reading.length for reading in before)
    if usual < _LONG or max(reading.length for reading in last) > _SHRUNK * usual:
        return None
    now = median(reading.length for reading in last)
    text = f"its texts have shrunk to {now:,.0f} characters, usually {usual:,.0f}"
    return Blindness(kind="shrunk", text=text, since=last[0].at, usual=f"{usual:.0f}")


def _other_language(readings: Sequence[Reading]) -> Blindness | None:
    told = [reading for reading in readings if reading.language]
    before, last = told[:-LAST], told[-LAST:]
    if len(before) < BEFORE:
        return None
    ((usual, count),) = Counter(reading.language for reading in before).most_common(1)
    now = {reading.language for reading in last}
    if count < (1 - _RARELY) * len(before) or len(now) != 1 or usual in now:
        return None
    text = f"its language has changed from {usual} to {last[0].language}"
    return Blindness(kind="language", text=text, since=last[0].at, usual=str(usual))


def _dates(readings: Sequence[Reading]) -> Blindness | None:
    before, last = readings[:-LAST], readings[-LAST:]
    dates = {reading.published for reading in last}
    if len(before) < BEFORE or len(dates) != 1 or None in dates or last[-1].at - last[0].at < _STAND_STILL:
        return None
    if 2 * len({reading.published for reading in before}) < len(before):
        return None
    text = f"its dates stand still: the last {LAST} articles are all of {last[0].published:%Y-%m-%d %H:%M} UTC"
    return Blindness(kind="dates", text=text, since=last[0].at)


def _lasts(readings: Sequence[Reading], known: Blindness) -> bool:
    if known.kind == "walls":
        pages = [reading for reading in readings if reading.fetched][-_OVER:]
        return all(reading.walled for reading in pages)
    if known.kind == "shrunk":
        lengths = [reading.length for reading in readings if reading.fetched and not reading.walled][-_OVER:]
        return not lengths or median(lengths) < _GROWN_BACK * float(known.usual)
    if known.kind == "language":
        return all(reading.language != known.usual for reading in readings[-_OVER:])
    return len({reading.published for reading in readings[-_OVER:]}) <= 1


def usual_matches(earlier: int, watched: timedelta) -> float | None:
    """Return the matches a window of a history, None when it is too short to know."""
    windows = min(watched, HISTORY) / WINDOW
    return earlier / windows if windows >= _WINDOWS else None


def quiet_by_failures(sample: TopicSample) -> bool:
    """Return whether a topic is quiet while a third of its best sources fail."""
    failing = sum(trouble is not None for _, trouble in sample.sources)
    if sample.usual is None or sample.usual < _USUAL or not failing:
        return False
    return sample.recent <= _QUIET * sample.usual and 3 * failing >= len(sample.sources)


def topic_text(sample: TopicSample) -> str:
    """Say how a topic stands: "china: 0 matches in 36 h, usually 14; 3 of its 9 best sources fail: 403, silent"."""
    hours = int(WINDOW.total_seconds() // 3600)
    matches = "match" if sample.recent == 1 else "matches"
    usual = "its usual number is not known yet" if sample.usual is None else f"usually {sample.usual:.0f}"
    failing = [trouble for _, trouble in sample.sources if trouble is not None]
    if not sample.sources:
        sources = "no source has brought a match in two weeks"
    elif failing:
        verb = "fails" if len(failing) == 1 else "fail"
        sources = f"{len(failing)} of its {len(sample.sources)} best sources {verb}: {', '.join(failing)}"
    else:
        sources = f"its {len(sample.sources)} best sources work"
    return f"{sample.topic}: {sample.recent} {matches} in {hours} h, {usual}; {sources}"


def in_brief(trouble: str) -> str:
    """Return a trouble in a word: the status of an answer, else the reason before its details."""
    status = _STATUS.search(trouble)
    return status[0] if status else trouble.partition(":")[0]
