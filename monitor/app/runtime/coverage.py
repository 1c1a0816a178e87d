"""Judge by the clock whether sources still see, and whether topics are quiet because they do not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.catalog import Catalog
from monitor.ports import Clock
from storage.feeds.coverage import guard_coverage
from storage.sql.database import Database

EVERY = timedelta(minutes=10)
"""How soon trouble that no poll shows is found: "broken for a day" is then late by ten minutes at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGuard:
    """Finds sources that fail or have gone blind, and notifies the admin receiver once, and once when it is over."""

    database: Database
    catalog: Callable[[], Catalog]
    clock: Clock
    broken_after: timedelta

    async def run(self) -> None:
        """Judge all sources and topics in one transaction."""
        catalog, now = self.catalog(), self.clock.now()
        await self.database.run(lambda connection: guard_coverage(connection, catalog, now, self.broken_after))
