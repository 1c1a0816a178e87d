"""Notice that a SQLite file was deleted or replaced under a running program.

SQLite itself goes on writing into the deleted file without an error, and makes a new one for its next connection. All
that is written there is lost, and a daemon that starts on an empty file does not know what it has already sent.
"""

from pathlib import Path
from urllib.parse import quote

from storage.sql.errors import StoreReplaced


class FileGuard:
    """Remembers which file is open, and that it has a write-ahead log."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._log = None if path is None else path.with_name(path.name + "-wal")
        self._file: tuple[int, int] | None = None
        self._has_log = False

    def before_connect(self, _dialect: object, _record: object, args: list[str], keywords: dict[str, object]) -> None:
        """Let a further connection open the known file or none. Raises StoreReplaced. An event of SQLAlchemy's."""
        if self._path is not None and self._file is not None:
            self._check_file(self._path)
            args[0], keywords["uri"] = f"file:{quote(str(self._path))}?mode=rw", True

    def check(self) -> None:
        """Raise StoreReplaced when the path no longer names the file that is open; call with a transaction open."""
        if self._path is None or self._log is None:
            return
        if self._file is None:
            self._file = _identity(self._path)
        self._check_file(self._path)
        # Once there, the log stays as long as a connection is open; commits still in it are lost with it.
        has_log = _identity(self._log) is not None
        if self._has_log and not has_log:
            raise StoreReplaced(f"{self._log} was deleted while it was in use: stop, and start again from a backup")
        self._has_log = has_log

    def _check_file(self, path: Path) -> None:
        found = _identity(path)
        if found is None or found != self._file:
            raise StoreReplaced(
                f"{path} was deleted or replaced while it was in use: stop, put the right file back "
                "(or `wirewatch db restore` a backup), and start again"
            )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino
