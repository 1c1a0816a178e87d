"""Rename the column of a process's last queries for due rows."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE processes RENAME COLUMN looked_at TO checked_at")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("COMMENT ON COLUMN processes.checked_at IS 'By step, its last query for due rows, ISO 8601.'")
