"""Add the audit log and the configurations that were in force."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import Id, Json, Utc, Words

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("at", Utc, nullable=False),
        sa.Column("who", Words, nullable=False),
        sa.Column("origin", Words, nullable=False),
        sa.Column("action", Words, nullable=False),
        sa.Column("subject", Words, nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_subject", "audit", ["subject", "id"])
    op.create_table(
        "config_revisions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("revision", Words, nullable=False),
        sa.Column("at", Utc, nullable=False),
        sa.Column("process", Words, nullable=False),
        sa.Column("files", sa.LargeBinary, nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("effect", Json),
        sa.Column("state", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_config_revisions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_config_revisions_revision", "config_revisions", ["revision"])
