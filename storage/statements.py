"""Small statements that several files of this package need, the same on both databases."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import counters

T = TypeVar("T")

KEYS_PER_STATEMENT = 50
"""Where the cost per key has levelled off on both databases; one number of placeholders keeps statements cached."""


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` in the connection's dialect."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def next_number(connection: Connection, counter: str) -> int:
    """The counter's next number, from 1; in the order of commits, for its row is locked until the transaction ends."""
    return count(connection, counter, 1)


def count(connection: Connection, counter: str, more: int) -> int:
    """Add to a counter; what it is now."""
    statement = upsert(connection, counters).values(name=counter, value=more)
    changed = {"value": counters.c.value + more}
    statement = statement.on_conflict_do_update(index_elements=[counters.c.name], set_=changed)
    number: int = connection.execute(statement.returning(counters.c.value)).scalar_one()
    return number


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
