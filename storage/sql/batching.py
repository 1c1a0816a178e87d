"""Put many small units of work into one transaction.

A transaction costs the same whatever is in it: a connection, BEGIN, a commit that waits for the disk, and on PostgreSQL
the way there and back for each.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from monitor.batcher import Batcher
from storage.sql.database import Database
from storage.sql.errors import StoreUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 50
"""Units of work in one transaction: enough that what they share weighs little, few enough to be done in some 50 ms."""
HEAVIEST = 500
"""Rows, as `weight` counts them, beyond which a transaction takes on no further unit of work."""


def in_transactions(
    database: Database,
    work: Callable[[Connection, Sequence[Item]], Sequence[Result]],
    *,
    prepare: Callable[[Sequence[Item]], None] | None = None,
    undo: Callable[[Sequence[Item]], None] | None = None,
    weight: Callable[[Item], int] | None = None,
    reading: bool = False,
) -> Batcher[Item, Result]:
    """Batch calls of `work`, each batch in a transaction of its own.

    `prepare` gets the items of a transaction about to begin, `undo` those of one that was not committed: both in the
    thread of the event loop, while no other transaction of this batcher runs. `weight` is how many rows an item writes,
    where that varies. `reading`: the transactions only read, beside whatever is being written.
    """
    transact = database.read if reading else database.run

    async def perform(items: Sequence[Item]) -> Sequence[Result]:
        if prepare is not None:
            prepare(items)
        committed = False
        try:
            results = await transact(lambda connection: work(connection, items))
            committed = True
        finally:
            if undo is not None and not committed:
                undo(items)
        return results

    return Batcher(perform, most=MOST, weight=weight, heaviest=HEAVIEST, shared=(StoreUnavailable,))
