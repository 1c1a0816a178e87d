"""Define the tables of notifying people: messages to send, what they carry, what is muted."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, true

from storage.schema.content import alerts, metadata
from storage.sql.types import Id, Utc, Words

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", Words, nullable=False, unique=True),
    Column("receiver", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("group_key", Words, nullable=False),
    Column("part", Integer, nullable=False, doc="From 1; the next is begun when the last has left."),
    Column("state", Words, nullable=False),
    Column("due", Utc, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("attempted_at", Utc),
    Column("sent_at", Utc),
    Column("via", Words, doc="The receiver it was really sent to, where a fallback stood in."),
    Column("address", Words, doc="The address of that receiver at the time; it may have moved since."),
    Column("channel", Words),
    Column("ts", Words),
    Column("failure", Words),
    Column("text", Words, nullable=False),
    Column("broadcast", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("repeat", Boolean, nullable=False),
    Column("thread_of", BigInteger),
    Column("episode_id", BigInteger, doc="The spike, absence or first name it tells of."),
    # SQLite cannot rename a constraint, so it keeps the name it had before the column was renamed.
    UniqueConstraint("receiver", "group_key", "part", name="uq_deliveries_receiver_window_part"),
    sqlite_autoincrement=True,
)
_PENDING = deliveries.c.state == "pending"
_SENDING = deliveries.c.state == "sending"
Index(
    "ix_deliveries_pending",
    deliveries.c.receiver,
    deliveries.c.due,
    deliveries.c.id,
    sqlite_where=_PENDING,
    postgresql_where=_PENDING,
)
Index("ix_deliveries_sending", deliveries.c.due, sqlite_where=_SENDING, postgresql_where=_SENDING)
Index("ix_deliveries_sent_at", deliveries.c.receiver, deliveries.c.sent_at)
Index("ix_deliveries_created_at", deliveries.c.created_at)
Index(
    "ix_deliveries_episode_id",
    deliveries.c.episode_id,
    sqlite_where=deliveries.c.episode_id.is_not(None),
    postgresql_where=deliveries.c.episode_id.is_not(None),
)

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
    Column("receiver", Words, doc="The one receiver it concerns; NULL for all."),
    Column("mutes_critical", Boolean, nullable=False, server_default=true()),
    sqlite_autoincrement=True,
)
Index("ix_silences_until", silences.c.until)

# What only so much may be sent through: channels, credentials, receivers; shared by all workers.
throttles = Table(
    "throttles",
    metadata,
    Column("name", Words, primary_key=True),
    Column("blocked_until", Utc, nullable=False),
    Column("reason", Words, doc="Why it is closed, when for more than the usual spacing."),
    Column("failures", Integer, nullable=False, doc="Failures in a row."),
)

# What people did with alerts, and so the labels they gave.
interactions = Table(
    "interactions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", Words, nullable=False, unique=True, doc="One click is known by it, however often it arrives."),
    Column("action", Words, nullable=False),
    Column("alert_id", BigInteger),
    Column("article_id", BigInteger),
    Column("topic", Words),
    Column("author", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("at", Utc, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_interactions_alert_id", interactions.c.alert_id)
Index("ix_interactions_topic", interactions.c.topic, interactions.c.action)

__all__ = ["alerts", "deliveries", "delivery_alerts", "interactions", "metadata", "silences", "throttles"]
