"""Say in words what an episode is, for a message and for the answer when it is over."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from monitor.domain.strings.spans import in_words
from monitor.domain.volume.episode import Episode
from monitor.domain.volume.history import bars
from monitor.domain.volume.rules import Rule

When = Callable[[datetime], str]
"""Returns a moment in words."""


def headline(episode: Episode) -> str:
    """Return the first line of the message."""
    figures = episode.figures
    if episode.rule is Rule.FIRST_SEEN:
        return f"{episode.title}: first mention of {episode.subject}"
    if episode.rule is Rule.SPIKE:
        times = figures.observed / figures.usual if figures.usual else 0.0
        if episode.ended_at is None:
            return f"{episode.title}: {times:.1f} times as many stories as usual"
        return f"{episode.title}: more stories than usual, now over"
    if episode.ended_at is not None:
        return f"{episode.title}: fewer stories than expected, now over"
    if figures.blind:
        return f"{episode.title}: quiet, but its sources cannot be read"
    return f"{episode.title}: fewer stories than expected"


def body(episode: Episode, when: When) -> Iterator[str]:
    """Yield the lines below the headline: both numbers, the last 14 days, and how it ended."""
    figures = episode.figures
    if episode.rule is Rule.SPIKE:
        yield (
            f"{_stories(figures.observed)} in {in_words(figures.span)}; usual for this weekday and hour: "
            f"{figures.usual:.1f}, as a share of all stories of the same sources."
        )
    elif episode.rule is Rule.ABSENCE and figures.since is not None:
        yield (
            f"{_stories(figures.observed)} since {when(figures.since)}; at least {figures.usual:.0f} expected "
            f"within {in_words(figures.span)}."
        )
        if figures.blind:
            yield f"{figures.blind} So quiet proves nothing, and is not counted as an absence."
    elif episode.rule is Rule.FIRST_SEEN:
        yield f"Not in an article of this topic for {in_words(figures.span)}."
    if figures.days:
        yield f"Last {len(figures.days)} days: {bars(figures.days)} (at most {max(figures.days)} a day)"
    if episode.ended_at is not None and episode.rule is not Rule.FIRST_SEEN:
        yield f"Over since {when(episode.ended_at)}, after {_lasted(episode)}. {figures.note}".strip()


def over(episode: Episode) -> str:
    """Return the line that answers the message when the episode ends."""
    figures = episode.figures
    if figures.note:
        return f"Over: {figures.note}"
    if episode.rule is Rule.SPIKE:
        return (
            f"Over: {_stories(figures.observed)} in {in_words(figures.span)}, usually {figures.usual:.1f}. "
            f"It lasted {_lasted(episode)}, with at most {figures.most}."
        )
    return f"Over: {_stories(figures.observed)} again. It lasted {_lasted(episode)}."


def _stories(count: int) -> str:
    return f"{count} {'story' if count == 1 else 'stories'}"


def _lasted(episode: Episode) -> str:
    lasted = (episode.ended_at or episode.updated_at) - episode.began_at
    return in_words(timedelta(minutes=max(1, lasted // timedelta(minutes=1))))
