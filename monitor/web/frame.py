"""The frame of every page: who reads, what they may do, and a banner when something is wrong."""

import time
from collections.abc import Iterator
from threading import Lock

from fastapi import Request

from monitor.app.pages import PageSource
from monitor.domain.catalog import Problem
from monitor.domain.status.health import lifeless, troubles
from monitor.domain.status.overview import Overview
from monitor.web.access import Access, Person

FRESH_SECONDS = 3.0
"""How long one reading of the state serves the banners of all pages."""


class Frames:
    """Makes what every page shows; the state is read once for all pages of a few seconds."""

    def __init__(self, source: PageSource, access: Access) -> None:
        self._source, self._access = source, access
        self._lock = Lock()
        self._read_at = float("-inf")
        self._overview: Overview | None = None

    def overview(self) -> Overview:
        """Return how the work stands, at most FRESH_SECONDS old."""
        with self._lock:
            if self._overview is None or time.monotonic() - self._read_at > FRESH_SECONDS:
                self._overview = self._source.views.overview()
                self._read_at = time.monotonic()
            return self._overview

    def frame(self, request: Request, person: Person) -> dict[str, object]:
        """Return the values that `base.html` needs."""
        catalog = self._source.views.catalog()
        return {
            "person": person,
            "token": self._access.token(person),
            "can_log_in": self._access.rules.password is not None and not person.session,
            "banner": tuple(banner(self.overview(), self._source.views.problems())),
            "can_log_out": person.session != "" and not person.session.startswith("header:"),
            "said": self._access.said(request),
            "now": self._source.views.now(),
            "titles": {topic.key: topic.title for topic in catalog.topics},
            "base": (self._source.settings.public_url or str(request.base_url)).rstrip("/"),
        }


def bare_frame(access: Access, person: Person) -> dict[str, object]:
    """Return the frame for somebody who may not read: no trouble, no topics."""
    return {
        "person": person,
        "token": access.token(person),
        "can_log_in": False,
        "can_log_out": False,
        "said": "",
        "banner": (),
        "titles": {},
        "base": "",
    }


def banner(overview: Overview, problems: tuple[Problem, ...]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong as (level, sentence), "bad" before "warn"."""
    refused = [problem for problem in problems if not problem.warning]
    for problem in refused[:3]:
        yield "bad", f"The last edit of the configuration is refused: {problem}"
    if len(refused) > 3:
        yield "bad", f"{len(refused) - 3} more problems in the configuration; `wirewatch check` lists all."
    dead = lifeless(overview)
    for sentence in troubles(overview):
        if not sentence.startswith("configuration refused"):
            yield "bad" if sentence in dead else "warn", sentence
    down = sum(feed.trouble is not None for feed in overview.feeds)
    if down and down < len(overview.feeds):
        yield "warn", f"{down} of {len(overview.feeds)} sources are in trouble."
    if overview.feeds and not any(feed.polled_at for feed in overview.feeds):
        yield "warn", "Nothing has been polled yet."
