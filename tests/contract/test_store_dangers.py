"""What happens to databases: locked, full, read-only, deleted, replaced, damaged, shared. Nothing is lost silently."""

import asyncio
import os
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, event, func, select
from sqlalchemy.engine import make_url

from storage.admin.daemon_lock import lock_path, take_lock
from storage.schema.content import meta
from storage.sql.database import Database
from storage.sql.errors import (
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreInUse,
    StoreReadOnly,
    StoreReplaced,
    StoreUnavailable,
)


def put(key: str, size: int = 0) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(meta.insert().values(key=key, value="x" * size))


async def keys(database: Database) -> set[str]:
    return set(await database.read(lambda c: c.execute(select(meta.c.key)).scalars().all()))


@pytest.fixture
def path(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture
async def impatient(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database.open(sqlite_url, busy_ms=50)
    yield database
    await database.close()


@pytest.mark.case(120)
async def test_a_database_locked_by_another_process_is_waited_for(sqlite_database: Database, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.5, other.rollback)
    release.start()
    await sqlite_database.run(put("after the wait"))
    assert "after the wait" in await keys(sqlite_database)
    release.join()
    other.close()


@pytest.mark.case(120)
async def test_a_database_locked_for_too_long_is_busy_and_then_works_again(impatient: Database, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        await impatient.run(put("too soon"))
    assert "too soon" not in await keys(impatient), "reading goes on meanwhile"
    other.rollback()
    other.close()
    await impatient.run(put("now"))
    assert "now" in await keys(impatient)


@pytest.mark.case(121)
async def test_a_full_disk_loses_nothing_and_work_goes_on_after(sqlite_database: Database) -> None:
    limit = {"pages": 120}
    event.listen(
        sqlite_database.engine,
        "begin",
        lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={limit['pages']}"),
    )
    written: set[str] = set()

    async def fill() -> None:
        while True:
            await sqlite_database.run(put(f"n{len(written)}", 20_000))
            written.add(f"n{len(written)}")

    with pytest.raises(StoreFull):
        await fill()
    assert written
    assert written <= await keys(sqlite_database)
    limit["pages"] = 100_000
    await sqlite_database.run(put("after", 20_000))
    assert written | {"after"} <= await keys(sqlite_database)
    assert await sqlite_database.read(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar_one()) == "ok"


@pytest.mark.case(122)
async def test_a_deleted_database_is_noticed_before_anything_is_done(sqlite_database: Database, path: Path) -> None:
    await sqlite_database.run(put("before"))
    os.unlink(path)
    for attempt in (sqlite_database.run, sqlite_database.read):
        with pytest.raises(StoreReplaced, match=r"deleted or replaced.*put the right file back"):
            await attempt(put("blind"))


@pytest.mark.case(122)
async def test_a_replaced_database_is_noticed(sqlite_database: Database, sqlite_template: Path, path: Path) -> None:
    await sqlite_database.run(put("before"))
    shutil.copy(sqlite_template, path.with_suffix(".new"))
    os.replace(path.with_suffix(".new"), path)
    with pytest.raises(StoreReplaced):
        await sqlite_database.run(put("blind"))
    there = sqlite3.connect(path)
    assert there.execute("SELECT count(*) FROM meta WHERE key = 'blind'").fetchone() == (0,)
    there.close()


@pytest.mark.case(122)
async def test_a_database_replaced_during_the_work_is_noticed_before_the_commit(
    sqlite_database: Database, path: Path
) -> None:
    def work(connection: Connection) -> None:
        put("half")(connection)
        path.rename(path.with_suffix(".elsewhere"))

    with pytest.raises(StoreReplaced):
        await sqlite_database.run(work)
    path.with_suffix(".elsewhere").rename(path)
    assert "half" not in await keys(sqlite_database)


@pytest.mark.case(122)
async def test_a_deleted_log_is_noticed(sqlite_database: Database, path: Path) -> None:
    await sqlite_database.run(put("before"))
    path.with_name(path.name + "-wal").unlink()
    with pytest.raises(StoreReplaced, match="-wal was deleted"):
        await sqlite_database.run(put("blind"))


@pytest.mark.case(122)
async def test_a_damaged_database_is_named_so(path: Path) -> None:
    size = path.stat().st_size  # noqa: ASYNC240
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    database = Database.open(f"sqlite:///{path}")
    with pytest.raises(StoreCorrupt):
        await database.run(put("into the dark"))
    await database.close()


@pytest.mark.case(122)
async def test_a_file_that_is_no_database_is_named_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database at all " * 100)
    database = Database.open(f"sqlite:///{tmp_path / 'notes.txt'}")
    with pytest.raises(StoreCorrupt):
        await database.run(put("x"))
    await database.close()


@pytest.mark.case(122)
async def test_a_read_only_database_can_be_read_and_says_why_not_written(path: Path) -> None:
    database = Database.open(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert "instance" in await keys(database)
    with pytest.raises(StoreReadOnly, match="readonly"):
        await database.run(put("x"))
    await database.close()


@pytest.mark.parametrize("where", ["{tmp}/file/wirewatch.db", "{tmp}/folder"])
async def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreReadOnly):
        await Database.open(f"sqlite:///{where.format(tmp=tmp_path)}").run(put("x"))


@pytest.mark.parametrize("url", ["", "wirewatch.db", "mysql://host/db", "postgresql+asyncpg2//x"])
def test_an_address_that_cannot_be_used_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="sqlite"):
        Database.open(url)


async def test_a_server_that_is_not_there_is_unavailable_and_the_password_is_not_told() -> None:
    database = Database.open("postgresql://user:planted-secret@127.0.0.1:1/db")
    with pytest.raises(StoreUnavailable) as caught:
        await database.run(put("x"))
    assert "planted-secret" not in f"{caught.value}{caught.value.__cause__!r}{database.engine.url}"
    await database.close()


@pytest.mark.case(125)
async def test_a_second_daemon_on_one_database_is_refused_until_the_first_is_gone(database_url: str) -> None:
    first, second = Database.open(database_url), Database.open(database_url)
    lock = take_lock(first)
    lock.check()
    with pytest.raises(StoreInUse, match=r"only one daemon|another daemon"):
        take_lock(second)
    lock.release()
    take_lock(second).release()
    for database in (first, second):
        await database.close()


@pytest.mark.case(125)
def test_a_lock_beside_a_database_survives_its_deletion(path: Path, sqlite_url: str) -> None:
    lock = take_lock(Database.open(sqlite_url))
    path.unlink()
    with pytest.raises(StoreInUse, match=f"process {os.getpid()}"):
        take_lock(Database.open(sqlite_url))
    assert lock_path(path).exists()
    lock.release()


@pytest.mark.case(125)
@pytest.mark.postgres
async def test_a_daemon_takes_its_lock_again_after_a_disconnect_unless_another_was_faster(
    postgres_database: Database, postgres_server: str
) -> None:
    lock = take_lock(postgres_database)
    _cut_connections(postgres_server, postgres_database)
    lock.check()
    with pytest.raises(StoreInUse):
        take_lock(postgres_database)
    _cut_connections(postgres_server, postgres_database)
    other = take_lock(postgres_database)
    with pytest.raises(StoreInUse):
        lock.check()
    other.release()
    await asyncio.sleep(0.5)  # the server notices a closed session a moment later
    lock.check()
    lock.release()


@pytest.mark.case(123)
@pytest.mark.postgres
async def test_work_goes_on_after_the_connections_were_cut(postgres_database: Database, postgres_server: str) -> None:
    await asyncio.gather(*(postgres_database.run(put(f"a{i}")) for i in range(8)))
    for number in range(5):
        _cut_connections(postgres_server, postgres_database)
        await asyncio.gather(*(postgres_database.run(put(f"b{number}-{i}")) for i in range(8)))
    count = select(func.count()).select_from(meta).where(meta.c.key.like("b%"))
    assert await postgres_database.read(lambda c: c.execute(count).scalar_one()) == 40


@pytest.mark.case(123)
@pytest.mark.postgres
async def test_a_connection_cut_in_the_middle_undoes_the_work(
    postgres_database: Database, postgres_server: str
) -> None:
    def work(connection: Connection) -> None:
        put("half")(connection)
        _cut_connections(postgres_server, postgres_database)
        put("other half")(connection)

    with pytest.raises(StoreUnavailable):
        await postgres_database.run(work)
    assert not {"half", "other half"} & await keys(postgres_database)


@pytest.mark.postgres
async def test_a_user_without_rights_is_told_so(postgres_database: Database, postgres_server: str) -> None:
    def forbid(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL default_transaction_read_only = on")
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        put("x")(connection)

    with pytest.raises(StoreReadOnly):
        await postgres_database.run(forbid)
    with pytest.raises(StoreError):
        await postgres_database.read(put("x"))


def _cut_connections(server: str, database: Database) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        name = make_url(str(database.engine.url)).database
        admin.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", (name,))
