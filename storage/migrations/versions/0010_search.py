"""Add the full-text index, triggers that queue what changes for it, and indexes for pages."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SQLITE = (
    "CREATE TABLE search_queue (article_id INTEGER PRIMARY KEY, changes INTEGER NOT NULL)",
    "CREATE TABLE search_documents (article_id INTEGER PRIMARY KEY, content BLOB NOT NULL)",
    "CREATE VIRTUAL TABLE search_words USING fts5(words, content='', tokenize='ascii')",
)
_QUEUE = (
    "INSERT INTO search_queue (article_id, changes) VALUES ({id}, 1) "
    "ON CONFLICT (article_id) DO UPDATE SET changes = changes + 1;"
)
_EVENTS = (
    ("articles_added", "INSERT ON articles", "NEW.id"),
    ("articles_changed", "UPDATE OF title, summary ON articles", "NEW.id"),
    ("articles_deleted", "DELETE ON articles", "OLD.id"),
    ("texts_added", "INSERT ON texts", "NEW.article_id"),
    ("texts_changed", "UPDATE OF entry_text, body ON texts", "NEW.article_id"),
    ("texts_deleted", "DELETE ON texts", "OLD.article_id"),
)
_POSTGRES = (
    "CREATE TABLE search_queue (article_id BIGINT PRIMARY KEY, changes BIGINT NOT NULL)",
    "CREATE TABLE search_documents (article_id BIGINT PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX ix_search_documents_words ON search_documents USING gin (words)",
)
_QUEUE_MANY = """
CREATE FUNCTION wirewatch_queue_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue AS q (article_id, changes) SELECT DISTINCT {column}, 1 FROM changed ORDER BY 1
    ON CONFLICT (article_id) DO UPDATE SET changes = q.changes + 1;
    RETURN NULL;
END $$
"""
_QUEUE_ONE = """
CREATE FUNCTION wirewatch_requeue_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue AS q (article_id, changes) VALUES (NEW.{column}, 1)
    ON CONFLICT (article_id) DO UPDATE SET changes = q.changes + 1;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in _POSTGRES:
            op.execute(statement)
        for table, column, watched in (
            ("articles", "id", "title, summary"),
            ("texts", "article_id", "entry_text, body"),
        ):
            for function in (_QUEUE_MANY, _QUEUE_ONE):
                op.execute(function.format(table=table, column=column))
            for event, rows in (("INSERT", "NEW"), ("DELETE", "OLD")):
                op.execute(
                    f"CREATE TRIGGER search_{table}_{event.lower()} AFTER {event} ON {table} "
                    f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT "
                    f"EXECUTE FUNCTION wirewatch_queue_{table}()"
                )
            # Rows, not statements: only so can a trigger look at single columns, and most updates change others.
            op.execute(
                f"CREATE TRIGGER search_{table}_update AFTER UPDATE OF {watched} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION wirewatch_requeue_{table}()"
            )
    else:
        for statement in _SQLITE:
            op.execute(statement)
        for name, event, article_id in _EVENTS:
            queue = _QUEUE.format(id=article_id)
            op.execute(f"CREATE TRIGGER search_{name} AFTER {event} BEGIN {queue} END")
    op.execute("INSERT INTO search_queue (article_id, changes) SELECT id, 1 FROM articles")
    op.create_index("ix_alerts_updated_at", "alerts", ["updated_at"])
    op.create_index("ix_matches_topic", "matches", ["topic", "near", "article_id"])
