"""Articles: extracting, storing and reading them."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.domain.alerts.verdict import Judge, Verdict
from monitor.domain.articles.article import Article, Stage, Text
from monitor.domain.failures import Failure
from monitor.domain.ledger import Note
from monitor.domain.status.article_history import Account
from monitor.domain.status.overview import Overview
from monitor.domain.stories.values import Fingerprint, Placed


class Extractor(Protocol):
    """A page to its article text, off the event loop, under time and memory limits."""

    async def extract(self, body: bytes, *, url: str, charset: str | None) -> Text | Failure:
        """The article on the page, or why there is none. Never raises."""
        ...


class LanguageDetector(Protocol):
    """Which language a text is written in."""

    def detect(self, text: str, hint: str | None = None) -> str | None:
        """An ISO 639-1 code, or None when the text is too short to tell; `hint` is what the feed claims."""
        ...


class ArticleStore(Protocol):
    """What extract and triage read and write."""

    async def due(self, stage: Stage, now: datetime, limit: int, skip: Collection[int]) -> Sequence[Article]:
        """Articles waiting in `stage`, oldest first, without those in `skip`."""
        ...

    async def due_ids(self, stage: Stage, now: datetime, limit: int, skip: Collection[int]) -> Sequence[int]:
        """The ids of what `due` would find, for whoever shares work out."""
        ...

    async def still_due(self, stage: Stage, ids: Collection[int], now: datetime) -> Sequence[Article]:
        """Those of the articles `ids` that wait in `stage`, longest due first."""
        ...

    async def record_text(self, seen: Article, text: Text, notes: Sequence[Note], now: datetime) -> bool:
        """Keep the text and pass the article on to triage; False when `seen` is no longer the row's state."""
        ...

    async def postpone(self, seen: Article, due: datetime, notes: Sequence[Note], now: datetime) -> bool:
        """Try again at `due`, counting the attempt; False when `seen` is no longer the row's state."""
        ...

    async def settle(self, seen: Article, notes: Sequence[Note], now: datetime) -> bool:
        """Leave the article as it is, done with; False when `seen` is no longer the row's state."""
        ...

    async def window(self, since: datetime, after: int = 0, limit: int | None = None) -> Sequence[Placed]:
        """What was placed since, in the order of placing: what the story index is rebuilt from.

        To read it in parts, pass the last part's highest sequence as `after` and a `limit`.
        """
        ...

    async def place(
        self, seen: Article, fingerprint: Fingerprint, after: int, judge: Judge, revision: str, now: datetime
    ) -> Verdict | None:
        """Place and judge an article under the stories lock and write the verdict, outbox included.

        `after` is the highest sequence the judge's index has learnt; `revision` the catalog it judges by.
        None when `seen` is no longer the row's state.
        """
        ...


class Archive(Protocol):
    """What was read."""

    async def overview(self) -> Overview:
        """How the work stands."""
        ...

    async def account(self, name: str) -> Account | None:
        """All about one article."""
        ...

    def since(self, days: timedelta) -> AsyncIterator[Article]:
        """The articles of the last days, oldest first."""
        ...
