"""The processes that take part."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import Json, Utc, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "processes",
        sa.Column("name", Words, nullable=False, comment="Host and process id."),
        sa.Column("version", Words, nullable=False),
        sa.Column("started_at", Utc, nullable=False),
        sa.Column("seen_at", Utc, nullable=False),
        sa.Column("revision", Words, nullable=False, comment="The catalog it judges by."),
        sa.Column("looked_at", Json, nullable=False, comment="By step, its last look for due rows, ISO 8601."),
        sa.Column("problems", Json, nullable=False, comment="What it found wrong with the configuration."),
        sa.PrimaryKeyConstraint("name", name="pk_processes"),
    )
