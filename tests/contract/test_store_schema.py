"""Upgrades complete or leave nothing behind; a store made by a newer program is left alone."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from storage.schema.content import meta
from storage.schema.upgrade import OLDEST_PROGRAM, check_schema, newest, upgrade
from storage.sql.database import Database
from storage.sql.errors import SchemaMissing, SchemaTooNew


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'wirewatch.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


async def test_an_empty_database_becomes_a_store(empty_url: str) -> None:
    database = Database.open(empty_url)
    with pytest.raises(SchemaMissing, match="empty"):
        await check_schema(database)
    assert await upgrade(database) == newest()
    assert await upgrade(database) == newest(), "a second time changes nothing"
    await check_schema(database)
    await database.close()


async def test_a_store_in_memory_lives_as_long_as_it_is_open() -> None:
    database = Database.open("sqlite://")
    await upgrade(database)
    assert await database.read(lambda c: c.execute(select(meta.c.key)).scalars().all())
    await database.close()


async def pretend_newer(database: Database, oldest: str) -> None:
    """What a later program's upgrade leaves behind."""
    await database.run(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    await database.run(lambda c: c.execute(meta.update().where(meta.c.key == OLDEST_PROGRAM).values(value=oldest)))


@pytest.mark.case(136)
async def test_an_older_program_refuses_a_newer_schema_and_writes_nothing(database: Database) -> None:
    await pretend_newer(database, "9999")
    before = await database.read(lambda c: c.execute(select(meta)).all())
    for attempt in (upgrade, check_schema):
        with pytest.raises(SchemaTooNew, match=r"9999, made by a newer program.* Nothing was changed"):
            await attempt(database)
    assert await database.read(lambda c: c.execute(select(meta)).all()) == before


async def test_an_older_program_goes_on_where_the_newer_one_allows_it(database: Database) -> None:
    await pretend_newer(database, newest())
    await check_schema(database)
    assert await upgrade(database) == "9999"


async def test_a_store_of_an_older_program_is_named_as_such(database: Database) -> None:
    await database.run(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '0001'")))
    with pytest.raises(SchemaMissing, match="has schema 0001, this program needs"):
        await check_schema(database)


@pytest.mark.case(135)
def test_an_upgrade_killed_at_any_moment_leaves_all_or_nothing(empty_url: str) -> None:
    done = subprocess.run([sys.executable, "-c", KILLER, empty_url], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = done.stdout.split()
    assert len(found) == 20
    assert set(found) <= {"nothing", "all"}
    assert "nothing" in found, "no upgrade was killed in the middle"


KILLER = """
import os, signal, sys, time
from sqlalchemy import event, inspect
from storage.sql.database import Database
from storage.schema.upgrade import newest, upgrade_now

def upgrade_slowly(report):
    database = Database.open(sys.argv[1])

    @event.listens_for(database.engine, "before_cursor_execute")
    def slowly(connection, cursor, statement, *rest):
        if "CREATE TABLE" in statement:
            os.write(report, b"x")
            time.sleep(0.01)

    database.run_now(upgrade_now)
    os.write(report, b"x")
    os._exit(0)

for number in range(20):
    listen, report = os.pipe()
    child = os.fork()
    if child == 0:
        upgrade_slowly(report)
    os.read(listen, 1)
    time.sleep(number * 0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    database = Database.open(sys.argv[1])
    tables = database.run_now(lambda connection: inspect(connection).get_table_names())
    print("all" if tables and database.run_now(upgrade_now) == newest() else "nothing")
    database.close_now()
database = Database.open(sys.argv[1])
assert database.run_now(upgrade_now) == newest()
database.close_now()
"""
