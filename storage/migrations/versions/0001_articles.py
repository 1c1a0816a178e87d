"""Feeds, articles, stories, alerts and the ledger."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.sql.types import Digest, Id, Json, Utc, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _only_where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    _store()
    _polling()
    _articles()
    _stories()
    _judgement()


def _store() -> None:
    op.create_table(
        "meta",
        sa.Column("key", Words, nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "counters",
        sa.Column("name", Words, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )


def _polling() -> None:
    op.create_table(
        "feeds",
        sa.Column("key", Words, nullable=False),
        sa.Column("url", Words, nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("tier", sa.Integer, nullable=False),
        sa.Column("configured", sa.Boolean, nullable=False),
        sa.Column("due", Utc),
        sa.Column("etag", sa.LargeBinary),
        sa.Column("last_modified", sa.LargeBinary),
        sa.Column("body_hash", sa.LargeBinary),
        sa.Column("polls", sa.BigInteger, nullable=False),
        sa.Column("polled_at", Utc),
        sa.Column("succeeded_at", Utc),
        sa.Column("baseline_at", Utc),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", Utc),
        sa.Column("failure", Words),
        sa.Column("gone_count", sa.Integer, nullable=False),
        sa.Column("gone_since", Utc),
        sa.Column("disabled_reason", Words),
        sa.Column("learnt_url", Words),
        sa.Column("candidate_url", Words),
        sa.Column("candidate_polls", sa.Integer, nullable=False),
        sa.Column("candidate_since", Utc),
        sa.Column("entries_last", sa.Integer),
        sa.Column("arrivals", Json, nullable=False),
        sa.Column("reported", Words),
        sa.Column("title", Words),
        sa.Column("hints", Json, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_feeds"),
    )
    op.create_index("ix_feeds_due", "feeds", ["due"], **_only_where("due IS NOT NULL"))
    op.create_table(
        "identities",
        sa.Column("hash", Digest, nullable=False),
        sa.Column("article_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_identities"),
        sqlite_with_rowid=False,
    )


def _articles() -> None:
    op.create_table(
        "stories",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("first_seen", Utc, nullable=False),
        sa.Column("last_seen", Utc, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stories_last_seen", "stories", ["last_seen"])
    op.create_table(
        "articles",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("url", Words),
        sa.Column("url_key", sa.BigInteger),
        sa.Column("outlet", Words, nullable=False),
        sa.Column("feed_key", Words, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("summary", Words, nullable=False),
        sa.Column("author", Words, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("language", Words),
        sa.Column("published", Utc),
        sa.Column("first_seen", Utc, nullable=False),
        sa.Column("baseline", sa.Boolean, nullable=False),
        sa.Column("content_hash", sa.LargeBinary),
        sa.Column("stage", Words, nullable=False),
        sa.Column("due", Utc),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("story_id", sa.BigInteger),
        sa.Column("copy_of", sa.BigInteger),
        sa.Column("origin", Words),
        sa.Column("catalog_revision", Words),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_articles_story_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_articles_due", "articles", ["stage", "due"], **_only_where("due IS NOT NULL"))
    op.create_index("ix_articles_first_seen", "articles", ["first_seen"])
    op.create_index("ix_articles_story", "articles", ["story_id"], **_only_where("story_id IS NOT NULL"))
    op.create_index("ix_articles_url_key", "articles", ["url_key"])
    op.create_table(
        "texts",
        sa.Column("article_id", Id, autoincrement=False, nullable=False),
        sa.Column("entry_text", Words),
        sa.Column("title", Words),
        sa.Column("body", Words),
        sa.Column("method", Words),
        sa.Column("language", Words),
        sa.Column("published", Utc),
        sa.Column("author", Words),
        sa.Column("credit", Words),
        sa.Column("doubts", Json),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_texts_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", name="pk_texts"),
    )
    op.create_table(
        "sightings",
        sa.Column("article_id", Id, autoincrement=False, nullable=False),
        sa.Column("feed_key", Words, nullable=False),
        sa.Column("first_seen", Utc, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_sightings_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "feed_key", name="pk_sightings"),
        sqlite_with_rowid=False,
    )


def _stories() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("sequence", Id, autoincrement=False, nullable=False),
        sa.Column("article_id", sa.BigInteger, nullable=False),
        sa.Column("story_id", sa.BigInteger, nullable=False),
        sa.Column("copy_of", sa.BigInteger),
        sa.Column("outlet", Words, nullable=False),
        sa.Column("at", Utc, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_fingerprints_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sequence", name="pk_fingerprints"),
        sa.UniqueConstraint("article_id", name="uq_fingerprints_article_id"),
    )
    op.create_index("ix_fingerprints_at", "fingerprints", ["at"])


def _judgement() -> None:
    op.create_table(
        "matches",
        sa.Column("article_id", Id, autoincrement=False, nullable=False),
        sa.Column("topic", Words, nullable=False),
        sa.Column("near", sa.Boolean, nullable=False),
        sa.Column("score", sa.Float(53), nullable=False),
        sa.Column("threshold", sa.Float(53)),
        sa.Column("missing", Words),
        sa.Column("parts", Json, nullable=False),
        sa.Column("hits", Json, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_matches_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "topic", name="pk_matches"),
    )
    op.create_table(
        "alerts",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("story_id", sa.BigInteger, nullable=False),
        sa.Column("topic", Words, nullable=False),
        sa.Column("watchlist", Words, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("score", sa.Float(53), nullable=False),
        sa.Column("article_id", sa.BigInteger, nullable=False),
        sa.Column("raised_at", Utc, nullable=False),
        sa.Column("updated_at", Utc, nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("news", Words, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("acknowledged_by", Words),
        sa.Column("acknowledged_at", Utc),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_alerts_story_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("story_id", "topic", name="uq_alerts_story_id_topic"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alerts_raised_at", "alerts", ["raised_at"])
    op.create_table(
        "ledger",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("article_id", sa.BigInteger),
        sa.Column("feed_key", Words),
        sa.Column("at", Utc, nullable=False),
        sa.Column("step", Words, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_ledger_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
    )
    op.create_index("ix_ledger_article_id", "ledger", ["article_id", "id"])
    op.create_index("ix_ledger_feed_key", "ledger", ["feed_key", "id"], **_only_where("feed_key IS NOT NULL"))
