"""Convert articles and their texts to rows and back."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from monitor.domain.articles.article import Article, Method, RevisionLabel, Stage, Text
from storage.schema.content import articles, texts
from storage.sql.upserts import padded, replacing


def with_texts() -> Select[Any]:
    """Select articles with their texts, as `article_of` reads them."""
    text = (column.label(f"text_{column.name}") for column in texts.c)
    return select(articles, *text).join_from(articles, texts, articles.c.id == texts.c.article_id, isouter=True)


def article_of(row: Row[Any]) -> Article:
    """Read the article in a row of `with_texts`."""
    return Article(
        id=row.id,
        url=row.url,
        outlet=row.outlet,
        feed_key=row.feed_key,
        title=row.title,
        summary=row.summary,
        first_seen=row.first_seen,
        published=row.published,
        stage=Stage(row.stage),
        attempt=row.attempt,
        revision=row.revision,
        story_id=row.story_id,
        baseline=row.baseline,
        text=_text_of(row),
        feed_text=row.text_entry_text or row.summary,
        author=row.author,
        tags=tuple(row.tags),
        language=row.language,
    )


def _text_of(row: Row[Any]) -> Text | None:
    if row.text_body is None:
        return None
    return Text(
        title=row.text_title,
        body=row.text_body,
        method=Method(row.text_method),
        language=row.text_language,
        published=row.text_published,
        author=row.text_author,
        credit=row.text_credit,
        doubts=tuple(row.text_doubts),
        changes=tuple(row.text_changes or ()),
        revised=RevisionLabel(row.text_revised) if row.text_revised else None,
        page_title=row.text_page_title or "",
    )


_IF_UNCHANGED = update(articles).where(
    articles.c.id == bindparam("seen_id"),
    articles.c.stage == bindparam("seen_stage"),
    articles.c.attempt == bindparam("seen_attempt"),
    articles.c.revision == bindparam("seen_revision"),
)


def set_if_unchanged(connection: Connection, seen: Article, values: Mapping[str, Any]) -> bool:
    """Change the row only if it is as `seen`; return whether it was."""
    was = {
        "seen_id": seen.id,
        "seen_stage": seen.stage.value,
        "seen_attempt": seen.attempt,
        "seen_revision": seen.revision,
    }
    return connection.execute(_IF_UNCHANGED, {**was, **values}).rowcount == 1


def as_seen(connection: Connection, seen: Sequence[Article]) -> set[int]:
    """Lock the articles' rows until the transaction ends; return the ids of unchanged ones."""
    found = connection.execute(_LOCKED, {"ids": padded([article.id for article in seen])})
    now = {row.id: (row.stage, row.attempt, row.revision) for row in found}
    return {item.id for item in seen if now.get(item.id) == (item.stage.value, item.attempt, item.revision)}


def keep_texts(connection: Connection, texts_of: Sequence[tuple[int, Text]]) -> None:
    """Write or replace the texts of articles, by their ids; the feeds' own texts stay."""
    connection.execute(_KEEP_TEXT.on(connection), [_text_row(article_id, text) for article_id, text in texts_of])


def _text_row(article_id: int, text: Text) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "title": text.title,
        "body": text.body,
        "method": text.method.value,
        "language": text.language,
        "published": text.published,
        "author": text.author,
        "credit": text.credit,
        "doubts": list(text.doubts),
        "changes": list(text.changes) or None,
        "revised": text.revised.value if text.revised else None,
        "page_title": text.page_title,
    }


_LOCKED = (
    select(articles.c.id, articles.c.stage, articles.c.attempt, articles.c.revision)
    .where(articles.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(articles.c.id)
    .with_for_update()
)
_KEEP_TEXT = replacing(
    texts, "article_id", (item.name for item in texts.c if item.name not in ("article_id", "entry_text"))
)
