"""Count by name, in the order of commits."""

from sqlalchemy import Connection

from storage.schema.content import counters
from storage.sql.upserts import upserting


def count(connection: Connection, counter: str, more: int) -> int:
    """Add `more` to a counter and return its new value. Its row stays locked until the transaction ends."""
    number: int = connection.execute(_COUNT.on(connection), {"name": counter, "value": more}).scalar_one()
    return number


_COUNT = upserting(
    counters,
    lambda new: new.on_conflict_do_update(
        index_elements=[counters.c.name], set_={"value": counters.c.value + new.excluded["value"]}
    ).returning(counters.c.value),
)
