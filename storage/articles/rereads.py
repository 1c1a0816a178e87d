"""Read and write which pages are to be read again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import aliased

from monitor.domain.articles.article import Article, Method, Stage, Text
from monitor.domain.articles.rereads import Reread, Version, next_reading
from monitor.domain.feeds.feed import Validators
from monitor.domain.ledger import Note
from storage.articles.revisions import keep_version, versions_of
from storage.articles.rows import article_of, as_seen, keep_texts, with_texts
from storage.ledger import write_notes
from storage.schema.content import articles, rereads, texts
from storage.sql.database import Database
from storage.sql.upserts import adding, padded

_ADD = adding(rereads)
# a page that is being read for its feed's sake, or waits for triage, is read again once that is done
_WAITING = and_(rereads.c.due <= bindparam("now"), articles.c.stage == Stage.DONE.value)
_IN_ORDER = (rereads.c.due, rereads.c.article_id)
_MOST = bindparam("most", type_=Integer)
_SEEN = update(rereads).where(
    rereads.c.article_id == bindparam("seen_id"), rereads.c.attempt == bindparam("seen_attempt")
)
_REVISE = (
    update(articles)
    .where(articles.c.id == bindparam("revised_id"))
    .values(stage=Stage.TRIAGE.value, attempt=0, revision=articles.c.revision + 1)
)


def _with_rereads() -> Select[Any]:
    columns = (column.label(f"reread_{column.name}") for column in rereads.c)
    return with_texts().add_columns(*columns).join(rereads, rereads.c.article_id == articles.c.id)


_DUE = _with_rereads().where(_WAITING).order_by(*_IN_ORDER).limit(_MOST)
_DUE_IDS = select(rereads.c.article_id).join_from(rereads, articles).where(_WAITING).order_by(*_IN_ORDER).limit(_MOST)
_STILL_DUE = _with_rereads().where(_WAITING, articles.c.id.in_(bindparam("ids", expanding=True))).order_by(*_IN_ORDER)


def _copies() -> Select[Any]:
    own = aliased(articles)
    text = func.coalesce(own.c.copy_of, own.c.id)
    return (
        select(texts.c.body)
        .select_from(own)
        .join(articles, or_(articles.c.copy_of == text, articles.c.id == text))
        .join(texts, texts.c.article_id == articles.c.id)
        .where(
            own.c.id == bindparam("article_id"),
            articles.c.story_id == own.c.story_id,
            articles.c.id != own.c.id,
            texts.c.body.is_not(None),
        )
        .order_by(articles.c.id)
    )


_COPIES = _copies()


def read_again(connection: Connection, article: Article, now: datetime) -> None:
    """Have the page behind an alert read again, in the transaction that raises it; one known already stays as it is."""
    if article.url is None or article.text is None or article.text.method is not Method.PAGE:
        return
    row = {"article_id": article.id, "alerted_at": now, "due": next_reading(now, now), "attempt": 0}
    connection.execute(_ADD.on(connection), row)


class SqlRereads:
    """`RereadStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime, limit: int, skip: Collection[int]) -> Sequence[Reread]:
        """Return pages due to be read again, longest due first, without the articles in `skip`."""
        wanted = {"now": now, "most": limit + len(skip)}
        rows = await self._database.read(lambda connection: connection.execute(_DUE, wanted).all())
        return [_reread_of(row) for row in rows if row.id not in skip][:limit]

    async def due_ids(self, now: datetime, limit: int, skip: Collection[int]) -> Sequence[int]:
        """Return the ids of the articles `due` would find."""
        wanted = {"now": now, "most": limit + len(skip)}
        ids = await self._database.read(lambda connection: connection.scalars(_DUE_IDS, wanted).all())
        return [article_id for article_id in ids if article_id not in skip][:limit]

    async def still_due(self, ids: Collection[int], now: datetime) -> Sequence[Reread]:
        """Return those of the articles `ids` whose page is still due."""
        wanted = {"now": now, "ids": padded(ids)}
        rows = await self._database.read(lambda connection: connection.execute(_STILL_DUE, wanted).all())
        return [_reread_of(row) for row in rows]

    async def versions(self, article_id: int) -> Sequence[Version]:
        """Return the versions of an article's page, the first one first; none while it never changed."""
        return await self._database.read(lambda connection: versions_of(connection, article_id))

    async def copies(self, article_id: int) -> Sequence[str]:
        """Return the texts of the articles that are copies of the same text as this one."""
        wanted = {"article_id": article_id}
        return await self._database.read(lambda connection: connection.scalars(_COPIES, wanted).all())

    async def advance(
        self, seen: Reread, due: datetime | None, validators: Validators, notes: Sequence[Note], now: datetime
    ) -> bool:
        """Read the page again at `due`, or no more; False when `seen` is outdated."""
        return await self._database.run(lambda connection: _advance(connection, seen, due, validators, notes, now))

    async def revise(
        self,
        seen: Reread,
        text: Text,
        due: datetime | None,
        validators: Validators,
        notes: Sequence[Note],
        now: datetime,
    ) -> bool:
        """Keep the changed text and pass the article on to triage; False when `seen` is outdated."""

        def work(connection: Connection) -> bool:
            article = seen.article
            # a feed may have announced an edit meanwhile: that one is read and judged, and this page later
            if article.id not in as_seen(connection, [article]):
                return False
            if not _advance(connection, seen, due, validators, notes, now):
                return False
            revised = {"revised_id": article.id, "due": now, "title": text.title}
            connection.execute(_REVISE, revised)
            keep_texts(connection, [(article.id, text)])
            keep_version(connection, article, text, "page", now)
            return True

        return await self._database.run(work)


def _advance(
    connection: Connection,
    seen: Reread,
    due: datetime | None,
    validators: Validators,
    notes: Sequence[Note],
    now: datetime,
) -> bool:
    was = {"seen_id": seen.article.id, "seen_attempt": seen.attempt}
    values = {
        "due": due,
        "attempt": seen.attempt + 1,
        "etag": validators.etag,
        "last_modified": validators.last_modified,
    }
    if connection.execute(_SEEN, {**was, **values}).rowcount != 1:
        return False
    write_notes(connection, seen.article.id, notes, now)
    return True


def _reread_of(row: Row[Any]) -> Reread:
    return Reread(
        article=article_of(row),
        alerted_at=row.reread_alerted_at,
        due=row.reread_due,
        attempt=row.reread_attempt,
        validators=Validators(etag=row.reread_etag, last_modified=row.reread_last_modified),
    )
