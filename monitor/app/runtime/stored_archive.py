"""Read the store for answers to people."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.app.tools.why import Explainer, ReadPage
from monitor.domain.articles.article import Article
from monitor.domain.status.explanation import Explanation
from monitor.domain.status.overview import Overview
from monitor.domain.topics.matcher import compile_catalog
from monitor.ports import CatalogSource, Clock, Matcher
from storage.sql.database import Database
from storage.views.archive import SqlArchive
from storage.views.status import SqlStatus


@dataclass(slots=True, kw_only=True)
class StoredArchive:
    """The reading half of the store. The matcher for explanations is compiled once for each revision."""

    database: Database
    clock: Clock
    catalogs: CatalogSource
    read_page: ReadPage | None = None
    _matchers: dict[str, Matcher] = field(default_factory=dict)

    async def overview(self) -> Overview:
        """Return the state of the daemon."""
        return await SqlStatus(self.database).overview(self.clock.now())

    def newest(self, days: timedelta, limit: int) -> AsyncIterator[Article]:
        """Yield at most `limit` articles of the last days, newest first."""
        return SqlArchive(self.database).newest(self.clock.now() - days, limit)

    async def explain(self, asked: str) -> Explanation:
        """Explain why people were or were not notified of an article."""
        catalog = self.catalogs.current()
        matcher = self._matchers.get(catalog.revision)
        if matcher is None:
            matcher = await asyncio.to_thread(compile_catalog, catalog)
            self._matchers = {catalog.revision: matcher}
        explainer = Explainer(database=self.database, catalog=catalog, matcher=matcher, read_page=self.read_page)
        return await explainer.explain(asked, self.clock.now())
