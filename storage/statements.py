"""Small statements that several files of this package need, the same on both databases."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

KEYS_PER_STATEMENT = 50
"""Where the cost per key has levelled off on both databases; one number of placeholders keeps statements cached."""


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` in the connection's dialect."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def batches(items: Sequence[T], size: int = KEYS_PER_STATEMENT) -> Iterator[list[T]]:
    """`items` in lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def url_key(url: str | None) -> int | None:
    """The number an article's address is looked up by: 63 bits of its SHA-256. Compare the address itself as well."""
    if url is None:
        return None
    return int.from_bytes(hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 1
