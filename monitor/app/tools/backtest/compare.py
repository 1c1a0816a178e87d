"""Compare the alerts of two configurations over the archive."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context

from monitor.app.tools.backtest.judge_again import JudgedAgain, StorySources
from monitor.config.changes import changed_topics
from monitor.domain.alerts.alert import AlertChange
from monitor.domain.articles.archived import ArchivedArticle
from monitor.domain.articles.article import Article
from monitor.domain.catalog import Catalog
from monitor.domain.topics.matcher import CatalogMatcher, compile_catalog
from monitor.domain.topics.values import Document, Matches
from monitor.steps.triage import document
from storage.views.archive import SqlArchive

BEHIND_THE_DAEMON = 10
"""Niceness of the worker processes: a daemon at work on the same machine goes first."""
MATCHED_TOGETHER = 50
"""Documents sent to a worker process at once: enough to make the way there cheap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDifference:
    """An alert that only one of the two configurations raises. Scores are None for a topic that one side lacks."""

    topic: str
    gained: bool
    article: int
    title: str
    url: str | None
    published: datetime
    outlet: str
    score_before: float | None
    score_after: float | None
    reason: str


@dataclass(slots=True)
class TopicEffect:
    """The alerts of one topic: before, after, and those that differ."""

    before: int = 0
    after: int = 0
    gained: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Everything a backtest found. `without_text` articles were matched by the words of their feed alone.

    `first_seen` is when the oldest article since the start was seen; None without articles.
    """

    since: datetime
    first_seen: datetime | None
    articles: int
    without_text: int
    topics: Mapping[str, TopicEffect]
    differences: tuple[AlertDifference, ...]


@dataclass(slots=True)
class _Raised:
    """The alert of a topic in a story on one side: the article that raised it, and when."""

    article: int
    at: datetime


class _Side:
    """One configuration: its topics under test, compiled, and its alerts so far."""

    def __init__(self, catalog: Catalog, topics: frozenset[str]) -> None:
        self.catalog = catalog.only(topics)
        self.judged = JudgedAgain(self.catalog)
        self.raised: dict[tuple[str, int], _Raised] = {}

    def take(self, archived: ArchivedArticle, changes: Sequence[AlertChange]) -> None:
        for change in changes:
            self.raised[change.topic, archived.story_id] = _Raised(archived.article.id, archived.article.first_seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """A comparison of two catalogs. `topic` limits it to one topic, changed or not."""

    archive: SqlArchive
    before: Catalog
    after: Catalog
    topic: str | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the keys of the topics to match again: the one asked for, else those whose meaning differs."""
        return (self.topic,) if self.topic else changed_topics(self.before, self.after)

    async def run(self, since: datetime, warm_up: datetime, progress: Callable[[int], None] = lambda _: None) -> Effect:
        """Match and judge the articles since `warm_up`, and count the alerts raised at `since` or later.

        The days between the two only tell which stories had an alert already. `progress` is called with the number of
        articles done since the last call.
        """
        topics = frozenset(self.topics)
        before, after = _Side(self.before, topics), _Side(self.after, topics)
        run = _Run(before, after, since)
        if topics:
            loop = asyncio.get_running_loop()
            with ProcessPoolExecutor(
                2, get_context("forkserver"), initializer=_compile, initargs=(before.catalog, after.catalog)
            ) as workers:
                async for part in self.archive.triaged(warm_up):
                    documents = [document(archived.article) for archived in part]
                    batches = [
                        documents[at : at + MATCHED_TOGETHER] for at in range(0, len(documents), MATCHED_TOGETHER)
                    ]
                    found = await asyncio.gather(*(loop.run_in_executor(workers, _match, batch) for batch in batches))
                    run.judge(part, [pair for batch in found for pair in batch])
                    progress(len(part))
        differences = [difference async for difference in self._explained(before, after, run.differing())]
        return Effect(
            since=since,
            first_seen=run.first_seen,
            articles=run.articles,
            without_text=run.without_text,
            topics=run.counts(self.topics, differences),
            differences=tuple(differences),
        )

    async def _explained(
        self, before: _Side, after: _Side, differing: Sequence[tuple[str, int, bool]]
    ) -> AsyncIterator[AlertDifference]:
        """Read the differing articles again and say what each side scored and which clause decided."""
        if not differing:
            return
        was, now = compile_catalog(before.catalog), compile_catalog(after.catalog)
        for topic, article_id, gained in differing:
            article = await self.archive.article(article_id)
            if article is None:  # deleted by retention while the backtest ran
                continue
            old, new = (_verdict(engine, article, topic) for engine in (was, now))
            yield AlertDifference(
                topic=topic,
                gained=gained,
                article=article.id,
                title=article.title,
                url=article.url,
                published=article.published or article.first_seen,
                outlet=article.outlet,
                score_before=old[0],
                score_after=new[0],
                reason=new[1] if topic in now.topics else "the topic is not in the edited configuration",
            )


