"""Rank the stories of a shared message; the last go to its thread."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from urllib.parse import quote

from monitor.domain.delivery.attempt import AlertForSending

SHOWN = 15
"""Stories in a digest itself; more than a screen is not read, and Slack takes 50 blocks and some 13,000 characters."""

PAGE = 20
"""Stories in one answer of the digest's thread, one line each."""

LINKS = 5_000
"""Characters of all links in one message: beside 20 lines of text they stay under Slack's some 13,000."""

SameStory = tuple[AlertForSending, ...]


def ranked(alerts: Iterable[AlertForSending]) -> tuple[SameStory, ...]:
    """Return the alerts by story: the most severe story first, then by score, the earlier first among equals."""
    by_story = sorted(alerts, key=lambda entry: (entry.alert.story_id, entry.alert.id))
    stories = [tuple(same) for _, same in groupby(by_story, key=lambda entry: entry.alert.story_id)]
    return tuple(
        sorted(
            stories,
            key=lambda same: (
                -max(entry.alert.severity for entry in same),
                -max(entry.alert.score for entry in same),
                same[0].alert.id,
            ),
        )
    )


def fitting(stories: Sequence[SameStory], most: int = SHOWN) -> int:
    """Return how many of the first stories fit into one message: at most `most`, and as long as their links fit."""
    used = 0
    for number, same in enumerate(stories[:most]):
        used += max((len(quote(member.url or "", safe="/:%")) for member in same[0].story.members), default=0)
        if used > LINKS and number:
            return number
    return min(len(stories), most)


def pages(alerts: Iterable[AlertForSending]) -> tuple[tuple[int, ...], ...]:
    """Return the ids of the alerts that a digest leaves to its thread, page by page."""
    rest = ranked(alerts)
    rest = rest[fitting(rest) :]
    found = []
    while rest:
        number = fitting(rest, PAGE)
        found.append(tuple(entry.alert.id for same in rest[:number] for entry in same))
        rest = rest[number:]
    return tuple(found)
