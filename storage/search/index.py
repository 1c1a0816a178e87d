"""The pass that keeps the full-text index: takes articles that triggers queued, newest first, and indexes them."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from monitor.domain.articles.searchable import search_words
from storage.schema.content import articles, texts
from storage.search import sql
from storage.sql.database import Database

TOGETHER = 100
"""Articles indexed in one transaction: some 50 ms, so that no other writer waits longer."""

BATCHES_AT_A_TIME = 10
"""Batches of one run of the periodic job: about a second, so that a daemon told to stop does so at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queued:
    """An article to index. `words` is None for one that is gone."""

    article_id: int
    changes: int
    words: tuple[str, ...] | None


class SearchIndex:
    """Indexes what is queued. Several processes may do so at once; an article changed meanwhile stays queued."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def index_some(self) -> int:
        """Index one batch; return how many articles it had."""
        batch = await self._database.read(_batch)
        if batch:
            await self._database.run(lambda connection: _write(connection, batch))
        return len(batch)

    async def index_a_while(self) -> None:
        """Index some batches, as the daemon's periodic job: an archive of before is filled over many runs."""
        for _ in range(BATCHES_AT_A_TIME):
            if await self.index_some() < TOGETHER:
                return

    async def index_all(self) -> int:
        """Index until nothing is queued; return how many articles that were."""
        total = 0
        while some := await self.index_some():
            total += some
        return total

    async def waiting(self, limit: int = 100_000) -> int:
        """Count the articles that are queued, up to `limit`."""
        return await self._database.read(
            lambda connection: connection.execute(sql.WAITING, {"limit": limit}).scalar_one()
        )


def _batch(connection: Connection) -> list[_Queued]:
    queued = {row.article_id: row.changes for row in connection.execute(sql.QUEUED, {"limit": TOGETHER})}
    rows = connection.execute(
        select(articles.c.id, articles.c.title, articles.c.summary, texts.c.entry_text, texts.c.body)
        .join_from(articles, texts, articles.c.id == texts.c.article_id, isouter=True)
        .where(articles.c.id.in_(queued))
    )
    words = {row.id: tuple(search_words(f"{row.title}\n{row.body or row.entry_text or row.summary}")) for row in rows}
    return [_Queued(article_id=id_, changes=changes, words=words.get(id_)) for id_, changes in queued.items()]


def _write(connection: Connection, batch: Sequence[_Queued]) -> None:
    is_postgres = connection.dialect.name == "postgresql"
    write_one = _write_postgres if is_postgres else _write_sqlite
    finished = sql.POSTGRES_FINISHED if is_postgres else sql.FINISHED
    for item in batch:
        write_one(connection, item)
        connection.execute(finished, {"article_id": item.article_id, "changes": item.changes})


def _write_postgres(connection: Connection, item: _Queued) -> None:
    if item.words is None:
        connection.execute(sql.FORGET, {"article_id": item.article_id})
    else:
        connection.execute(sql.POSTGRES_KEEP, {"article_id": item.article_id, "words": sql.tsvector(item.words)})


def _write_sqlite(connection: Connection, item: _Queued) -> None:
    """Replace the words; FTS5 without a copy of its own must be told exactly what it forgets."""
    kept = connection.execute(sql.SQLITE_KEPT, {"article_id": item.article_id}).scalar_one_or_none()
    if kept is not None:
        words = zlib.decompress(kept).decode()
        connection.execute(sql.SQLITE_FORGET_WORDS, {"article_id": item.article_id, "words": words})
        connection.execute(sql.FORGET, {"article_id": item.article_id})
    if item.words is not None:
        words = " ".join(item.words)
        connection.execute(sql.SQLITE_ADD_WORDS, {"article_id": item.article_id, "words": words})
        content = zlib.compress(words.encode(), 1)
        connection.execute(sql.SQLITE_KEEP, {"article_id": item.article_id, "content": content})
