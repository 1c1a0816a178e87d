"""Everything that pages, API and feeds show, read from the store in the caller's thread."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.catalog import Catalog, Problem
from monitor.domain.status.overview import Overview
from monitor.domain.status.story_view import StoryCards, StoryFilter, StoryView
from storage.sql.database import Database
from storage.views.status import read_overview
from storage.views.stories import PAGE, alerted_stories, latest_change, story_view


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The reads of one process. `database` is theirs alone, so that no page waits for the daemon nor it for a page.

    Every method blocks its thread; a web server calls it from a thread pool.
    """

    database: Database
    catalog: Callable[[], Catalog]
    problems: Callable[[], tuple[Problem, ...]]
    now: Callable[[], datetime]

    def overview(self) -> Overview:
        """Return how the work stands."""
        return self.database.read_now(lambda connection: read_overview(connection, self.now()))

    def stories(self, wanted: StoryFilter, limit: int = PAGE) -> StoryCards:
        """Return stories that alerted, latest change first."""
        return self.database.read_now(lambda connection: alerted_stories(connection, wanted, self.now(), limit=limit))

    def latest_change(self) -> str:
        """Return a text that differs whenever an alert was raised, changed or acknowledged."""
        return self.database.read_now(latest_change)

    def story(self, story_id: int) -> StoryView | None:
        """Return one story whole; None when it is not stored."""
        return self.database.read_now(lambda connection: story_view(connection, story_id, self.now()))
