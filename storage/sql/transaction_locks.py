"""Take locks held until a transaction ends. On SQLite the write transaction itself is the lock: there is one writer."""

from sqlalchemy import Connection, text

STORIES = 0x77770001
"""Placing articles in stories: nobody places while somebody decides."""

SCHEMA = 0x77770002
"""Changing the schema."""

HOUSEKEEPING = 0x77770003
"""Deleting what is old."""

DAEMON = 0x77770004
"""Being the one daemon of a database (held by a session, see `storage.admin.daemon_lock`)."""

_TAKE = text("SELECT pg_advisory_xact_lock(:lock)")


def exclusive(connection: Connection, lock: int) -> None:
    """Wait for `lock` and keep it until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TAKE, {"lock": lock})


def exclusive_if_free(connection: Connection, lock: int) -> bool:
    """Take `lock` until the transaction ends, unless somebody else has it."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": lock}).scalar_one())
