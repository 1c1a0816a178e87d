"""Extract article text in worker processes, as the steps see it."""

from dataclasses import dataclass

from monitor.adapters.pooled.tasks import extract_page
from monitor.adapters.workers.pool import Workers
from monitor.domain.articles.article import Text
from monitor.domain.failures import Failure
from monitor.ports import Clock

PATIENCE = 15.0
"""Seconds a page may take at most."""


@dataclass(frozen=True, slots=True)
class PooledExtractor:
    """Implement `Extractor` in the killable processes of `workers`."""

    workers: Workers
    clock: Clock
    patience: float = PATIENCE

    async def extract(self, body: bytes, *, url: str, charset: str | None) -> Text | Failure:
        """Return the article on the page, or why there is none. Never raises."""
        return await self.workers.run(
            self.workers.pages, self.patience, extract_page, body, url, charset, self.clock.now()
        )
