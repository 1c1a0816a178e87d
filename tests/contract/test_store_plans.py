"""Looking for work never walks through finished work: every question is answered from an index."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from monitor.domain.articles.article import Stage
from storage.admin.retention import Ages, SqlHousekeeping
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.schema.content import articles
from storage.sql.database import Database
from storage.views.history import SqlLedger
from storage.views.status import SqlStatus

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LARGE = ("articles", "identities", "texts", "sightings", "fingerprints", "matches", "ledger", "stories")


@contextmanager
def asked(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The questions put to the database meanwhile."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


async def ask_everything(database: Database) -> None:
    store = SqlArticleStore(database)
    await SqlFeedStore(database).due(NOW, 10, ())
    await SqlFeedStore(database).known([b"k" * 32])
    await store.due(Stage.EXTRACT, NOW, 10, ())
    await store.due(Stage.TRIAGE, NOW, 10, ())
    await store.window(NOW, 5, 10)
    await SqlLedger(database).history("https://herald.example/")
    await SqlHousekeeping(database).sweep(Ages(), NOW)
    await SqlStatus(database).overview(NOW + timedelta(days=1))


async def test_no_question_reads_a_large_table_from_end_to_end_on_sqlite(sqlite_database: Database) -> None:
    with asked(sqlite_database) as questions:
        await ask_everything(sqlite_database)
    assert len(questions) > 15
    for statement, parameters in questions:
        plan = await sqlite_database.read(
            lambda c, q=(statement, parameters): c.exec_driver_sql(f"EXPLAIN QUERY PLAN {q[0]}", q[1]).all()  # type: ignore[misc]
        )
        for step in plan:
            words = step[3].split()
            walks = words[0] == "SCAN" and words[1] in LARGE and "USING" not in words
            assert not walks, f"{step[3]} in {statement}"


@pytest.mark.postgres
async def test_due_articles_are_found_through_the_small_index_on_postgresql(postgres_database: Database) -> None:
    row = {"outlet": "o", "feed_key": "f", "title": "t", "summary": "", "author": "", "tags": [], "first_seen": NOW}
    row |= {"baseline": False, "stage": "done", "attempt": 0, "revision": 0}
    done = [{**row, "due": None} for _ in range(5_000)]
    await postgres_database.run(lambda c: c.execute(articles.insert(), done))
    await postgres_database.run(lambda c: c.execute(articles.insert().values(**row | {"stage": "extract", "due": NOW})))
    await postgres_database.run(lambda c: c.execute(text("ANALYZE articles")))
    with asked(postgres_database) as questions:
        assert len(await SqlArticleStore(postgres_database).due(Stage.EXTRACT, NOW, 10, ())) == 1
    ((statement, parameters),) = questions
    plan = await postgres_database.read(lambda c: c.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all())
    assert any("ix_articles_due" in line for line in plan), plan
