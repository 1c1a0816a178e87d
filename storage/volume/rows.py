"""Read and write episodes as rows."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from monitor.domain.catalog import Severity
from monitor.domain.volume.episode import Episode, StoryLine, VolumeFigures
from monitor.domain.volume.rules import Rule
from storage.schema.volume import episodes


def episode_by_id(connection: Connection, episode_id: int) -> Episode | None:
    """Return the episode of that id, or None."""
    row = connection.execute(select(episodes).where(episodes.c.id == episode_id)).one_or_none()
    return None if row is None else episode_of(row)


def episode_of(row: Row[Any]) -> Episode:
    """Return the episode in a row of `episodes`."""
    return Episode(
        id=row.id,
        topic=row.topic,
        title=row.title,
        severity=Severity(row.severity),
        rule=Rule(row.rule),
        subject=row.subject,
        began_at=row.began_at,
        updated_at=row.updated_at,
        ended_at=row.ended_at,
        figures=_figures(row.figures),
    )


def figures_as_json(figures: VolumeFigures) -> dict[str, object]:
    """Return the figures as JSON values; times in ISO 8601, the span in seconds."""
    return {
        "observed": figures.observed,
        "usual": figures.usual,
        "span": figures.span.total_seconds(),
        "since": figures.since.isoformat() if figures.since else None,
        "days": list(figures.days),
        "most": figures.most,
        "blind": figures.blind,
        "note": figures.note,
        "stories": [
            {
                "story_id": line.story_id,
                "title": line.title,
                "url": line.url,
                "outlet": line.outlet,
                "at": line.at.isoformat(),
            }
            for line in figures.stories
        ],
    }


def _figures(stored: dict[str, Any]) -> VolumeFigures:
    return VolumeFigures(
        observed=stored["observed"],
        usual=stored["usual"],
        span=timedelta(seconds=stored["span"]),
        since=datetime.fromisoformat(stored["since"]) if stored["since"] else None,
        days=tuple(stored["days"]),
        most=stored["most"],
        blind=stored["blind"],
        note=stored["note"],
        stories=tuple(StoryLine(**{**line, "at": datetime.fromisoformat(line["at"])}) for line in stored["stories"]),
    )
