"""Match, extract and replay as the daemon does, without the daemon."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.adapters.text.language import LangidDetector
from monitor.adapters.text.outlets import outlets
from monitor.app.configuration import opened
from monitor.app.readers import Readers, open_readers
from monitor.app.runtime.clock import SystemClock
from monitor.app.runtime.compiled_topics import CompiledTopics
from monitor.app.runtime.story_window import WINDOW
from monitor.app.tools.input_document import InputDocument
from monitor.app.tools.replay import Replay, SetClock
from monitor.domain.articles.article import Method, Text
from monitor.domain.catalog import Catalog
from monitor.domain.failures import Failure
from monitor.domain.stories.index import StoryIndex
from monitor.domain.topics.values import Document, Matches
from monitor.ports import LanguageDetector
from monitor.steps.triage import Triage
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.schema.upgrade import upgrade
from storage.sql.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """One configuration, compiled, and the readers of pages."""

    topics: CompiledTopics
    languages: LanguageDetector
    readers: Readers

    @property
    def catalog(self) -> Catalog:
        """Return the configuration in force."""
        return self.topics.current()[0]

    def match(self, given: InputDocument, only: str | None = None) -> tuple[Document, Matches]:
        """Match a document; return it as matched, and the matches, of one topic where `only` names it."""
        document = Document(
            title=given.title,
            text=given.text,
            language=given.lang or self.languages.detect(f"{given.title}\n{given.text}"),
            outlet=given.outlet or "",
        )
        return document, self.topics.current()[1].match(document, only=only)

    async def extract(self, page: bytes, url: str) -> Text | Failure:
        """Extract the article from a saved page."""
        text = await self.readers.extractor.extract(page, url=url, charset=None)
        return text if isinstance(text, Failure) else self._in_its_language(text)

    def plain_text(self, title: str, body: str) -> Text:
        """Return a text that is no page, with its language."""
        return self._in_its_language(Text(title=title, body=body, language=None, method=Method.GIVEN))

    async def read_page(self, url: str) -> Text | Failure:
        """Fetch an address and extract its article, as the daemon does."""
        page = await self.readers.fetcher.page(url)
        if isinstance(page, Failure):
            return page
        text = await self.readers.extractor.extract(page.body, url=page.url, charset=page.charset)
        return text if isinstance(text, Failure) else self._in_its_language(text)

    def _in_its_language(self, text: Text) -> Text:
        return replace(text, language=self.languages.detect(f"{text.title}\n{text.body}", text.language))

    @asynccontextmanager
    async def replay(self) -> AsyncIterator[Replay]:
        """Open a replay over a store in memory that is dropped afterwards."""
        database = Database.open("sqlite://")
        try:
            await upgrade(database)
            clock, articles = SetClock(), SqlArticleStore(database)
            triage = Triage(store=articles, topics=self.topics, index=StoryIndex(WINDOW), clock=clock)
            yield Replay(
                feeds=SqlFeedStore(database),
                articles=articles,
                triage=triage,
                clock=clock,
                languages=self.languages,
                outlet_of=outlets().outlet,
            )
        finally:
            await database.close()


@asynccontextmanager
async def open_workbench(config: Path | None) -> AsyncIterator[Workbench]:
    """Open the configuration and the page readers. Raises ConfigurationInvalid."""
    source, _ = opened(config)
    async with open_readers(source.settings, SystemClock()) as readers:
        yield Workbench(topics=CompiledTopics(source, source.matcher), languages=LangidDetector(), readers=readers)
