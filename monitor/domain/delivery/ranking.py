"""Rank the stories of a shared message; the last go to its thread."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from monitor.domain.delivery.attempt import AlertForSending

SHOWN = 15
"""Stories in a digest itself; more than a screen is not read, and Slack takes 50 blocks and some 13,000 characters."""

PAGE = 20
"""Stories in one answer of the digest's thread, one line each."""


LINKS = 5_000
"""Characters of all links in one message: beside 20 lines of text they stay under Slack's some 13,000."""


def ranked(alerts: Iterable[AlertForSending]) -> tuple[AlertForSending, ...]:
    """Sort by severity, then score, the earlier alert first among equals."""
    return tuple(sorted(alerts, key=lambda entry: (-entry.alert.severity, -entry.alert.score, entry.alert.id)))


def fitting(alerts: Sequence[AlertForSending], most: int = SHOWN) -> int:
    """Return how many of the first alerts fit into one message: at most `most`, and as long as their links fit."""
    used = 0
    for number, entry in enumerate(alerts[:most]):
        used += max((len(quote(member.url or "", safe="/:%")) for member in entry.story.members[:1]), default=0)
        if used > LINKS and number:
            return number
    return min(len(alerts), most)


def pages(alerts: Iterable[AlertForSending]) -> tuple[tuple[int, ...], ...]:
    """Return the ids of the alerts that a digest leaves to its thread, page by page."""
    rest = ranked(alerts)
    rest = rest[fitting(rest) :]
    found = []
    while rest:
        number = fitting(rest, PAGE)
        found.append(tuple(entry.alert.id for entry in rest[:number]))
        rest = rest[number:]
    return tuple(found)
