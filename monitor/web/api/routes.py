"""The routes of the JSON API."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from monitor.app.tools.views import Views
from monitor.app.tools.why import as_pairs
from monitor.domain.articles.searchable import SearchRefused
from monitor.domain.catalog import Catalog, Topic
from monitor.domain.status.article_history import ArticleHistory
from monitor.domain.status.search_view import SearchFilter
from monitor.domain.status.source_view import TopicYield
from monitor.domain.status.story_view import StoryFilter
from monitor.domain.strings.marked import plain
from monitor.steps.triage import body
from monitor.web.api import models
from monitor.web.cursors import read_cursor, write_cursor

Id = Annotated[int, Path(ge=1, lt=2**62)]
Limit = Annotated[int, Query(ge=1, le=100)]
Days = Annotated[int, Query(ge=1, le=3650, description="How many days back")]
Key = Annotated[str, Query(max_length=200)]
Asked = Annotated[str, Query(min_length=1, max_length=5000)]
Cursor = Annotated[str, Query(max_length=200, description="`next` of the page before")]

_NOT_FOUND: dict[int | str, dict[str, object]] = {404: {"model": models.Refusal}}
_OPEN: dict[int | str, dict[str, object]] = {
    401: {"model": models.Refusal},
    403: {"model": models.Refusal},
    422: {"model": models.Refusal},
    503: {"model": models.Refusal},
}


def router(views: Views) -> APIRouter:
    """Return the routes under `/api/v1`."""
    api = APIRouter(prefix="/api/v1", responses=_OPEN)
    _add_stories(api, views)
    _add_articles(api, views)
    _add_configured(api, views)
    return api


def _add_stories(api: APIRouter, views: Views) -> None:

    @api.get("/stories", tags=["stories"])
    def stories(
        topic: Key = "",
        severity: Key = "",
        state: Key = "",
        receiver: Key = "",
        outlet: Key = "",
        language: Key = "",
        days: Days = 7,
        cursor: Cursor = "",
        limit: Limit = 30,
    ) -> models.StoryList:
        """List stories that alerted, latest change first."""
        found = views.stories(
            StoryFilter(
                topic=topic,
                severity=severity,
                state=state,
                receiver=receiver,
                outlet=outlet,
                language=language,
                since=views.now() - timedelta(days=days),
                before=read_cursor(cursor),
            ),
            limit,
        )
        return models.StoryList(
            items=[models.StoryItem.of(card) for card in found.cards], next=write_cursor(found.next)
        )

    @api.get("/stories/{story_id}", tags=["stories"], responses=_NOT_FOUND)
    def story(story_id: Id) -> models.StoryWhole:
        """Return one story with its reports and messages."""
        view = views.story(story_id)
        if view is None:
            raise HTTPException(404, "There is no story of that number.")
        return models.StoryWhole(
            **models.StoryItem.of(view.card).model_dump(),
            first_seen=view.first_seen,
            last_seen=view.last_seen,
            members=[models.ReportItem.of(report) for report in view.reports],
            deliveries=[
                models.DeliveryItem(
                    id=one.id,
                    receiver=one.via or one.receiver,
                    kind=one.kind.value,
                    state=one.state.value,
                    due=one.due,
                    sent_at=one.sent_at,
                    failure=one.failure,
                )
                for one in view.messages
            ],
        )

    @api.get("/alerts", tags=["alerts"])
    def alerts(
        topic: Key = "", severity: Key = "", days: Days = 7, cursor: Cursor = "", limit: Limit = 50
    ) -> models.AlertList:
        """List alerts, latest raised first."""
        since = views.now() - timedelta(days=days)
        try:
            found, following = views.alerts(topic, severity, since, read_cursor(cursor), limit)
        except ValueError:
            raise HTTPException(422, "severity: one of low, medium, high, critical") from None
        return models.AlertList(items=[models.AlertItem.of(one) for one in found], next=write_cursor(following))


def _add_articles(api: APIRouter, views: Views) -> None:
    @api.get("/articles/{article_id}", tags=["articles"], responses=_NOT_FOUND)
    def article(article_id: Id) -> models.ArticleWhole:
        """Return one article with its text, what topics made of it, and its ledger."""
        history = views.article(article_id)
        if history is None:
            raise HTTPException(404, "There is no article of that number.")
        return _article(history)

    @api.get("/search", tags=["articles"])
    def search(
        q: Asked,
        query: Annotated[bool, Query(description="Read `q` in the topic language")] = False,
        topic: Key = "",
        outlet: Key = "",
        language: Key = "",
        days: Annotated[int | None, Query(ge=1, le=3650)] = None,
        cursor: Annotated[int | None, Query(ge=0, lt=2**62)] = None,
    ) -> models.FoundList:
        """List articles of the archive with these words, newest first."""
        wanted = SearchFilter(
            since=None if days is None else views.now() - timedelta(days=days),
            topic=topic,
            outlet=outlet,
            language=language,
            before=cursor,
        )
        try:
            found = views.search_query(q, wanted) if query else views.search(q, wanted)
        except SearchRefused as refused:
            raise HTTPException(422, str(refused)) from None
        following = None if found.next is None else str(found.next)
        return models.FoundList(items=[models.FoundItem.of(hit) for hit in found.hits], next=following)

    @api.get("/why", tags=["articles"])
    async def why(url: Asked) -> models.WhyAnswer:
        """Explain why an article did or did not alert; `url` is its address, its number, or words of its title."""
        return models.WhyAnswer.model_validate(as_pairs(await views.explain(url)))


def _add_configured(api: APIRouter, views: Views) -> None:
    @api.get("/topics", tags=["topics"])
    def topics() -> models.TopicList:
        """List all topics with the counts of the last fortnight."""
        catalog = views.catalog()
        counts = views.topic_counts([topic.key for topic in catalog.topics])
        return models.TopicList(items=[_topic(catalog, topic, counts[topic.key]) for topic in catalog.topics])

    @api.get("/topics/{key}", tags=["topics"], responses=_NOT_FOUND)
    def topic(key: str) -> models.TopicWhole:
        """Return one topic with its days, latest matches and near misses."""
        catalog = views.catalog()
        found = catalog.topic(key)
        if found is None:
            raise HTTPException(404, "There is no topic of that key.")
        view = views.topic(key)
        return models.TopicWhole(
            **_topic(catalog, found, view.counts).model_dump(),
            days=[models.TopicDay(day=day, matches=matched, alerts=raised) for day, matched, raised in view.days],
            latest=[models.TopicArticleItem.of(one) for one in view.matched],
            near_misses=[models.TopicArticleItem.of(one) for one in view.near],
        )

    @api.get("/sources", tags=["sources"])
    def sources() -> models.SourceList:
        """List all configured sources, those in trouble first."""
        configured = [source for source in views.sources() if source.configured]
        return models.SourceList(items=[models.SourceItem.of(source) for source in configured])


def _article(history: ArticleHistory) -> models.ArticleWhole:
    article = history.article
    matched = [
        models.MatchItem(
            topic=one.topic,
            matched=True,
            score=one.score,
            parts=list(one.parts),
            hits=list(map(models.HitItem.of, one.hits)),
        )
        for one in history.matches.matches
    ]
    near = [
        models.MatchItem(
            topic=one.topic,
            matched=False,
            score=one.score,
            threshold=one.threshold,
            missing=one.missing,
            hits=list(map(models.HitItem.of, one.hits)),
        )
        for one in history.matches.near
    ]
    return models.ArticleWhole(
        id=article.id,
        title=article.title,
        text=body(article),
        url=article.url,
        outlet=article.outlet,
        language=article.language,
        published=article.published,
        first_seen=article.first_seen,
        story=article.story_id,
        copy_of=history.copy_of,
        method=article.text.method.value if article.text else None,
        doubts=list(article.text.doubts) if article.text else [],
        changes=[plain(line) for line in article.text.changes] if article.text else [],
        matches=[*matched, *near],
        ledger=[models.LedgerItem(at=line.at, step=line.note.step, text=line.note.text) for line in history.lines],
    )


def _topic(catalog: Catalog, topic: Topic, counts: TopicYield) -> models.TopicSummary:
    watchlist = next((one for one in catalog.watchlists if one.name == topic.watchlist), None)
    return models.TopicSummary(
        key=topic.key,
        title=topic.title,
        severity=topic.severity.word,
        watchlist=topic.watchlist,
        query=topic.query,
        threshold=topic.threshold,
        receivers=list(topic.receivers or (watchlist.receivers if watchlist else ())),
        **models.topic_fields(counts),
    )
