"""Define the table of the processes on a store, by which the daemon itself is watched."""

from sqlalchemy import Column, Table

from storage.schema.outbox import metadata
from storage.sql.types import Json, Utc, Words

processes = Table(
    "processes",
    metadata,
    Column("name", Words, primary_key=True, comment="Host and process id."),
    Column("version", Words, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("revision", Words, nullable=False, comment="The catalog it judges by."),
    Column("checked_at", Json, nullable=False, comment="By step, its last query for due rows, ISO 8601."),
    Column("problems", Json, nullable=False, comment="What it found wrong with the configuration."),
)
