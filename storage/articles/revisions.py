"""Keep the versions of edited texts, compressed."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from monitor.domain.articles.article import Article, RevisionLabel, Text
from monitor.domain.articles.rereads import Version
from monitor.domain.articles.revisions import PageText
from storage.schema.content import revisions

_INSERT = revisions.insert().inline()
_COUNT = select(func.count()).where(revisions.c.article_id == bindparam("article_id"))
_OF_ARTICLE = select(revisions).where(revisions.c.article_id == bindparam("article_id")).order_by(revisions.c.number)


def keep_version(connection: Connection, seen: Article, text: Text, found: str, now: datetime) -> None:
    """Keep an edited text as the next version of its article, behind the text as first read; others pass.

    `seen` is the article as it was before, `found` how the edit was found: by "feed" or "page".
    """
    before, label = seen.text, text.revised
    if before is None or label is None:
        return
    count: int = connection.execute(_COUNT, {"article_id": seen.id}).scalar_one()
    rows = []
    if not count:
        first = PageText(title=before.page_title or before.title, body=before.body)
        rows.append(_row(seen.id, Version(number=0, at=seen.first_seen, found="page", label=None, text=first)))
    body = "" if label is RevisionLabel.WITHDRAWN else text.body
    version = Version(
        number=max(count, 1),
        at=now,
        found=found,
        label=label,
        text=PageText(title=text.page_title or text.title, body=body),
        changes=text.changes,
    )
    connection.execute(_INSERT, [*rows, _row(seen.id, version)])


def versions_of(connection: Connection, article_id: int) -> Sequence[Version]:
    """Read the versions of an article's text, the first one first; none while it was never edited."""
    return [
        Version(
            number=row.number,
            at=row.at,
            found=row.found,
            label=RevisionLabel(row.label) if row.label else None,
            text=PageText(title=row.title, body=zlib.decompress(row.body).decode()),
            changes=tuple(row.changes),
        )
        for row in connection.execute(_OF_ARTICLE, {"article_id": article_id})
    ]


def _row(article_id: int, version: Version) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "number": version.number,
        "at": version.at,
        "found": version.found,
        "label": version.label.value if version.label else None,
        "title": version.text.title,
        # a lone surrogate cannot be encoded; nobody could read it either
        "body": zlib.compress(version.text.body.encode("utf-8", "ignore")),
        "changes": list(version.changes),
    }
