"""Add the pages that are read again after an alert, and the versions of edited texts."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import Id, Json, Utc, Words

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("texts", sa.Column("revised", Words))
    op.add_column("texts", sa.Column("page_title", Words))
    op.create_table(
        "rereads",
        sa.Column("article_id", Id, autoincrement=False, nullable=False),
        sa.Column("alerted_at", Utc, nullable=False),
        sa.Column("due", Utc),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("etag", sa.LargeBinary),
        sa.Column("last_modified", sa.LargeBinary),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_rereads_article_id_articles", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_rereads"),
    )
    due = sa.text("due IS NOT NULL")
    op.create_index("ix_rereads_due", "rereads", ["due"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "revisions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("article_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", Utc, nullable=False),
        sa.Column("found", Words, nullable=False),
        sa.Column("label", Words),
        sa.Column("title", Words, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_revisions_article_id_articles", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.UniqueConstraint("article_id", "number", name="uq_revisions_article_id_number"),
        sqlite_autoincrement=True,
    )