@dataclass(slots=True)
class _Run:
    before: _Side
    after: _Side
    since: datetime
    sources: dict[int, StorySources] = field(default_factory=dict)
    articles: int = 0
    without_text: int = 0
    first_seen: datetime | None = None

    def judge(self, part: Sequence[ArchivedArticle], found: Sequence[tuple[Matches, Matches]]) -> None:
        """Judge a part of the archive on both sides."""
        for archived, (was, now) in zip(part, found, strict=True):
            if archived.article.first_seen >= self.since:
                self.articles += 1
                self.first_seen = self.first_seen or archived.article.first_seen
                self.without_text += not archived.has_text
            story = self.sources.setdefault(archived.story_id, StorySources())
            others = tuple(story.sources.values()) if was.matches or now.matches else ()
            own = story.add(archived)
            for side, matches in ((self.before, was), (self.after, now)):
                side.take(archived, side.judged.judge(archived, own, others, matches))

    def differing(self) -> list[tuple[str, int, bool]]:
        """Return (topic, article id, gained) of alerts that one side alone raises since the start, by arrival."""
        lost = ((key[0], raised, False) for key, raised in self.before.raised.items() if key not in self.after.raised)
        gained = ((key[0], raised, True) for key, raised in self.after.raised.items() if key not in self.before.raised)
        found = [(topic, raised.article, new) for topic, raised, new in (*lost, *gained) if raised.at >= self.since]
        return sorted(found, key=lambda entry: (entry[1], entry[0]))

    def counts(self, topics: Sequence[str], differences: Sequence[AlertDifference]) -> dict[str, TopicEffect]:
        """Count the alerts of each topic since the start."""
        counted = {topic: TopicEffect() for topic in topics}
        for (topic, _), raised in self.before.raised.items():
            counted[topic].before += raised.at >= self.since
        for (topic, _), raised in self.after.raised.items():
            counted[topic].after += raised.at >= self.since
        for difference in differences:
            counted[difference.topic].gained += difference.gained
            counted[difference.topic].lost += not difference.gained
        return counted


def _verdict(engine: CatalogMatcher, article: Article, topic: str) -> tuple[float | None, str]:
    """Return the score of one topic, None where the topic is missing, and why it is so."""
    if topic not in engine.topics:
        return None, ""
    found = engine.match(document(article), only=topic)
    if found.matches:
        match = found.matches[0]
        return match.score, f"matches: {', '.join(match.parts)}"
    near = found.near[0]
    return near.score, f"misses: {near.missing}"


_engines: list[CatalogMatcher] = []
"""The two matchers of a worker process, set when the process starts."""


def _compile(before: Catalog, after: Catalog) -> None:
    os.nice(BEHIND_THE_DAEMON)
    _engines[:] = [compile_catalog(before), compile_catalog(after)]


def _match(documents: Sequence[Document]) -> list[tuple[Matches, Matches]]:
    before, after = _engines
    return [(before.match(one), after.match(one)) for one in documents]
