"""Judge archived articles again under one configuration, in the order of arrival.

The stories are those that the daemon found: which story an article belongs to does not depend on the topics. So only
matching and the decision about alerts are repeated, by the very code of the daemon (`ArticleJudge`).
"""

from dataclasses import dataclass, field, replace

from monitor.app.runtime.story_window import WINDOW
from monitor.domain.alerts.alert import Alert, AlertChange, AlertKind
from monitor.domain.alerts.judge import ArticleJudge
from monitor.domain.alerts.verdict import StoryFacts
from monitor.domain.articles.archived import ArchivedArticle
from monitor.domain.catalog import Catalog
from monitor.domain.stories.index import StoryIndex
from monitor.domain.stories.values import Fingerprint, Placement, SourceText
from monitor.domain.topics.values import Matches

_NO_FINGERPRINT = Fingerprint(version=0, content=b"")


@dataclass(slots=True)
class StorySources:
    """The reports of one story so far, by text and origin, as `storage` counts them for the daemon."""

    sources: dict[tuple[int, str], SourceText] = field(default_factory=dict)

    def add(self, archived: ArchivedArticle) -> SourceText:
        """Add a report and return its own voice."""
        article = archived.article
        own = SourceText(
            text=archived.copy_of or article.id,
            origin=archived.origin,
            first=article.first_seen,
            last=article.first_seen,
        )
        known = self.sources.get((own.text, own.origin))
        self.sources[own.text, own.origin] = replace(known, last=own.last) if known else own
        return own


@dataclass(slots=True)
class _StoryState:
    """What one configuration made of one story so far."""

    matched: set[str] = field(default_factory=set)
    alerts: dict[str, Alert] = field(default_factory=dict)


class JudgedAgain:
    """The alerts of one configuration over the archive."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._stories: dict[int, _StoryState] = {}
        self._index = StoryIndex(WINDOW)

    def judge(
        self, archived: ArchivedArticle, own: SourceText, others: tuple[SourceText, ...], matches: Matches
    ) -> tuple[AlertChange, ...]:
        """Return the new alerts that the article raises; later updates of an alert are not listed."""
        if not matches.matches:
            return ()
        article, story_id = archived.article, archived.story_id
        state = self._stories.setdefault(story_id, _StoryState())
        facts = StoryFacts(
            id=story_id,
            own=own,
            others=others,
            reported_topics=frozenset(state.matched),
            alerts=tuple(state.alerts.values()),
        )
        judge = ArticleJudge(
            article=replace(article, story_id=None),
            fingerprint=_NO_FINGERPRINT,
            matches=matches,
            catalog=self._catalog,
            index=self._index,
            now=article.first_seen,
        )
        verdict = judge.judge(facts, Placement(story_id=story_id, copy_of=archived.copy_of))
        state.matched.update(match.topic for match in matches.matches)
        new = tuple(change for change in verdict.alerts if change.kind is AlertKind.NEW)
        for change in new:
            state.alerts[change.topic] = Alert(
                id=0,
                story_id=story_id,
                topic=change.topic,
                watchlist=change.watchlist,
                severity=change.severity,
                score=change.score,
                article_id=article.id,
                raised_at=article.first_seen,
                updated_at=article.first_seen,
            )
        return new
