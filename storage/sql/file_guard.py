"""Noticing that a SQLite file was deleted or replaced under a running program.

SQLite itself goes on writing into the deleted file without a word; everything written there is lost at the end, and a
daemon that starts again on a new file would not know what it has already told.
"""

from pathlib import Path

from storage.sql.errors import StoreReplaced


class FileGuard:
    """Remembers which file is open, and that it has a write-ahead log."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._log = None if path is None else path.with_name(path.name + "-wal")
        self._file: tuple[int, int] | None = None
        self._has_log = False

    def check(self) -> None:
        """Call with a transaction open. Raises StoreReplaced when the path no longer names the file that is open."""
        if self._path is None or self._log is None:
            return
        found = _identity(self._path)
        if self._file is None:
            self._file = found
        if found is None or found != self._file:
            raise StoreReplaced(
                f"{self._path} was deleted or replaced while it was in use: stop, put the right file back "
                "(or `wirewatch db restore` a backup), and start again"
            )
        self._check_log(self._log)

    def _check_log(self, log: Path) -> None:
        """Once there, the log stays as long as a connection is open; commits still in it die with it."""
        there = _identity(log) is not None
        if self._has_log and not there:
            raise StoreReplaced(f"{log} was deleted while it was in use: stop, and start again from a backup")
        self._has_log = there


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino
