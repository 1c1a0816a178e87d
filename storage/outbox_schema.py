"""The tables of telling people: messages to send, what they carry, what is muted."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from storage.schema import alerts, metadata
from storage.types import Id, Utc, Words

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", Words, nullable=False, unique=True),
    Column("receiver", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("window", Words, nullable=False),
    Column("part", Integer, nullable=False, doc="From 1; the next is begun when the last has left."),
    Column("state", Words, nullable=False),
    Column("due", Utc, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("attempted_at", Utc),
    Column("channel", Words),
    Column("ts", Words),
    Column("failure", Words),
    Column("text", Words, nullable=False),
    Column("broadcast", Boolean, nullable=False),
    UniqueConstraint("receiver", "window", "part"),
    sqlite_autoincrement=True,
)
Index("ix_deliveries_due", deliveries.c.state, deliveries.c.due)
Index("ix_deliveries_created_at", deliveries.c.created_at)

delivery_alerts = Table(
    "delivery_alerts",
    metadata,
    Column("delivery_id", Id, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("alert_id", BigInteger, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_delivery_alerts_alert_id", delivery_alerts.c.alert_id)

silences = Table(
    "silences",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("topic", Words),
    Column("story_id", BigInteger),
    Column("until", Utc, nullable=False),
    Column("reason", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("created_at", Utc, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_silences_until", silences.c.until)

__all__ = ["alerts", "deliveries", "delivery_alerts", "metadata", "silences"]
