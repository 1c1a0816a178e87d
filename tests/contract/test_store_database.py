"""One database: transactions, types and errors are the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select

import storage.schema.processes  # noqa: F401 - adds its table
from storage.schema.content import meta, stories
from storage.schema.outbox import metadata
from storage.sql.database import Database
from storage.sql.errors import StoreRefused

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


async def test_what_a_transaction_wrote_is_there_for_the_next(database: Database) -> None:
    await database.run(lambda c: c.execute(meta.insert().values(key="colour", value=["red", 1, None])))
    found = await database.read(lambda c: c.execute(select(meta.c.value).where(meta.c.key == "colour")).scalar_one())
    assert found == ["red", 1, None]


async def test_an_error_in_the_work_undoes_all_of_it(database: Database) -> None:
    def work(connection: Connection) -> None:
        connection.execute(meta.insert().values(key="half", value=1))
        raise LookupError("not a matter of the store")

    with pytest.raises(LookupError):
        await database.run(work)
    assert await database.read(lambda c: c.execute(select(meta).where(meta.c.key == "half")).all()) == []


@pytest.mark.case(55)
@pytest.mark.parametrize(
    "text",
    ["nul\x00nul", "lone \ud800 high", "lone \udfff low", "\uffff", "\x01\x1f\x7f\x9f", "\U0010ffff", "\ufeff", "\x00"],
)
async def test_any_text_can_be_stored_in_columns_and_in_json(database: Database, text: str) -> None:
    await database.run(lambda c: c.execute(meta.insert().values(key="k" + text, value={"a" + text: [text]})))
    row = await database.read(lambda c: c.execute(select(meta).where(meta.c.key == "k" + text)).one())
    kept = "".join(char for char in text if char != "\x00" and not "\ud800" <= char <= "\udfff")
    assert row.key == "k" + kept
    assert row.value == {"a" + kept: [kept]}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (NOW, NOW),
        (NOW.astimezone(timezone(timedelta(hours=5, minutes=45))), NOW),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=14))), datetime.max.replace(tzinfo=UTC)),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), datetime.min.replace(tzinfo=UTC)),
        (
            datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        ),
        (datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC), datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)),
    ],
)
async def test_moments_come_back_exact_and_in_utc(database: Database, given: datetime, kept: datetime) -> None:
    row = {"title": "", "first_seen": given, "last_seen": NOW}
    await database.run(lambda c: c.execute(stories.insert().values(row)))
    found = await database.read(lambda c: c.execute(select(stories.c.first_seen)).scalar_one())
    assert found == kept
    assert found.tzinfo is UTC


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    row = {"title": "", "first_seen": NOW.replace(tzinfo=None), "last_seen": NOW}
    with pytest.raises(StoreRefused, match="without a zone"):
        await database.run(lambda c: c.execute(stories.insert().values(row)))


async def test_errors_do_not_quote_what_was_to_be_stored(database: Database) -> None:
    row = {"key": "twice", "value": "xoxb-planted-secret"}
    await database.run(lambda c: c.execute(meta.insert().values(row)))
    with pytest.raises(StoreRefused) as caught:
        await database.run(lambda c: c.execute(meta.insert().values(row)))
    assert "planted" not in f"{caught.value} {caught.value.__cause__}"


async def test_migrations_make_the_very_tables_the_program_uses(database: Database) -> None:
    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        # The full-text index is SQL of each database: storage/search/sql.py has the only statements on it.
        return kind != "table" or not (name or "").startswith("search_")

    def differences(connection: Connection) -> object:
        options = {"compare_type": True, "include_name": is_ours}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert await database.read(differences) == []
