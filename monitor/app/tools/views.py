"""Everything that pages, API and feeds show, read from the store in the caller's thread."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.app.tools.why import Explainer
from monitor.domain.catalog import Catalog, Problem
from monitor.domain.status.article_history import ArticleHistory
from monitor.domain.status.explanation import Explanation
from monitor.domain.status.overview import Overview
from monitor.domain.status.story_view import StoryCards, StoryFilter, StoryView
from monitor.ports import Matcher
from storage.sql.database import Database
from storage.views.history import history_of
from storage.views.status import read_overview
from storage.views.stories import PAGE, alerted_stories, latest_change, story_view


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The reads of one process. `database` is theirs alone, so that no page waits for the daemon nor it for a page.

    Every method blocks its thread; a web server calls it from a thread pool.
    """

    database: Database
    catalog: Callable[[], Catalog]
    matcher: Callable[[], Matcher]
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

    def article(self, article_id: int) -> ArticleHistory | None:
        """Return everything known of one article; None when it is not stored."""
        return self.database.read_now(lambda connection: history_of(connection, str(article_id)))

    async def explain(self, asked: str) -> Explanation:
        """Explain why an article did or did not alert, given its id, address or words of its title; fetches nothing."""
        explainer = Explainer(database=self.database, catalog=self.catalog(), matcher=self.matcher())
        return await explainer.explain(asked, self.now())
