"""Triage an article: match it, place it in a story, raise or update alerts.

Everything is recorded in one transaction.
"""

from dataclasses import dataclass

from monitor.domain.alerts.judge import ArticleJudge
from monitor.domain.alerts.verdict import Verdict
from monitor.domain.articles.article import Article
from monitor.domain.stories.fingerprint.fingerprint import fingerprint
from monitor.domain.stories.index import StoryIndex
from monitor.domain.stories.values import ReportText
from monitor.domain.topics.text.normalised import NormalisedText
from monitor.domain.topics.values import Document
from monitor.ports import ArticleStore, Clock, Topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """Triages one article against one snapshot of the configuration."""

    store: ArticleStore
    topics: Topics
    index: StoryIndex
    clock: Clock

    async def perform(self, article: Article) -> bool:
        """Triage an article; return whether deliveries were written."""
        verdict = await self.judge(article)
        return verdict is not None and bool(verdict.deliveries)

    async def judge(self, article: Article) -> Verdict | None:
        """Decide and write; return None when another worker was first."""
        catalog, matcher = self.topics.current()
        matches = matcher.match(document(article))
        print_ = fingerprint(report(article))
        now = self.clock.now()
        judge = ArticleJudge(
            article=article, fingerprint=print_, matches=matches, catalog=catalog, index=self.index, now=now
        )
        return await self.store.place(article, print_, self.index.sequence, judge, catalog.revision, now)


def document(article: Article) -> Document:
    """Return the article as topics see it; without a text, the feed's summary stands in."""
    return Document(
        title=article.title,
        text=body(article),
        language=article.language,
        outlet=article.outlet,
        tags=article.tags,
        normalised=NormalisedText(article.title, body(article)),
    )


def report(article: Article) -> ReportText:
    """Return the article as story recognition reads it."""
    return ReportText(
        title=article.title,
        text=body(article),
        language=article.language,
        outlet=article.outlet,
        credit=article.text.credit if article.text else None,
        published=article.published,
    )


def body(article: Article) -> str:
    """Return the text matched and quoted: the article's own, else the feed's summary."""
    return article.text.body if article.text and article.text.body else article.summary
