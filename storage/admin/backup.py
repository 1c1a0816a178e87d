"""Write and restore backups: always one SQLite file, whole and checked, whatever database holds the store."""

import asyncio
import os
import sqlite3
from pathlib import Path

from storage.admin.copy_guard import FILE
from storage.admin.daemon_lock import FileLock, lock_path
from storage.admin.transfer import copy_store
from storage.schema.upgrade import check_schema
from storage.sql.database import Database
from storage.sql.errors import StoreCorrupt, StoreNotEmpty, StoreUnavailable, store_error


async def backup(database: Database, target: Path) -> None:
    """Write all of the store into the new file `target`, while it is in use; the file appears only once it is sound.

    Raises StoreNotEmpty when `target` exists, StoreCorrupt when the copy does not pass SQLite's integrity check.
    """
    unfinished = _begin(target)
    try:
        if database.path is not None:
            await asyncio.to_thread(_vacuum_into, database.path, unfinished)
        else:
            copy = Database.open(f"sqlite:///{unfinished}")
            try:
                await copy_store(database, copy)
            finally:
                await copy.close()
        await asyncio.to_thread(_finish, unfinished, target)
    finally:
        _remove(unfinished)


async def restore(backup_file: Path, database: Database) -> Path | None:
    """Put a backup in the place of the store.

    SQLite: the file that was there is kept beside it; its new name is returned. Raises StoreInUse while a daemon runs
    on it. PostgreSQL: the database must be empty (StoreNotEmpty). Raises StoreCorrupt when the backup is damaged,
    SchemaTooNew when a newer program wrote it.
    """
    check_file(backup_file)
    source = Database.open(f"sqlite:///{backup_file}")
    try:
        await check_schema(source)
        if database.path is None:
            await copy_store(source, database)
            return None
    finally:
        await source.close()
    lock = FileLock.take(lock_path(database.path))
    try:
        await database.close()
        # copy first, then move the old store aside with its log, then the copy into its place
        arriving = database.path.with_name(f".{database.path.name}.arriving")
        _remove(arriving)
        _vacuum_into(backup_file, arriving)
        _forget_file(arriving)
        kept = _move_aside(database.path)
        os.replace(arriving, database.path)
        return kept
    finally:
        lock.release()


def check_file(path: Path) -> None:
    """Raise StoreCorrupt unless `path` is a SQLite file that passes the integrity check."""
    if not path.is_file():
        raise StoreUnavailable(f"there is no file {path}")
    connection = sqlite3.connect(path)
    try:
        verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        known = store_error(error)
        raise type(known)(f"{path}: {known}") from error
    finally:
        connection.close()
    if verdict != "ok":
        raise StoreCorrupt(f"{path} is damaged: {verdict}")


def _begin(target: Path) -> Path:
    """Return the name a backup has until it is sound."""
    if target.exists():
        raise StoreNotEmpty(f"{target} exists: a backup never overwrites another")
    unfinished = target.with_name(f".{target.name}.unfinished")
    _remove(unfinished)
    return unfinished


def _finish(unfinished: Path, target: Path) -> None:
    check_file(unfinished)
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(unfinished, target)


def _vacuum_into(path: Path, target: Path) -> None:
    """Copy one consistent state of the whole file, while others write."""
    connection = sqlite3.connect(path)
    try:
        target.touch(mode=0o600)  # VACUUM INTO takes an empty file; addresses in the store may hold passwords
        connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise store_error(error) from error
    finally:
        connection.close()


def _forget_file(arriving: Path) -> None:
    """Delete the inode it remembers: it is put there on purpose, so it is no copy."""
    connection = sqlite3.connect(arriving)
    try:
        with connection:
            connection.execute("DELETE FROM meta WHERE key = ?", (FILE,))
    finally:
        connection.close()


def _move_aside(path: Path) -> Path | None:
    """Move a store and its log aside; None when there was none. An empty file is what opening a new store makes."""
    if not path.exists() or not path.stat().st_size:
        return None
    number = 1
    while (kept := path.with_name(f"{path.name}.replaced-{number}")).exists():
        number += 1
    for ending in ("-wal", "-shm", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            os.replace(part, kept.with_name(kept.name + ending))
    return kept


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
