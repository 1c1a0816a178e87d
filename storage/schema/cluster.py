"""Define the tables by which several machines share one store: leases and host limits."""

from sqlalchemy import Column, Table

from storage.schema.content import metadata
from storage.sql.types import Json, Utc, Words

# What only one process at a time may do; a lease ends by itself, so that one who died or sleeps holds up nobody.
leases = Table(
    "leases",
    metadata,
    Column("name", Words, primary_key=True),
    Column("until", Utc, nullable=False),
    Column("done_at", Utc, doc="When it was last completed."),
)

# The hosts we ask: when the next request may begin, and until when those under way may last. Not logged ahead: after a
# crash of PostgreSQL nothing is under way.
host_limits = Table(
    "host_limits",
    metadata,
    Column("host", Words, primary_key=True),
    Column("next_at", Utc, nullable=False),
    Column("busy", Json, nullable=False, doc="Ends of the requests under way, microseconds since 1970."),
)

__all__ = ["host_limits", "leases", "metadata"]
