"""Store alerts: one row for each story and topic."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, select
from sqlalchemy.sql.dml import ReturningInsert

from monitor.domain.alerts.alert import Alert, AlertChange, Evidence
from monitor.domain.catalog import Severity
from monitor.domain.topics.values import Field
from storage.schema.content import alerts, articles
from storage.sql.upserts import Upsert, upserting


def write_alerts(
    connection: Connection, story_id: int, article_id: int, changes: Sequence[AlertChange], now: datetime
) -> Mapping[str, int]:
    """Insert or change the alert of each changed topic of the story; return ids by topic.

    `article_id` is the report a new alert is raised on. A changed one keeps its own, with that report's evidence and
    score, unless the same report was edited; it keeps its news where there is none.
    """
    return {change.topic: _write(connection, story_id, article_id, change, now) for change in changes}


def _write(connection: Connection, story_id: int, article_id: int, change: AlertChange, now: datetime) -> int:
    row = {
        "story_id": story_id,
        "topic": change.topic,
        "article_id": article_id,
        "raised_at": now,
        "revision": 0,
        "watchlist": change.watchlist,
        "severity": int(change.severity),
        "score": change.score,
        "evidence": [_evidence_json(item) for item in change.evidence],
        "news": change.news,
        "updated_at": now,
    }
    alert_id: int = connection.execute(_WRITE.on(connection), row).scalar_one()
    return alert_id


def _insert_or_change(new: Upsert) -> ReturningInsert[tuple[int]]:
    changed: dict[str, ColumnElement[Any]] = {
        name: new.excluded[name] for name in ("watchlist", "severity", "updated_at")
    }
    same_report = new.excluded["article_id"] == alerts.c.article_id
    for name in ("score", "evidence"):
        changed[name] = case((same_report, new.excluded[name]), else_=alerts.c[name])
    changed["news"] = case((new.excluded["news"] != "", new.excluded["news"]), else_=alerts.c.news)
    return new.on_conflict_do_update(
        index_elements=[alerts.c.story_id, alerts.c.topic],
        set_={**changed, "revision": alerts.c.revision + 1},
    ).returning(alerts.c.id)


_WRITE = upserting(alerts, _insert_or_change)
_OF_STORY = (
    select(alerts, articles.c.outlet, articles.c.language)
    .join_from(alerts, articles, articles.c.id == alerts.c.article_id, isouter=True)
    .where(alerts.c.story_id == bindparam("story_id"))
    .order_by(alerts.c.id)
)


def alerts_of_story(connection: Connection, story_id: int) -> tuple[Alert, ...]:
    """Read the alerts a story has raised, oldest first, with outlet and language of the reports they were raised on."""
    return tuple(
        replace(alert_of(row), outlet=row.outlet or "", language=row.language)
        for row in connection.execute(_OF_STORY, {"story_id": story_id})
    )


def alert_of(row: Row[Any]) -> Alert:
    """Read the alert in a row of `alerts`."""
    return Alert(
        id=row.id,
        story_id=row.story_id,
        topic=row.topic,
        watchlist=row.watchlist,
        severity=Severity(row.severity),
        score=row.score,
        article_id=row.article_id,
        raised_at=row.raised_at,
        updated_at=row.updated_at,
        evidence=evidence_of(row.evidence),
        news=row.news,
        revision=row.revision,
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
    )


def _evidence_json(evidence: Evidence) -> list[object]:
    gaps = [list(gap) for gap in evidence.gaps]
    return [evidence.term, evidence.field.value, evidence.before, evidence.quote, evidence.after, gaps]


def evidence_of(stored: Sequence[Sequence[Any]]) -> tuple[Evidence, ...]:
    """Return the evidence in a row of `alerts`; rows of earlier versions have no gaps."""
    return tuple(
        Evidence(
            term=term,
            field=Field(field),
            before=before,
            quote=quote,
            after=after,
            gaps=tuple((start, end) for start, end in (gaps[0] if gaps else ())),
        )
        for term, field, before, quote, after, *gaps in stored
    )
