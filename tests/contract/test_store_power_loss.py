"""Losing power: whatever the disk kept of the write-ahead log beyond the last commit, the store is whole."""

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from storage.schema.content import meta
from storage.sql.database import Database

COMMITS = 30
CUTS = 200


def written(folder: Path, template: Path) -> tuple[Path, list[int]]:
    """A database left as it was at the blow, and the log's length after each of its commits."""
    source = folder / "source.db"
    shutil.copy(template, source)
    database = Database.open(f"sqlite:///{source}")
    assert database.run_now(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar_one()) == 2, "FULL: synced"
    lengths = []
    for number in range(COMMITS):
        row = meta.insert().values(key=f"n{number:02d}", value="x" * 3_000)
        database.run_now(lambda connection, row=row: connection.execute(row))
        lengths.append((folder / "source.db-wal").stat().st_size)
    left = folder / "left.db"
    shutil.copy(source, left)
    shutil.copy(folder / "source.db-wal", folder / "left.db-wal")
    database.close_now()
    return left, lengths


def found_after(left: Path, cut: int, folder: Path) -> set[str]:
    """What a start finds when the log was kept up to byte `cut` only."""
    shutil.copy(left, folder / "cut.db")
    (folder / "cut.db-wal").write_bytes(left.with_name("left.db-wal").read_bytes()[:cut])
    (folder / "cut.db-shm").unlink(missing_ok=True)
    connection = sqlite3.connect(folder / "cut.db")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {key for (key,) in connection.execute("SELECT key FROM meta WHERE key LIKE 'n__'")}
    finally:
        connection.close()


@pytest.mark.case(124)
def test_a_log_cut_anywhere_keeps_every_commit_before_the_cut(tmp_path: Path, sqlite_template: Path) -> None:
    left, lengths = written(tmp_path, sqlite_template)
    assert lengths == sorted(set(lengths)), "no checkpoint meanwhile: every commit is in the log"
    chance = random.Random(124)
    for _ in range(CUTS):
        cut = chance.randrange(lengths[-1] + 1)
        kept = {f"n{number:02d}" for number, length in enumerate(lengths) if length <= cut}
        assert found_after(left, cut, tmp_path) == kept
