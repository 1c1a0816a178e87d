"""Notice that a SQLite store is a copy of another: two daemons, each on a copy, would send everything twice.

A store remembers which file it is, by its inode: that survives restarts, renaming and a new container on the same
volume, and no way of copying a file or a volume of files keeps it. A copy made on the same machine while no daemon
worked on the store is taken for a move, which it nearly always is.
"""

import socket
from pathlib import Path

from sqlalchemy import Connection, delete, exists, select

from storage.schema.content import meta
from storage.schema.processes import processes
from storage.sql.database import Database
from storage.sql.errors import StoreCopied
from storage.sql.upserts import upsert

FILE = "file"
"""In `meta`: the inode of the file that the store was last known to be, and the machine."""


async def refuse_copy(database: Database) -> None:
    """Raise StoreCopied when the store was copied from elsewhere; a store that knows no file yet learns its own."""
    path = database.path
    if path is not None:
        await database.run(lambda connection: _check(connection, path))


async def adopt(database: Database) -> None:
    """Let a copy be the store from now on: the one it was copied from will not be worked on again."""
    path = database.path
    if path is not None:
        await database.run(lambda connection: _learn(connection, path))


def forget_file(connection: Connection) -> None:
    """Delete the inode of a store moved or restored on purpose; the next daemon notes its new file."""
    connection.execute(delete(meta).where(meta.c.key == FILE))


def _check(connection: Connection, path: Path) -> None:
    known = connection.execute(select(meta.c.value).where(meta.c.key == FILE)).scalar_one_or_none()
    here = _identity_of(path)
    if known == here:
        return
    inode, _, machine = (known or here).partition(" ")
    was_moved = machine == socket.gethostname() and not connection.execute(select(exists(processes))).scalar_one()
    if inode != here.partition(" ")[0] and not was_moved:
        raise StoreCopied(
            f"{path} is a copy of another store. A daemon on the other one would send everything a second time: "
            "if none runs there any more, `wirewatch db adopt` makes this copy the store"
        )
    _learn(connection, path)


def _learn(connection: Connection, path: Path) -> None:
    value = _identity_of(path)
    statement = upsert(connection, meta).values(key=FILE, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value}))


def _identity_of(path: Path) -> str:
    return f"{path.stat().st_ino} {socket.gethostname()}"
