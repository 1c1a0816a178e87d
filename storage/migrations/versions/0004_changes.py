"""What an edit changed, kept for people to read."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import Json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("texts", sa.Column("changes", Json))
