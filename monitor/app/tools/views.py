"""Everything that pages, API and feeds show, read from the store in the caller's thread."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.app.tools.search import search_query, search_words_of
from monitor.app.tools.why import Explainer
from monitor.domain.alerts.alert import Alert, DeliveryState, Silence
from monitor.domain.catalog import Catalog, Problem
from monitor.domain.status.article_history import ArticleHistory
from monitor.domain.status.explanation import Explanation
from monitor.domain.status.overview import Overview
from monitor.domain.status.search_view import SearchFilter, SearchPage
from monitor.domain.status.source_view import OutboxLine, SourceView, TopicView, TopicYield
from monitor.domain.status.story_view import StoryCards, StoryFilter, StoryView
from monitor.ports import Matcher
from storage.sql.database import Database
from storage.views.history import history_of
from storage.views.outbox_list import outbox_lines
from storage.views.silences import silence_lists, would_mute
from storage.views.sources import source_views
from storage.views.status import read_overview
from storage.views.stories import PAGE, alerted_stories, latest_change, raised_alerts, story_view
from storage.views.topics import topic_counts, topic_view

DELIVERIES = 60
"""Deliveries of one page."""

SOURCES_FRESH = 60.0
"""Seconds for which one count over all sources serves; it reads a week of articles."""


@dataclass(slots=True, kw_only=True)
class Views:
    """The reads of one process. `database` is theirs alone, so that no page waits for the daemon nor it for a page.

    Every method blocks its thread; a web server calls it from a thread pool.
    """

    database: Database
    catalog: Callable[[], Catalog]
    matcher: Callable[[], Matcher]
    problems: Callable[[], tuple[Problem, ...]]
    now: Callable[[], datetime]
    _sources: tuple[float, tuple[SourceView, ...]] = (float("-inf"), ())

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

    def alerts(
        self, topic: str, severity: str, since: datetime, before: tuple[datetime, int] | None, limit: int
    ) -> tuple[list[Alert], tuple[datetime, int] | None]:
        """Return alerts, latest raised first, and where they go on. Raises ValueError for an unknown severity."""
        return self.database.read_now(
            lambda connection: raised_alerts(connection, topic, severity, since, before, limit)
        )

    def search(self, text: str, wanted: SearchFilter) -> SearchPage:
        """Return articles with these words, newest first. Raises SearchRefused."""
        return search_words_of(self.database, text, wanted)

    def search_query(self, query: str, wanted: SearchFilter) -> SearchPage:
        """Return articles that a query in the topic language matches, newest first. Raises SearchRefused."""
        return search_query(self.database, self.catalog(), query, wanted)

    def sources(self) -> tuple[SourceView, ...]:
        """Return every source, in trouble first; at most SOURCES_FRESH seconds old."""
        read_at, views = self._sources
        if time.monotonic() - read_at > SOURCES_FRESH:
            views = self.database.read_now(lambda connection: source_views(connection, self.now()))
            self._sources = (time.monotonic(), views)
        return views

    def topic_counts(self, keys: Sequence[str]) -> dict[str, TopicYield]:
        """Return what each topic found in the last fortnight."""
        now = self.now()
        return self.database.read_now(lambda connection: {key: topic_counts(connection, key, now) for key in keys})

    def topic(self, key: str) -> TopicView:
        """Return what one topic found in the last fortnight, day by day."""
        return self.database.read_now(lambda connection: topic_view(connection, key, self.now()))

    def deliveries(
        self, states: Collection[DeliveryState], since: datetime, before: int | None
    ) -> tuple[OutboxLine, ...]:
        """Return messages of the outbox, newest first."""
        return self.database.read_now(lambda connection: outbox_lines(connection, states, since, before, DELIVERIES))

    def silences(self) -> tuple[tuple[Silence, ...], tuple[Silence, ...], dict[int, str]]:
        """Return the silences in force, the latest that ended, and the titles of the stories they name."""
        return self.database.read_now(lambda connection: silence_lists(connection, self.now()))

    def would_mute(self, topic: str, story_id: int | None) -> tuple[int, tuple[tuple[int, str], ...]]:
        """Count the alerts of the last week that such a silence would have muted, with the latest stories."""
        return self.database.read_now(lambda connection: would_mute(connection, topic, story_id, self.now()))
