"""Rename the state of deliveries that another message carries from "folded" to "rolled_up"."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# The program before reads states by name and would refuse the new one.
oldest_program = "0008"


def upgrade() -> None:
    op.execute("UPDATE deliveries SET state = 'rolled_up' WHERE state = 'folded'")
