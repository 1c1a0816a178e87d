"""Store what an article matched and nearly matched."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select

from monitor.domain.topics.values import Field, Hit, Match, Matches, Near
from storage.schema.content import matches

_DELETE = delete(matches).where(matches.c.article_id == bindparam("article_id"))
_INSERT = matches.insert().inline()


def delete_matches(connection: Connection, article_id: int) -> None:
    """Delete the matches of an article's earlier revision."""
    connection.execute(_DELETE, {"article_id": article_id})


def match_rows(article_id: int, revision: int, found: Matches) -> list[dict[str, Any]]:
    """Make rows of what this revision of an article's text matched and nearly matched."""
    matched = {item.topic for item in found.matches}
    rows = [_match_row(item) for item in found.matches]
    rows += [_near_row(item) for item in found.near if item.topic not in matched]
    return [{"article_id": article_id, "revision": revision, **row} for row in rows]


def write_match_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows; an earlier revision's are deleted already."""
    if rows:
        connection.execute(_INSERT, rows)


def read_matches(connection: Connection, article_id: int) -> Matches:
    """Read the stored matches of an article, best first."""
    rows = connection.execute(
        select(matches).where(matches.c.article_id == article_id).order_by(matches.c.score.desc(), matches.c.topic)
    ).all()
    return Matches(
        matches=tuple(_match_of(row) for row in rows if not row.near),
        near=tuple(_near_of(row) for row in rows if row.near),
    )


def _match_row(match: Match) -> dict[str, Any]:
    return {
        "topic": match.topic,
        "near": False,
        "score": match.score,
        "threshold": None,
        "missing": None,
        "parts": list(match.parts),
        "hits": _hits_json(match.hits),
    }


def _near_row(near: Near) -> dict[str, Any]:
    return {
        "topic": near.topic,
        "near": True,
        "score": near.score,
        "threshold": near.threshold,
        "missing": near.missing,
        "parts": [],
        "hits": _hits_json(near.hits),
    }


def _match_of(row: Row[Any]) -> Match:
    return Match(topic=row.topic, score=row.score, hits=_hits_of(row.hits), parts=tuple(row.parts))


def _near_of(row: Row[Any]) -> Near:
    return Near(topic=row.topic, score=row.score, threshold=row.threshold, missing=row.missing, hits=_hits_of(row.hits))


def _hits_json(hits: Sequence[Hit]) -> list[list[Any]]:
    return [[hit.term, hit.field.value, hit.start, hit.end, hit.quote] for hit in hits]


def _hits_of(items: Sequence[Sequence[Any]]) -> tuple[Hit, ...]:
    return tuple(
        Hit(term=term, field=Field(field), start=start, end=end, quote=quote)
        for term, field, start, end, quote in items
    )
