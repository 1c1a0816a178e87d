"""Define the ports that extract, store and read articles."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.domain.alerts.verdict import Judge, Verdict
from monitor.domain.articles.article import Article, Stage, Text
from monitor.domain.failures import Failure
from monitor.domain.ledger import Note
from monitor.domain.status.explanation import Explanation
from monitor.domain.status.overview import Overview
from monitor.domain.stories.values import Fingerprint, Placed


class Extractor(Protocol):
    """Extract article text from pages, off the event loop, within limits."""

    async def extract(self, body: bytes, *, url: str, charset: str | None, title: str = "") -> Text | Failure:
        """Return the article on the page, or why there is none. Never raises.

        `title` is what the feed calls the article.
        """
        ...


class LanguageDetector(Protocol):
    """Detect which language a text is written in."""

    def detect(self, text: str, hint: str | None = None) -> str | None:
        """Return an ISO 639-1 code, or None when the text is too short to tell.

        `hint` is what the feed claims.
        """
        ...


class ArticleStore(Protocol):
    """Read and write what extract and triage need."""

    async def due(self, stage: Stage, now: datetime, limit: int, skip: Collection[int]) -> Sequence[Article]:
        """Return articles waiting in `stage`, oldest first, without those in `skip`."""
        ...

    async def due_ids(self, stage: Stage, now: datetime, limit: int, skip: Collection[int]) -> Sequence[int]:
        """Return the ids of what `due` would find."""
        ...

    async def still_due(self, stage: Stage, ids: Collection[int], now: datetime) -> Sequence[Article]:
        """Return those of the articles `ids` that wait in `stage`, longest due first."""
        ...

    async def record_text(self, seen: Article, text: Text, notes: Sequence[Note], now: datetime) -> bool:
        """Keep the text and pass the article on to triage.

        Returns False when `seen` is no longer the row's state.
        """
        ...

    async def postpone(self, seen: Article, due: datetime, notes: Sequence[Note], now: datetime) -> bool:
        """Try again at `due`, counting the attempt.

        Returns False when `seen` is no longer the row's state.
        """
        ...

    async def settle(self, seen: Article, notes: Sequence[Note], now: datetime) -> bool:
        """Leave the article as it is, done with.

        Returns False when `seen` is no longer the row's state.
        """
        ...

    async def window(self, since: datetime, after: int = 0, limit: int | None = None) -> Sequence[Placed]:
        """Return what was placed since, in that order, to rebuild the story index.

        To read it in parts, pass the last part's highest sequence as `after` and a `limit`.
        """
        ...

    async def place(
        self, seen: Article, fingerprint: Fingerprint, after: int, judge: Judge, revision: str, now: datetime
    ) -> Verdict | None:
        """Place and judge an article under the stories lock; write verdict and outbox.

        `after` is the highest sequence the judge's index has learnt; `revision` the catalog it judges by.
        None when `seen` is no longer the row's state.
        """
        ...


class Archive(Protocol):
    """Read the articles that were kept."""

    async def overview(self) -> Overview:
        """Count articles, feeds and deliveries."""
        ...

    def newest(self, days: timedelta, limit: int) -> AsyncIterator[Article]:
        """Return at most `limit` articles of the last days, newest first."""
        ...

    async def explain(self, asked: str) -> Explanation:
        """Explain why people were or were not notified of an article, given its number, address or words."""
        ...
