"""Add episodes of quantity and time, and the delivery that tells of one."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import Id, Json, Utc, Words

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# The program before has no kind "volume".
oldest_program = "0014"


def upgrade() -> None:
    op.create_table(
        "episodes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("topic", Words, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("rule", Words, nullable=False),
        sa.Column("subject", Words, nullable=False),
        sa.Column("began_at", Utc, nullable=False),
        sa.Column("updated_at", Utc, nullable=False),
        sa.Column("ended_at", Utc),
        sa.Column("figures", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_episodes"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_episodes_open",
        "episodes",
        ["topic", "rule"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "watched_topics",
        sa.Column("topic", Words, nullable=False),
        sa.Column("since", Utc, nullable=False),
        sa.PrimaryKeyConstraint("topic", name="pk_watched_topics"),
    )
    op.create_table(
        "seen_names",
        sa.Column("topic", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("last_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("topic", "name", name="pk_seen_names"),
    )
    op.add_column("deliveries", sa.Column("episode_id", sa.BigInteger))
    op.create_index(
        "ix_deliveries_episode_id",
        "deliveries",
        ["episode_id"],
        sqlite_where=sa.text("episode_id IS NOT NULL"),
        postgresql_where=sa.text("episode_id IS NOT NULL"),
    )
