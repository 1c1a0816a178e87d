"""A copied store is noticed: two daemons, each on a copy, would tell everything twice."""

import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.domain.status.overview import WorkerOverview
from storage.admin.backup import backup, restore
from storage.admin.copy_guard import adopt, refuse_copy
from storage.admin.transfer import copy_store
from storage.cluster.processes import SqlProcesses
from storage.sql.database import Database
from storage.sql.errors import StoreCopied

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
ALIVE = WorkerOverview(
    name="here:1", version="1", started_at=NOON, seen_at=NOON, revision="r", checked_at={}, problems=()
)


async def at(path: Path, *works: Callable[[Database], Awaitable[None]]) -> None:
    """Open the store, as a daemon does at its start."""
    database = Database.open(f"sqlite:///{path}")
    try:
        for work in works:
            await work(database)
    finally:
        await database.close()


@pytest.fixture
async def store(sqlite_template: Path, tmp_path: Path) -> Path:
    """A store on which a daemon has worked."""
    (tmp_path / "volume").mkdir()
    path = tmp_path / "volume" / "wirewatch.db"
    shutil.copy(sqlite_template, path)
    await at(path, refuse_copy)
    return path


@pytest.mark.case(127)
@pytest.mark.parametrize("where", ["beside a daemon that works", "on another machine"])
async def test_a_copied_volume_is_refused_until_it_is_adopted(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    if where == "on another machine":
        monkeypatch.setattr("socket.gethostname", lambda: "another.example")
    else:
        await at(store, lambda database: SqlProcesses(database).report(ALIVE))
    shutil.copytree(store.parent, tmp_path / "copied", copy_function=shutil.copy2)
    copied = tmp_path / "copied" / store.name
    before = copied.read_bytes()
    with pytest.raises(StoreCopied, match="wirewatch db adopt"):
        await at(copied, refuse_copy)
    assert copied.read_bytes() == before
    await at(copied, adopt, refuse_copy)
    await at(copied, refuse_copy)


async def test_a_copy_on_the_same_machine_of_a_store_at_rest_is_a_move(store: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copy(store, tmp_path / "copied.db"))
    await at(copied, refuse_copy)
    await at(copied, refuse_copy)


@pytest.mark.case(127)
async def test_a_store_that_is_started_again_renamed_or_moved_is_the_same(store: Path, tmp_path: Path) -> None:
    await at(store, refuse_copy)
    moved = store.parent.rename(tmp_path / "elsewhere") / store.name
    await at(moved, refuse_copy)


@pytest.mark.case(127, 138)
async def test_what_is_restored_or_moved_on_purpose_is_no_copy(store: Path, tmp_path: Path) -> None:
    saved, target = tmp_path / "saved.db", tmp_path / "target.db"
    await at(store, lambda database: backup(database, saved))

    async def put_back(database: Database) -> None:
        await restore(saved, database)

    await at(store, put_back)
    await at(store, refuse_copy)

    async def move(database: Database) -> None:
        other = Database.open(f"sqlite:///{target}")
        await copy_store(database, other)
        await other.close()

    await at(store, move)
    await at(target, refuse_copy)
