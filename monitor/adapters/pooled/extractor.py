"""Extract article text in worker processes, as the steps see it."""

import hashlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from monitor.adapters.pooled.tasks import extract_page
from monitor.adapters.workers.pool import Workers
from monitor.domain.articles.article import Text
from monitor.domain.articles.front_page import share_of_words
from monitor.domain.failures import Failure, Reason
from monitor.ports import Clock

PATIENCE = 15.0
"""Seconds a page may take at most."""
REMEMBERED = 5_000
"""Texts whose address is remembered, so that the same page at two addresses is noticed."""
_ITS_OWN = 0.5
"""The share of the feed's title that a page of the article has at least."""


@dataclass(frozen=True, slots=True)
class PooledExtractor:
    """Implement `Extractor` in the killable processes of `workers`."""

    workers: Workers
    clock: Clock
    patience: float = PATIENCE
    _addresses: dict[bytes, str] = field(default_factory=dict)

    async def extract(self, body: bytes, *, url: str, charset: str | None, title: str = "") -> Text | Failure:
        """Return the article on the page, or why there is none. Never raises."""
        text = await self.workers.run(
            self.workers.pages, self.patience, extract_page, body, url, charset, self.clock.now(), title
        )
        if isinstance(text, Text) and self._is_elsewhere(text, url):
            if share_of_words(title, f"{text.title}\n{text.body}") >= _ITS_OWN:
                return text
            return Failure(reason=Reason.NOT_A_PAGE, detail="the same page as at another address", permanent=True)
        return text

    def _is_elsewhere(self, text: Text, url: str) -> bool:
        """Tell whether the site gave this very text at another address; remember this one."""
        key = hashlib.blake2b(f"{urlsplit(url).netloc}\n{text.body}".encode(), digest_size=16).digest()
        before = self._addresses.pop(key, url)
        self._addresses[key] = url
        while len(self._addresses) > REMEMBERED:
            del self._addresses[next(iter(self._addresses))]
        return before != url
