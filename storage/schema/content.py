"""Define the tables of feeds, articles, stories and alerts.

Due rows are found through partial indexes that hold only waiting rows, so that the query costs the same with a hundred
million finished articles behind it.

Texts and fingerprints stand apart from `articles`: they are large, go at other ages, and are read by other steps.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from storage.sql.types import Digest, Id, Json, Utc, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(column_0_label)s",
    }
)

# Facts about the store itself: its instance id, when it was copied, what housekeeping last did.
meta = Table(
    "meta",
    metadata,
    Column("key", Words, primary_key=True),
    Column("value", Json, nullable=False),
)

# Numbers that only grow, also after the rows that bore them are gone.
counters = Table(
    "counters",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("key", Words, primary_key=True),
    Column("url", Words, nullable=False),
    Column("settings", Json, nullable=False, doc="The rest of what is configured."),
    Column("tier", Integer, nullable=False),
    Column("configured", Boolean, nullable=False, doc="Named by the configuration, and enabled."),
    Column("due", Utc, doc="NULL while it is not to be polled."),
    Column("etag", LargeBinary),
    Column("last_modified", LargeBinary),
    Column("body_hash", LargeBinary),
    Column("polls", BigInteger, nullable=False, doc="Guards every update: compare and set."),
    Column("polled_at", Utc),
    Column("succeeded_at", Utc),
    Column("baseline_at", Utc),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Utc),
    Column("failure", Words),
    Column("gone_count", Integer, nullable=False),
    Column("gone_since", Utc),
    Column("disabled_reason", Words),
    Column("learnt_url", Words),
    Column("candidate_url", Words),
    Column("candidate_polls", Integer, nullable=False),
    Column("candidate_since", Utc),
    Column("entries_last", Integer),
    Column("arrivals", Json, nullable=False, doc="Microseconds since 1970, newest last."),
    Column("reported", Words),
    Column("title", Words),
    Column("hints", Json, nullable=False),
)
Index(
    "ix_feeds_due",
    feeds.c.due,
    sqlite_where=feeds.c.due.is_not(None),
    postgresql_where=feeds.c.due.is_not(None),
)

# Every key by which an entry is known again; kept for ever, so without a foreign key to articles.
identities = Table(
    "identities",
    metadata,
    Column("hash", Digest, primary_key=True),
    Column("article_id", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

articles = Table(
    "articles",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("url", Words),
    Column("url_key", BigInteger, doc="The start of the url's SHA-256: an index on urls themselves has size limits."),
    Column("outlet", Words, nullable=False),
    Column("feed_key", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("tags", Json, nullable=False),
    Column("language", Words),
    Column("published", Utc),
    Column("first_seen", Utc, nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("content_hash", LargeBinary, doc="Of the feed entry it was last read with."),
    Column("stage", Words, nullable=False),
    Column("due", Utc, doc="NULL once done."),
    Column("attempt", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("story_id", BigInteger, ForeignKey("stories.id", ondelete="SET NULL")),
    Column("copy_of", BigInteger),
    Column("origin", Words, doc="Who really wrote the text; known once placed."),
    Column("catalog_revision", Words, doc="The configuration it was judged by."),
    sqlite_autoincrement=True,
)
Index(
    "ix_articles_due",
    articles.c.stage,
    articles.c.due,
    sqlite_where=articles.c.due.is_not(None),
    postgresql_where=articles.c.due.is_not(None),
)
Index(
    "ix_articles_story",
    articles.c.story_id,
    sqlite_where=articles.c.story_id.is_not(None),
    postgresql_where=articles.c.story_id.is_not(None),
)
Index("ix_articles_url_key", articles.c.url_key)
Index("ix_articles_first_seen", articles.c.first_seen)

texts = Table(
    "texts",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("entry_text", Words, doc="What the feed carried, where it is more than the summary."),
    Column("title", Words),
    Column("body", Words, doc="NULL until extracted."),
    Column("method", Words),
    Column("language", Words),
    Column("published", Utc),
    Column("author", Words),
    Column("credit", Words),
    Column("doubts", Json),
    Column("changes", Json, doc="What the last edit changed, in marked lines; NULL for none."),
    Column("revised", Words, doc="The label of the last edit; NULL for none."),
    Column("page_title", Words, doc="The page's own headline, where a page was read."),
)

# Pages behind alerts that are to be read again; one of an article no more once it has passed its last reading.
rereads = Table(
    "rereads",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("alerted_at", Utc, nullable=False),
    Column("due", Utc, doc="NULL once it is not to be read any more."),
    Column("attempt", Integer, nullable=False, doc="Guards every update: compare and set."),
    Column("etag", LargeBinary),
    Column("last_modified", LargeBinary),
)
Index(
    "ix_rereads_due",
    rereads.c.due,
    sqlite_where=rereads.c.due.is_not(None),
    postgresql_where=rereads.c.due.is_not(None),
)

# The versions of texts that were edited; of a text never edited, none.
revisions = Table(
    "revisions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("article_id", BigInteger, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False, doc="0 is the text as first read."),
    Column("at", Utc, nullable=False),
    Column("found", Words, nullable=False, doc="feed or page."),
    Column("label", Words, doc="NULL for the text as first read."),
    Column("title", Words, nullable=False),
    Column("body", LargeBinary, nullable=False, doc="UTF-8, compressed by zlib; of a withdrawn page, empty."),
    Column("changes", Json, nullable=False),
    UniqueConstraint("article_id", "number"),
    sqlite_autoincrement=True,
)

sightings = Table(
    "sightings",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("feed_key", Words, primary_key=True),
    Column("first_seen", Utc, nullable=False),
    sqlite_with_rowid=False,
)

stories = Table(
    "stories",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("title", Words, nullable=False),
    Column("first_seen", Utc, nullable=False),
    Column("last_seen", Utc, nullable=False),
    Column("joined_into", BigInteger, doc="The story that goes on in its place; NULL for one that stands."),
    sqlite_autoincrement=True,
)
Index("ix_stories_last_seen", stories.c.last_seen)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("sequence", Id, primary_key=True, autoincrement=False, doc="The order of placing."),
    Column("article_id", BigInteger, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("story_id", BigInteger, nullable=False),
    Column("copy_of", BigInteger),
    Column("outlet", Words, nullable=False),
    Column("at", Utc, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
Index("ix_fingerprints_at", fingerprints.c.at)

matches = Table(
    "matches",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("topic", Words, primary_key=True),
    Column("near", Boolean, nullable=False, doc="A miss, kept with what it lacked."),
    Column("score", Float(53), nullable=False),
    Column("threshold", Float(53)),
    Column("missing", Words),
    Column("parts", Json, nullable=False),
    Column("hits", Json, nullable=False),
    Column("revision", Integer, nullable=False, doc="Of the article's text."),
)

Index("ix_matches_topic", matches.c.topic, matches.c.near, matches.c.article_id)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("story_id", BigInteger, ForeignKey("stories.id"), nullable=False),
    Column("topic", Words, nullable=False),
    Column("watchlist", Words, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("score", Float(53), nullable=False),
    Column("article_id", BigInteger, nullable=False),
    Column("raised_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("news", Words, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("acknowledged_by", Words),
    Column("acknowledged_at", Utc),
    UniqueConstraint("story_id", "topic"),
    sqlite_autoincrement=True,
)
Index("ix_alerts_raised_at", alerts.c.raised_at)
Index("ix_alerts_updated_at", alerts.c.updated_at)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("article_id", BigInteger, ForeignKey("articles.id", ondelete="CASCADE")),
    Column("feed_key", Words, doc="For lines about a feed rather than an article."),
    Column("at", Utc, nullable=False),
    Column("step", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("facts", Json, nullable=False),
)
Index("ix_ledger_article_id", ledger.c.article_id, ledger.c.id)
Index(
    "ix_ledger_feed_key",
    ledger.c.feed_key,
    ledger.c.id,
    sqlite_where=ledger.c.feed_key.is_not(None),
    postgresql_where=ledger.c.feed_key.is_not(None),
)
