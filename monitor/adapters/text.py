"""Pages to article text: the extractor as the steps see it. The work is done in `page_reading`, in a worker."""

from dataclasses import dataclass
from datetime import datetime

from monitor.adapters.workers import Workers
from monitor.domain.articles import Text
from monitor.domain.failures import Failure
from monitor.ports import Clock

PRELOAD = "monitor.adapters.page_reading"
"""What a worker that reads pages should have imported before it starts; it keeps trafilatura out of this process."""
PATIENCE = 15.0
"""Seconds a page may take at most."""


@dataclass(frozen=True, slots=True)
class PooledExtractor:
    """An `Extractor` that works in the killable processes of `workers`."""

    workers: Workers
    clock: Clock

    async def extract(self, body: bytes, *, url: str, charset: str | None) -> Text | Failure:
        """The article on the page, or why there is none. Never raises."""
        return await self.workers.run(self.workers.pages, PATIENCE, _read, body, url, charset, self.clock.now())


def _read(body: bytes, url: str, charset: str | None, now: datetime) -> Text | Failure:
    # Imported here so that trafilatura and its libraries live in the workers only.
    from monitor.adapters.page_reading import read_page

    return read_page(body, url, charset, now)
