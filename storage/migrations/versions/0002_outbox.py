"""Deliveries, silences, lanes, and what people did with alerts."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import Id, Utc, Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("key", Words, nullable=False),
        sa.Column("receiver", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("window", Words, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("due", Utc, nullable=False),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("attempted_at", Utc),
        sa.Column("sent_at", Utc),
        sa.Column("via", Words),
        sa.Column("channel", Words),
        sa.Column("ts", Words),
        sa.Column("failure", Words),
        sa.Column("text", Words, nullable=False),
        sa.Column("broadcast", sa.Boolean, nullable=False),
        sa.Column("strikes", sa.Integer, nullable=False),
        sa.Column("repeat", sa.Boolean, nullable=False),
        sa.Column("thread_of", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
        sa.UniqueConstraint("receiver", "window", "part", name="uq_deliveries_receiver_window_part"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_created_at", "deliveries", ["created_at"])
    op.create_index(
        "ix_deliveries_pending",
        "deliveries",
        ["receiver", "due", "id"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_deliveries_sending",
        "deliveries",
        ["due"],
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index("ix_deliveries_sent_at", "deliveries", ["receiver", "sent_at"])
    op.create_table(
        "delivery_alerts",
        sa.Column("delivery_id", Id, autoincrement=False, nullable=False),
        sa.Column("alert_id", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_delivery_alerts_alert_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_delivery_alerts_delivery_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", "alert_id", name="pk_delivery_alerts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_delivery_alerts_alert_id", "delivery_alerts", ["alert_id"])
    op.create_table(
        "silences",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("topic", Words),
        sa.Column("story_id", sa.BigInteger),
        sa.Column("until", Utc, nullable=False),
        sa.Column("reason", Words, nullable=False),
        sa.Column("author", Words, nullable=False),
        sa.Column("created_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_silences_until", "silences", ["until"])
    op.create_table(
        "lanes",
        sa.Column("name", Words, nullable=False),
        sa.Column("open_at", Utc, nullable=False),
        sa.Column("reason", Words),
        sa.Column("strikes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lanes"),
    )
    op.create_table(
        "interactions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("key", Words, nullable=False),
        sa.Column("action", Words, nullable=False),
        sa.Column("alert_id", sa.BigInteger),
        sa.Column("article_id", sa.BigInteger),
        sa.Column("topic", Words),
        sa.Column("author", Words, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_interactions"),
        sa.UniqueConstraint("key", name="uq_interactions_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_interactions_alert_id", "interactions", ["alert_id"])
    op.create_index("ix_interactions_topic", "interactions", ["topic", "action"])
