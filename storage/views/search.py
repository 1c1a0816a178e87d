"""Full-text search of the archive, newest first, with snippets."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, select

from monitor.domain.articles.article import Article
from monitor.domain.articles.searchable import SearchTerm, SearchTerms, occurrences
from monitor.domain.status.search_view import SearchFilter, SearchHit, SearchPage
from storage.articles.rows import article_of, with_texts
from storage.schema.content import articles, matches, texts
from storage.search.sql import asked, found_ids

WALKED = 5_000
"""Articles with the words that one page looks at where a filter leaves few of them; the next page goes on from there.
A limit on the work of one request rather than on what can be found."""

_SHOWN = (
    *(articles.c[name] for name in ("id", "story_id", "title", "url", "outlet", "published", "first_seen")),
    *(articles.c.language, articles.c.summary),
    func.coalesce(texts.c.body, texts.c.entry_text).label("body"),
)

AROUND = 90
"""Characters shown before and after what was found."""

SNIPPET_READ = 20_000
"""Characters of a text in which the snippet is looked for; beyond them its beginning is shown."""


def search_archive(connection: Connection, terms: SearchTerms, wanted: SearchFilter, limit: int) -> SearchPage:
    """Return articles that have what `terms` ask for, newest first."""
    is_postgres = connection.dialect.name == "postgresql"
    statement, oldest = found_ids(is_postgres=is_postgres), _oldest(connection, wanted)
    before = 2**62 if wanted.before is None else wanted.before
    filtered = bool(wanted.topic or wanted.outlet or wanted.language)
    walk = WALKED if filtered else limit
    parameters = {"asked": asked(terms, is_postgres=is_postgres), "before": before, "oldest": oldest, "limit": walk}
    walked = list(connection.execute(statement, parameters).scalars())
    shown = _passing(connection, walked, wanted, limit) if filtered else walked
    more = len(shown) == limit or len(walked) == walk
    last = shown[-1] if len(shown) == limit else (walked[-1] if walked else None)
    return SearchPage(hits=tuple(_hits(connection, shown, terms)), next=last if more else None)


def newest_articles(connection: Connection, wanted: SearchFilter, limit: int) -> list[Article]:
    """Return the newest articles that pass the filter, with their texts, for a search by query."""
    statement = _filtered(with_texts(), wanted).where(articles.c.id >= _oldest(connection, wanted))
    if wanted.before is not None:
        statement = statement.where(articles.c.id < wanted.before)
    rows = connection.execute(statement.order_by(articles.c.id.desc()).limit(limit))
    return [article_of(row) for row in rows]


def _oldest(connection: Connection, wanted: SearchFilter) -> int:
    """Return the id where the requested time begins; ids grow with time."""
    if wanted.since is None:
        return 0
    first = select(articles.c.id).where(articles.c.first_seen >= wanted.since).order_by(articles.c.first_seen)
    return connection.execute(first.limit(1)).scalar_one_or_none() or 2**62


def _passing(connection: Connection, ids: Sequence[int], wanted: SearchFilter, limit: int) -> list[int]:
    found: list[int] = []
    for start in range(0, len(ids), 1000):
        part = _filtered(select(articles.c.id), wanted).where(articles.c.id.in_(ids[start : start + 1000]))
        found += connection.execute(part.order_by(articles.c.id.desc()).limit(limit - len(found))).scalars()
        if len(found) >= limit:
            break
    return found


def _filtered(statement: Select[Any], wanted: SearchFilter) -> Select[Any]:
    if wanted.outlet:
        statement = statement.where(articles.c.outlet == wanted.outlet)
    if wanted.language:
        statement = statement.where(articles.c.language == wanted.language)
    if wanted.topic:
        matched = (matches.c.article_id == articles.c.id, matches.c.topic == wanted.topic, matches.c.near.is_(False))
        statement = statement.where(exists().where(*matched))
    return statement


def _hits(connection: Connection, ids: Sequence[int], terms: SearchTerms) -> Iterator[SearchHit]:
    rows: Sequence[Row[Any]] = connection.execute(
        select(*_SHOWN)
        .join_from(articles, texts, articles.c.id == texts.c.article_id, isouter=True)
        .where(articles.c.id.in_(ids))
        .order_by(articles.c.id.desc())
    ).all()
    topics: dict[int, list[str]] = {}
    found = select(matches.c.article_id, matches.c.topic).where(
        matches.c.article_id.in_(ids), matches.c.near.is_(False)
    )
    for match in connection.execute(found.order_by(matches.c.score.desc())):
        topics.setdefault(match.article_id, []).append(match.topic)
    wanted = list(terms.wanted())
    for row in rows:
        yield SearchHit(
            article_id=row.id,
            story_id=row.story_id,
            title=tuple(stretches(row.title, occurrences(row.title, wanted))),
            snippet=snippet(row.body or row.summary, wanted),
            url=row.url,
            outlet=row.outlet,
            at=row.published or row.first_seen,
            language=row.language,
            topics=tuple(topics.get(row.id, ())),
        )


def snippet(text: str, wanted: Sequence[SearchTerm]) -> tuple[tuple[str, bool], ...]:
    """Return a stretch of the text around the first thing found, with what was found marked."""
    return snippet_around(text, occurrences(text[:SNIPPET_READ], wanted))


def snippet_around(text: str, found: Sequence[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    """Return the stretch of the text around the first of the spans, cut between words."""
    at = found[0][0] if found else 0
    start = max(0, at - AROUND)
    if start:
        start = max(start, text.rfind(" ", 0, start + 30) + 1) if " " in text[start : start + 30] else start
    end = min(len(text), max(at, start) + 2 * AROUND)
    if end < len(text) and " " in text[end - 30 : end]:
        end = text.rfind(" ", 0, end)
    part = text[start:end].replace("\n", " ")
    spans = [(a - start, b - start) for a, b in found if a >= start and b <= end]
    pieces = tuple(stretches(part, spans))
    before, after = (("…", False),) if start else (), (("…", False),) if end < len(text) else ()
    return (*before, *pieces, *after)


def stretches(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """Yield the text in stretches, each with whether it is one of the spans."""
    at = 0
    for start, end in spans:
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False
