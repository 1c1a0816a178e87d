"""Rename tables and columns to the field's standard words."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
oldest_program = "0007"  # the version before cannot read the renamed tables

_TABLES = {"lanes": "throttles", "turns": "leases", "host_lanes": "host_limits"}
_COLUMNS = (
    ("throttles", "open_at", "blocked_until"),
    ("throttles", "strikes", "failures"),
    ("deliveries", "strikes", "failures"),
    ("deliveries", "window", "group_key"),
)


def upgrade() -> None:
    for old, new in _TABLES.items():
        op.rename_table(old, new)
    for table, old, new in _COLUMNS:
        op.execute(f'ALTER TABLE {table} RENAME COLUMN "{old}" TO "{new}"')
