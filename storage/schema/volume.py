"""Tables of rules about quantity and time: episodes, when topics were first watched, names seen."""

from sqlalchemy import Column, Index, Integer, Table

from storage.schema.content import metadata
from storage.sql.types import Id, Json, Utc, Words

# Spikes, absences and first names, with the figures that their messages show.
episodes = Table(
    "episodes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("topic", Words, nullable=False),
    Column("title", Words, nullable=False, doc="Of the topic, as people saw it."),
    Column("severity", Integer, nullable=False),
    Column("rule", Words, nullable=False, doc="spike, absence or first_seen."),
    Column("subject", Words, nullable=False, doc="The names first seen; empty for the others."),
    Column("began_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("ended_at", Utc, doc="NULL while it lasts."),
    Column("figures", Json, nullable=False),
    sqlite_autoincrement=True,
)
Index(
    "uq_episodes_open",
    episodes.c.topic,
    episodes.c.rule,
    unique=True,
    sqlite_where=episodes.c.ended_at.is_(None),
    postgresql_where=episodes.c.ended_at.is_(None),
)

# When a topic was first counted: no spike is told before it has two weeks behind it.
watched_topics = Table(
    "watched_topics",
    metadata,
    Column("topic", Words, primary_key=True),
    Column("since", Utc, nullable=False),
)

seen_names = Table(
    "seen_names",
    metadata,
    Column("topic", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("last_at", Utc, nullable=False),
)

__all__ = ["episodes", "metadata", "seen_names", "watched_topics"]
