"""Read the configuration folder as bytes, and hash its content."""

import hashlib
import os
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

SETTINGS_FILE = "wirewatch.yml"
FEEDS_FILE = "feeds.yml"
RECEIVERS_FILE = "receivers.yml"
WATCHLISTS_DIR = "watchlists"
VOCABULARIES_DIR = "vocabularies"
MAIN_FILES = (SETTINGS_FILE, FEEDS_FILE, RECEIVERS_FILE)

_YAML = (".yml", ".yaml")
_WATCHLIST = (*_YAML, ".json")
_LARGEST_READ = 50_000_000


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file that is there but cannot be read, and why."""

    reason: str


Content = bytes | UnreadableFile


@dataclass(frozen=True, slots=True)
class Files:
    """The files read of the folder `root`: content by path relative to it, in the order of names.

    `strange` are YAML files that no part of the program reads: probably misnamed.
    """

    root: Path
    contents: dict[str, Content]
    strange: tuple[str, ...] = ()
    trouble: str | None = None

    def display(self, name: str) -> str:
        """Return the path as shown to people."""
        return str(self.root / name)

    @property
    def watchlists(self) -> list[str]:
        """The watchlist files, in the order of names."""
        return [name for name in self.contents if is_watchlist(name)]

    @property
    def vocabularies(self) -> list[str]:
        """Return the files of vocabularies that all watchlists share, in the order of names."""
        return [name for name in self.contents if is_vocabulary(name)]

    @property
    def examples(self) -> list[str]:
        """Return the files that topics keep examples in."""
        return [
            name
            for name in self.contents
            if name not in MAIN_FILES and not is_watchlist(name) and not is_vocabulary(name)
        ]

    @property
    def revision(self) -> str:
        """A hash of names and contents: equal on every machine that holds equal files."""
        digest = hashlib.sha256()
        for name in sorted(self.contents):
            content = self.contents[name]
            mark, body = (b"!", content.reason.encode()) if isinstance(content, UnreadableFile) else (b"=", content)
            for part in (name.encode("utf-8", "surrogateescape"), mark, hashlib.sha256(body).digest()):
                digest.update(len(part).to_bytes(4, "big") + part)
        return digest.hexdigest()[:16]


def is_watchlist(name: str) -> bool:
    """Whether a path relative to the folder names a watchlist."""
    return _is_in(WATCHLISTS_DIR, name)


def is_vocabulary(name: str) -> bool:
    """Whether a path relative to the folder names a file of shared vocabularies."""
    return _is_in(VOCABULARIES_DIR, name)


def _is_in(folder: str, name: str) -> bool:
    path = PurePosixPath(name)
    return path.parent.name == folder and len(path.parts) == 2 and path.suffix in _WATCHLIST


def read_files(root: Path, extra: Collection[str] = ()) -> Files:
    """Everything that belongs to the folder now, `extra` paths (examples kept in files) included. Never raises."""
    try:
        entries = sorted(path.name for path in root.iterdir())
    except OSError as error:
        return Files(root, {}, trouble=f"cannot read the folder: {error.strerror or 'not readable'}")
    names = [name for name in MAIN_FILES if name in entries]
    names += [*_names_in(root, VOCABULARIES_DIR), *_names_in(root, WATCHLISTS_DIR)]
    contents = {name: content for name in names if (content := read_one(root / name, root)) is not None}
    contents |= {name: read_one(root / name, root) or UnreadableFile("no such file") for name in sorted(extra)}
    strange = tuple(n for n in entries if n.endswith(_YAML) and n not in MAIN_FILES and not n.startswith("."))
    return Files(root, contents, strange)


def _names_in(root: Path, folder: str) -> list[str]:
    try:
        found = sorted(path.name for path in (root / folder).iterdir())
    except OSError:
        return []
    return [f"{folder}/{name}" for name in found if name.endswith(_WATCHLIST) and not name.startswith(".")]


def read_one(path: Path, root: Path | None = None) -> Content | None:
    """Read a regular file of at most 50 MB; None when there is none. Never raises, never waits for a FIFO.

    With `root`, a link that leads out of that folder is refused.
    """
    try:
        if root is not None and not path.resolve().is_relative_to(root.resolve()):
            return UnreadableFile("it is a link that leads out of the configuration folder: put the file itself there")
        # Without O_NONBLOCK, opening a FIFO waits for somebody to write into it.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return UnreadableFile("it is not a regular file")
            return stream.read(_LARGEST_READ)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle
        return UnreadableFile(getattr(error, "strerror", None) or "not a usable path")
