"""Search the archive by words, or by a query in the topic language."""

import time
from collections.abc import Callable
from functools import partial

from monitor.domain.articles.article import Article
from monitor.domain.articles.searchable import SearchRefused, parse_search
from monitor.domain.catalog import Catalog, Severity, Topic, Watchlist
from monitor.domain.status.search_view import SearchFilter, SearchHit, SearchPage
from monitor.domain.topics.matcher import compile_all
from monitor.domain.topics.values import Field, Match
from monitor.steps.triage import body, document
from storage.sql.database import Database
from storage.views.search import newest_articles, search_archive, snippet_around, stretches

FOUND = 30
"""Articles of one page."""

READ_TOGETHER = 200
READ_FOR = 0.5
"""Seconds for which one page of a search by query goes on reading; the next page goes on where it stopped."""

TOPIC = "search"


def search_words_of(database: Database, text: str, wanted: SearchFilter, limit: int = FOUND) -> SearchPage:
    """Return articles with these words, newest first. Raises SearchRefused."""
    terms = parse_search(text)
    return database.read_now(lambda connection: search_archive(connection, terms, wanted, limit))


def search_query(
    database: Database,
    catalog: Catalog,
    query: str,
    wanted: SearchFilter,
    limit: int = FOUND,
    *,
    clock: Callable[[], float] = time.monotonic,
    read_for: float = READ_FOR,
) -> SearchPage:
    """Return articles that a query in the topic language matches, newest first. Raises SearchRefused."""
    compiled = compile_all(with_query(catalog, query))
    errors = [problem.message for problem in compiled.problems if not problem.warning]
    if errors:
        raise SearchRefused(" ".join(errors))
    matcher, started = compiled.matcher(compiled.catalog), clock()
    found: list[SearchHit] = []
    read, last = 0, wanted.before
    while clock() - started < read_for:
        asked = SearchFilter(
            since=wanted.since, topic=wanted.topic, outlet=wanted.outlet, language=wanted.language, before=last
        )
        part = database.read_now(partial(newest_articles, wanted=asked, limit=READ_TOGETHER))
        for article in part:
            read, last = read + 1, article.id
            found += [_hit(article, match) for match in matcher.match(document(article)).matches]
            if len(found) == limit:
                return SearchPage(hits=tuple(found), next=last, read=read)
        if len(part) < READ_TOGETHER:
            return SearchPage(hits=tuple(found), read=read)
    return SearchPage(hits=tuple(found), next=last, read=read)


def with_query(catalog: Catalog, query: str) -> Catalog:
    """Return a catalog of that query alone, which may use every vocabulary there is."""
    vocabularies = {v.name: v for watchlist in catalog.watchlists for v in watchlist.vocabularies}
    topic = Topic(key=TOPIC, watchlist=TOPIC, title=TOPIC, query=query, severity=Severity.LOW)
    watchlist = Watchlist(name=TOPIC, file="", vocabularies=tuple(vocabularies.values()), topics=(topic,))
    return Catalog(revision=TOPIC, watchlists=(watchlist,))


def _hit(article: Article, match: Match) -> SearchHit:
    spans: dict[Field, list[tuple[int, int]]] = {field: [] for field in Field}
    for hit in sorted(match.hits, key=lambda hit: hit.start):
        if not spans[hit.field] or hit.start >= spans[hit.field][-1][1]:
            spans[hit.field].append((hit.start, hit.end))
    return SearchHit(
        article_id=article.id,
        story_id=article.story_id,
        title=tuple(stretches(article.title, spans[Field.TITLE])),
        snippet=snippet_around(body(article), spans[Field.TEXT]),
        url=article.url,
        outlet=article.outlet,
        at=article.published or article.first_seen,
        language=article.language,
        score=match.score,
        hits=match.hits,
    )
