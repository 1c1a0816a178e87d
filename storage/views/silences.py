"""Silences for people: those in force, those that ended, and what one would have muted."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from monitor.domain.alerts.alert import Silence
from storage.outbox.read import silences_in_force
from storage.schema.content import alerts, stories
from storage.schema.outbox import silences

ENDED_SHOWN = 20
PREVIEWED = timedelta(days=7)


def silence_lists(
    connection: Connection, now: datetime
) -> tuple[tuple[Silence, ...], tuple[Silence, ...], dict[int, str]]:
    """Return the silences in force, the latest that ended, and the titles of the stories they name."""
    active = silences_in_force(connection, now)
    ended = select(silences).where(silences.c.until <= now).order_by(silences.c.until.desc()).limit(ENDED_SHOWN)
    past = tuple(Silence(**row) for row in connection.execute(ended).mappings())
    ids = {silence.story_id for silence in (*active, *past)} - {None}
    named = select(stories.c.id, stories.c.title).where(stories.c.id.in_(ids))
    return active, past, {row.id: row.title for row in connection.execute(named)}


def would_mute(
    connection: Connection, topic: str, story_id: int | None, now: datetime
) -> tuple[int, tuple[tuple[int, str], ...]]:
    """Count the alerts of the last week that such a silence would have muted, with the latest five stories."""
    wanted = [alerts.c.raised_at >= now - PREVIEWED]
    if topic:
        wanted.append(alerts.c.topic == topic)
    if story_id is not None:
        wanted.append(alerts.c.story_id == story_id)
    count = connection.execute(select(func.count()).select_from(alerts).where(*wanted)).scalar_one()
    latest = (
        select(stories.c.id, stories.c.title)
        .join_from(alerts, stories, alerts.c.story_id == stories.c.id)
        .where(*wanted)
        .order_by(alerts.c.raised_at.desc())
        .limit(5)
    )
    return count, tuple((row.id, row.title) for row in connection.execute(latest))
