"""Rank the stories of a shared message; the last go to its thread."""

from collections.abc import Iterable

from monitor.domain.delivery.attempt import AlertForSending

SHOWN = 15
"""Stories in a digest itself; more than a screen is not read, and Slack takes 50 blocks and some 13,000 characters."""

PAGE = 20
"""Stories in one answer of the digest's thread, one line each."""


def ranked(alerts: Iterable[AlertForSending]) -> tuple[AlertForSending, ...]:
    """Sort by severity, then score, the earlier alert first among equals."""
    return tuple(sorted(alerts, key=lambda entry: (-entry.alert.severity, -entry.alert.score, entry.alert.id)))


def pages(alerts: Iterable[AlertForSending]) -> tuple[tuple[int, ...], ...]:
    """Return the ids of the alerts that a digest leaves to its thread, page by page."""
    rest = [entry.alert.id for entry in ranked(alerts)[SHOWN:]]
    return tuple(tuple(rest[start : start + PAGE]) for start in range(0, len(rest), PAGE))
