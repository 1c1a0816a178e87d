"""Turns and host lanes: what several machines on one store agree by."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import Json, Utc, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turns",
        sa.Column("name", Words, nullable=False),
        sa.Column("until", Utc, nullable=False),
        sa.Column("done_at", Utc),
        sa.PrimaryKeyConstraint("name", name="pk_turns"),
    )
    op.create_table(
        "host_lanes",
        sa.Column("host", Words, nullable=False),
        sa.Column("next_at", Utc, nullable=False),
        sa.Column("busy", Json, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_host_lanes"),
        prefixes=["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else [],
    )
