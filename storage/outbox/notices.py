"""Notices to people about the program itself, written into the outbox outside any step."""

from collections.abc import Sequence
from datetime import datetime

from monitor.domain.alerts.alert import NewDelivery
from storage.outbox.add import add_deliveries
from storage.sql.database import Database


class SqlNotices:
    """Write notices."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tell(self, deliveries: Sequence[NewDelivery], now: datetime) -> None:
        """Put `deliveries` into the outbox; one whose key was used before is left as it is."""
        if deliveries:
            await self._database.run(lambda connection: add_deliveries(connection, deliveries, {}, now))
