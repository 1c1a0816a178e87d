"""Let a story say which story it was joined into."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# The program before would place edited articles back into a story that was joined into another.
oldest_program = "0013"


def upgrade() -> None:
    op.add_column("stories", sa.Column("joined_into", sa.BigInteger))
