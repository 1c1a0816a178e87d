"""Replay documents in order through the daemon's own triage, in a throwaway store.

The clock is set by `published`.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice

from monitor.app.runtime.story_window import WINDOW
from monitor.app.tools.input_document import InputDocument
from monitor.domain.alerts.alert import AlertChange
from monitor.domain.alerts.verdict import Verdict
from monitor.domain.articles.article import Article, Entry, Method, NewArticle, Stage, Text
from monitor.domain.catalog import Feed
from monitor.domain.feeds.feed import FeedState
from monitor.domain.feeds.polled import Polled
from monitor.domain.topics.values import Document
from monitor.ports import ArticleStore, FeedStore, LanguageDetector
from monitor.steps.triage import Triage, document

_FEED = Feed(key="replay", url="http://replay.invalid/")
_BATCH = 200
"""Documents stored in one transaction: enough to make its cost small, few enough to stream."""

_FORGET_EVERY = timedelta(hours=1)
"""As often as the daemon's job "forget": the index drops what has left the window of stories."""

_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class SetClock:
    """A clock that stands where it was last set; before any document says when it was published, in 2000."""

    at: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time set last."""
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The outcome for one document.

    `story` is equal for documents of one story, `copy_of` the id of a document.
    """

    id: str
    document: Document
    verdict: Verdict
    story: int
    copy_of: str | None

    @property
    def alerts(self) -> tuple[AlertChange, ...]:
        """Return the alerts raised or changed."""
        return self.verdict.alerts


class Replay:
    """One run over one list of documents. `outlet_of` names the outlet of an address."""

    def __init__(
        self,
        *,
        feeds: FeedStore,
        articles: ArticleStore,
        triage: Triage,
        clock: SetClock,
        languages: LanguageDetector,
        outlet_of: Callable[[str], str],
    ) -> None:
        self._feeds, self._articles, self._triage = feeds, articles, triage
        self._clock, self._languages, self._outlet_of = clock, languages, outlet_of
        self._ids: dict[int, str] = {}
        self._batches = 0
        self._forgotten_at: datetime | None = None

    async def run(self, documents: Iterable[InputDocument]) -> AsyncIterator[Replayed]:
        """Replay the documents in the order given; yield each outcome."""
        await self._feeds.sync([_FEED], self._clock.now())
        waiting = iter(documents)
        while batch := list(islice(waiting, _BATCH)):
            await self._store(batch)
            rows = await self._articles.due(Stage.TRIAGE, _FOREVER, len(batch), ())
            for given, row in zip(batch, sorted(rows, key=lambda row: row.id), strict=True):
                yield await self._judge(given, row)

    async def _store(self, batch: list[InputDocument]) -> None:
        """Store a row for each document, under an identity of its own.

        Here even the same address is another text.
        """
        articles = []
        for number, given in enumerate(batch, self._batches * _BATCH):
            if given.published is not None:
                self._clock.at = given.published
            entry = Entry(
                guid=given.id, url=given.url, title=given.title, summary=given.text, published=given.published
            )
            articles.append(
                NewArticle(
                    identities=(sha256(f"{number}".encode()).digest(),),
                    entry=entry,
                    outlet=given.outlet or (self._outlet_of(given.url) if given.url else ""),
                    feed_key=_FEED.key,
                    first_seen=self._clock.now(),
                    stage=Stage.TRIAGE,
                )
            )
        state = FeedState(due=_FOREVER, polls=self._batches + 1)
        polled = Polled(feed_key=_FEED.key, seen_polls=self._batches, state=state, articles=tuple(articles))
        written = await self._feeds.record(polled)
        assert written == len(batch)
        self._batches += 1

    async def _judge(self, given: InputDocument, row: Article) -> Replayed:
        language = given.lang or self._languages.detect(f"{given.title}\n{given.text}")
        text = Text(title=given.title, body=given.text, method=Method.GIVEN, language=language)
        article = replace(row, title=given.title, text=text, language=language)
        self._clock.at = article.first_seen
        # articles that have left the window leave the index, once an hour of replayed time
        if self._forgotten_at is None or article.first_seen - self._forgotten_at >= _FORGET_EVERY:
            self._triage.index.forget(article.first_seen - WINDOW)
            self._forgotten_at = article.first_seen
        self._ids[article.id] = given.id
        verdict = await self._triage.judge(article)
        assert verdict is not None
        assert verdict.placement.story_id is not None
        copy_of = verdict.placement.copy_of
        return Replayed(
            id=given.id,
            document=document(article),
            verdict=verdict,
            story=verdict.placement.story_id,
            copy_of=self._ids[copy_of] if copy_of is not None else None,
        )
