"""The store without the daemon, for commands that read or look after it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from monitor.app.clock import SystemClock
from monitor.app.opening import opened_store_url
from monitor.domain.overview import Overview
from storage.database import Database
from storage.server_time import server_time
from storage.status import read_overview
from storage.upgrade import check_schema


@asynccontextmanager
async def open_store(config: Path | None) -> AsyncIterator[Database]:
    """The database that the configuration names, its schema checked. Raises ConfigurationInvalid, StoreError."""
    database = Database.open(opened_store_url(config))
    try:
        await check_schema(database)
        yield database
    finally:
        await database.close()


async def read_overview_at(config: Path | None) -> Overview:
    """How the work stands on the store that the configuration names."""
    async with open_store(config) as database:
        now = await server_time(database) if database.is_postgres else SystemClock().now()
        return await database.read(lambda connection: read_overview(connection, now))
