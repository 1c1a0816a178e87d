"""Triage an article: match it, place it in a story, raise or update alerts.

Everything is recorded in one transaction.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

from monitor.domain.alerts.judge import ArticleJudge
from monitor.domain.alerts.verdict import Verdict
from monitor.domain.articles.article import Article, Stage
from monitor.domain.stories.fingerprint.fingerprint import fingerprint
from monitor.domain.stories.index import StoryIndex
from monitor.domain.stories.values import Fingerprint, ReportText
from monitor.domain.topics.text.normalised import NormalisedText
from monitor.domain.topics.values import Document, Matches
from monitor.ports import ArticleStore, Clock, Matcher, Opinions, Topics

Analyse = Callable[[Article, Matcher], Awaitable[tuple[Matches, Fingerprint]]]


def analyse(article: Article, matcher: Matcher) -> tuple[Matches, Fingerprint]:
    """Match and fingerprint an article; its text is normalised once, for the topics and for the stories."""
    normalised = NormalisedText(article.title, body(article))
    return matcher.match(document(article, normalised)), fingerprint(report(article, normalised))


async def _analyse_here(article: Article, matcher: Matcher) -> tuple[Matches, Fingerprint]:
    return analyse(article, matcher)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """Triages one article against one snapshot of the configuration.

    `analyse` matches and fingerprints an article; a daemon does it off the event loop, since a long text takes tenths
    of a second. `opinions` are what people's verdicts say of a matched article.
    """

    store: ArticleStore
    topics: Topics
    index: StoryIndex
    clock: Clock
    analyse: Analyse = field(default=_analyse_here)
    opinions: Opinions | None = None

    async def due(self, limit: int, skip: Collection[int] = ()) -> Sequence[Article]:
        """Return articles waiting for this step, longest due first, without those in `skip`."""
        return await self.store.due(Stage.TRIAGE, self.clock.now(), limit, skip)

    async def due_keys(self, limit: int, skip: Collection[int] = ()) -> Sequence[int]:
        """Return the ids of the articles `due` would return."""
        return await self.store.due_ids(Stage.TRIAGE, self.clock.now(), limit, skip)

    async def still_due(self, keys: Collection[int]) -> Sequence[Article]:
        """Return those of the articles `keys` that still wait for this step."""
        return await self.store.still_due(Stage.TRIAGE, keys, self.clock.now())

    def key(self, row: Article) -> int:
        """Return the article's id."""
        return row.id

    async def next_in(self) -> None:
        """Return None: the step before triggers this one."""

    async def run(self, row: Article) -> bool:
        """Judge a due article; True when deliveries were written."""
        verdict = await self.judge(row)
        return verdict is not None and bool(verdict.deliveries)

    async def judge(self, article: Article) -> Verdict | None:
        """Decide and write; return None when another worker was first."""
        catalog, matcher = self.topics.current()
        matches, print_ = await self.analyse(article, matcher)
        now = self.clock.now()
        judge = ArticleJudge(
            article=article,
            fingerprint=print_,
            matches=matches,
            catalog=catalog,
            index=self.index,
            now=now,
            opinions=self.opinions.of(document(article), matches) if self.opinions and matches.matches else {},
        )
        return await self.store.place(article, print_, self.index.sequence, judge, catalog.revision, now)


def document(article: Article, normalised: NormalisedText | None = None) -> Document:
    """Return the article as topics see it; without a text, the feed's summary stands in."""
    return Document(
        title=article.title,
        text=body(article),
        language=article.language,
        outlet=article.outlet,
        tags=article.tags,
        normalised=normalised,
    )


def report(article: Article, normalised: NormalisedText | None = None) -> ReportText:
    """Return the article as story recognition reads it."""
    return ReportText(
        title=article.title,
        text=body(article),
        language=article.language,
        outlet=article.outlet,
        credit=article.text.credit if article.text else None,
        published=article.published,
        normalised=normalised,
    )


def body(article: Article) -> str:
    """Return the text matched and quoted: the article's own, else the feed's summary."""
    return article.text.body if article.text and article.text.body else article.summary
