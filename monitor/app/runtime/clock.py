"""Tell the time: the machine's clock, and the clock that several machines share."""

import logging
from datetime import UTC, datetime, timedelta

from monitor.ports import Clock
from storage.sql.database import Database
from storage.sql.server_time import server_time

log = logging.getLogger(__name__)

_WRONG = timedelta(seconds=5)
"""A difference that is logged: no network delay makes it."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        return datetime.now(UTC)


class SharedClock:
    """The database's time, by the machine's clock and its measured distance from the database's.

    Machines whose clocks differ agree on what is due. Call `measure` every few seconds.
    """

    def __init__(self, database: Database, own: Clock) -> None:
        self._database, self._own = database, own
        self._ahead = timedelta(0)
        self._logged = timedelta(0)

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        return self._own.now() + self._ahead

    async def measure(self) -> None:
        """Measure the distance to the database's clock. Raises StoreError."""
        before = self._own.now()
        there = await server_time(self._database)
        self._ahead = there - (before + (self._own.now() - before) / 2)
        if abs(self._ahead - self._logged) > _WRONG:
            self._logged = self._ahead
            seconds = -self._ahead.total_seconds()
            log.warning("this machine's clock is %+.0f s off the database's; going by the database's", seconds)
