"""Tables of what people did: the audit log, and the configurations that were in force."""

from sqlalchemy import Column, Index, LargeBinary, Table

from storage.schema.content import metadata
from storage.sql.types import Id, Json, Utc, Words

# Append-only: rows are never changed, and deleted only by retention.
audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", Utc, nullable=False),
    Column("who", Words, nullable=False, doc="A person's name, or the process that acted."),
    Column("origin", Words, nullable=False, doc="slack, web, cli or daemon."),
    Column("action", Words, nullable=False, doc="What was done, such as silence.add."),
    Column("subject", Words, nullable=False, doc="What it was done to, such as topic:tariffs."),
    Column("details", Json, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_audit_at", audit.c.at)
Index("ix_audit_subject", audit.c.subject, audit.c.id)

config_revisions = Table(
    "config_revisions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("revision", Words, nullable=False),
    Column("at", Utc, nullable=False, doc="When it came into force."),
    Column("process", Words, nullable=False, doc="The process that took it up."),
    Column("files", LargeBinary, nullable=False, doc="Name to content, as JSON, compressed by zlib."),
    Column("changes", Json, nullable=False, doc="What differs from the one before, in sentences."),
    Column("effect", Json, doc="What the edit would have changed in the last days; NULL until computed."),
    Column("state", Words, nullable=False, doc="in_force, held or released."),
    sqlite_autoincrement=True,
)
Index("ix_config_revisions_revision", config_revisions.c.revision)

__all__ = ["audit", "config_revisions", "metadata"]
