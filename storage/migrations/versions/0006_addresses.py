"""Where each message was posted, so that it is looked for there after its receiver has moved."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import Words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("address", Words))
