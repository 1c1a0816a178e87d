"""Build upserts and key lists, the same on both databases."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table, UpdateBase
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

KEYS_PER_STATEMENT = 50
"""Where the cost per key has levelled off on both databases; one number of placeholders keeps statements cached."""


Upsert = sqlite.Insert | postgresql.Insert
"""An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""


@dataclass(frozen=True, slots=True)
class InEither:
    """A statement in the words of both databases."""

    sqlite: UpdateBase
    postgresql: UpdateBase

    def on(self, connection: Connection) -> UpdateBase:
        """Return the statement in the dialect of the connection's database."""
        return self.postgresql if connection.dialect.name == "postgresql" else self.sqlite


def upserting(table: Table, finish: Callable[[Upsert], UpdateBase]) -> InEither:
    """Build an upsert of `table`, once, as a constant: building a statement takes longer than executing it.

    Its columns are those of the row it is executed with.
    """
    return InEither(finish(sqlite.insert(table)), finish(postgresql.insert(table)))


def replacing(table: Table, key: str, columns: Iterable[str]) -> InEither:
    """Build an upsert that replaces `columns` of the row that has the same `key`."""
    names = list(columns)
    return upserting(
        table,
        lambda new: new.on_conflict_do_update(
            index_elements=[table.c[key]], set_={name: new.excluded[name] for name in names}
        ),
    )


def adding(table: Table) -> InEither:
    """Build an INSERT that passes over rows already there."""
    return upserting(table, lambda new: new.on_conflict_do_nothing())


def upsert(connection: Connection, table: Table) -> Upsert:
    """Build an upsert in the connection's dialect, for statements executed too rarely to be kept."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def batches(items: Sequence[T], size: int = KEYS_PER_STATEMENT) -> Iterator[list[T]]:
    """Split `items` into lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def padded(keys: Iterable[T]) -> list[T]:
    """Return `keys`, the last one repeated to a power of two in number: few different statements stay prepared."""
    found = list(keys)
    missing = (1 << (len(found) - 1).bit_length()) - len(found) if found else 0
    return found + found[-1:] * missing


def url_key(url: str | None) -> int | None:
    """Return the number an article's address is found by: 63 bits of its SHA-256; compare the address too."""
    if url is None:
        return None
    return int.from_bytes(hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 1
