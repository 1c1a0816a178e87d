"""Stored articles with their texts, streamed for backtests and exports."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from monitor.domain.articles.archived import ArchivedArticle
from monitor.domain.articles.article import Article, Stage
from storage.articles.rows import article_of, with_texts
from storage.schema.content import articles
from storage.sql.database import Database

ARTICLES_TOGETHER = 200


class SqlArchive:
    """The stored articles, in the order of arrival."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, moment: datetime) -> AsyncIterator[Article]:
        """Yield every article first seen at `moment` or later and still kept; no transaction spans them."""
        last = 0
        while part := await self._part(moment, last):
            for article in part:
                yield article
            last = part[-1].id

    async def _part(self, moment: datetime, after: int) -> list[Article]:
        statement = with_texts().where(articles.c.first_seen >= moment, articles.c.id > after)
        statement = statement.order_by(articles.c.id).limit(ARTICLES_TOGETHER)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [article_of(row) for row in rows]

    async def newest(self, moment: datetime, limit: int) -> AsyncIterator[Article]:
        """Yield at most `limit` articles first seen at `moment` or later, newest first, in parts."""
        last: int | None = None
        left = limit
        while left > 0:
            statement = with_texts().where(articles.c.first_seen >= moment)
            if last is not None:
                statement = statement.where(articles.c.id < last)
            statement = statement.order_by(articles.c.id.desc()).limit(min(left, ARTICLES_TOGETHER))
            rows = await self._rows(statement)
            for row in rows:
                yield article_of(row)
            if not rows:
                return
            last, left = rows[-1].id, left - len(rows)

    async def _rows(self, statement: Select[Any]) -> list[Row[Any]]:
        return list(await self._database.read(lambda connection: connection.execute(statement).all()))

    async def article(self, article_id: int) -> Article | None:
        """Return one article with its text; None when there is none of that id."""
        statement = with_texts().where(articles.c.id == article_id)
        row = await self._database.read(lambda connection: connection.execute(statement).one_or_none())
        return None if row is None else article_of(row)

    async def triaged(self, moment: datetime) -> AsyncIterator[list[ArchivedArticle]]:
        """Yield articles that have a story, first seen at `moment` or later, in parts and in the order of arrival."""
        last = 0
        while rows := await self._triaged_rows(moment, last):
            yield [_archived(row) for row in rows]
            last = rows[-1].id

    async def _triaged_rows(self, moment: datetime, after: int) -> list[Row[Any]]:
        statement = with_texts().where(
            articles.c.first_seen >= moment, articles.c.id > after, articles.c.story_id.is_not(None)
        )
        statement = statement.order_by(articles.c.id).limit(ARTICLES_TOGETHER)
        return list(await self._database.read(lambda connection: connection.execute(statement).all()))

    async def newest_revision(self) -> str | None:
        """Return the configuration revision that judged the newest article; None for an empty archive."""
        statement = select(articles.c.catalog_revision).where(articles.c.catalog_revision.is_not(None))
        statement = statement.order_by(articles.c.id.desc()).limit(1)
        return await self._database.read(lambda connection: connection.execute(statement).scalar_one_or_none())

    async def waiting(self, now: datetime) -> int:
        """Count the articles that are due to be triaged."""
        due = (articles.c.stage == Stage.TRIAGE.value, articles.c.due <= now)
        statement = select(func.count()).where(*due)
        return await self._database.read(lambda connection: connection.execute(statement).scalar_one())

    async def moment_of(self, count: int) -> datetime | None:
        """Return when the newest article but `count` was first seen; None with fewer articles."""
        statement = select(articles.c.first_seen).order_by(articles.c.id.desc()).offset(count).limit(1)
        return await self._database.read(lambda connection: connection.execute(statement).scalar_one_or_none())

    async def count(self, moment: datetime) -> int:
        """Count the articles that `triaged` yields."""
        statement = select(func.count()).where(articles.c.first_seen >= moment, articles.c.story_id.is_not(None))
        return await self._database.read(lambda connection: connection.execute(statement).scalar_one())


def _archived(row: Row[Any]) -> ArchivedArticle:
    return ArchivedArticle(
        article=article_of(row),
        story_id=row.story_id,
        copy_of=row.copy_of,
        origin=row.origin or row.outlet,
        has_text=row.text_body is not None,
    )
