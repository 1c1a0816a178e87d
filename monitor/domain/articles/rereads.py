"""Decide when the page behind an alert is read again, and hold what is known of that page."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain.articles.article import Article, RevisionLabel
from monitor.domain.articles.revisions import PageText
from monitor.domain.feeds.feed import Validators

AFTER = (
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
    timedelta(hours=72),
)
"""Times after the alert at which its page is read again: most corrections come within hours."""

LATE_AT_MOST = timedelta(hours=24)
"""A program that did not run reads the page up to this long after the last of these times, then no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """Hold an article whose page is due to be read again.

    `attempt` counts the readings so far; `validators` are those of the last page that was read.
    """

    article: Article
    alerted_at: datetime
    due: datetime
    attempt: int = 0
    validators: Validators = field(default_factory=Validators)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Hold one version of a page: `number` 0 is the first that was read, `found` by "feed" or "page".

    The text is empty where the page was withdrawn.
    """

    number: int
    at: datetime
    found: str
    label: RevisionLabel | None
    text: PageText
    changes: tuple[str, ...] = ()


def next_reading(alerted_at: datetime, now: datetime) -> datetime | None:
    """Return the first of the times after `now`; None when all have passed."""
    return next((alerted_at + wait for wait in AFTER if alerted_at + wait > now), None)


def is_over(alerted_at: datetime, now: datetime) -> bool:
    """Tell whether it is too late to read the page behind an alert again."""
    return now > alerted_at + AFTER[-1] + LATE_AT_MOST
