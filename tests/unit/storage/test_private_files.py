"""Database and backups are for their owner's eyes: addresses of sources in them may hold passwords."""

import os
from pathlib import Path

import pytest

from storage.admin.backup import backup
from storage.schema.upgrade import upgrade
from storage.sql.database import Database


def modes(folder: Path) -> set[str]:
    return {oct(mode(path)) for path in folder.glob("*.db*")}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def open_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
async def test_a_new_store_and_its_backup_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'w.db'}")
    try:
        await upgrade(database)
        await backup(database, tmp_path / "backup.db")
        assert modes(tmp_path) == {"0o600"}
    finally:
        await database.close()


async def test_a_store_of_an_older_program_is_taken_from_all_but_its_group(tmp_path: Path) -> None:
    (tmp_path / "w.db").touch()
    (tmp_path / "w.db").chmod(0o644)
    await Database.open(f"sqlite:///{tmp_path / 'w.db'}").close()
    assert mode(tmp_path / "w.db") == 0o640
