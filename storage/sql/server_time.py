"""Read the database's clock: the one clock that all machines on it share."""

from datetime import UTC, datetime

from sqlalchemy import Connection, text

from storage.sql.database import Database


async def server_time(database: Database) -> datetime:
    """Return the database server's present moment. Only PostgreSQL has a clock of its own."""
    return await database.read(_time)


def _time(connection: Connection) -> datetime:
    moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC)
