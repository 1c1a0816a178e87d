"""What was read, read again: the articles and their texts, for backtests and exports."""

from collections.abc import AsyncIterator
from datetime import datetime

from monitor.domain.articles.article import Article
from storage.articles.rows import article_of, with_texts
from storage.schema.content import articles
from storage.sql.database import Database

ARTICLES_TOGETHER = 200


class SqlArchive:
    """The stored articles, in the order of arrival."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, moment: datetime) -> AsyncIterator[Article]:
        """Every article first seen at `moment` or later and still kept; no transaction spans them."""
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
