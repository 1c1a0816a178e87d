"""Periodic jobs on the store: delete what is old, repair times of a wrong clock, make sure the store is still ours."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from monitor.app.runtime.story_window import WINDOW
from monitor.config.models.settings import Retention
from monitor.domain.stories.index import StoryIndex
from monitor.domain.strings.spans import in_words
from monitor.ports import Clock
from storage.admin.clock_repair import repair_times
from storage.admin.retention import Ages, SqlHousekeeping
from storage.sql.database import Database
from storage.sql.errors import StoreError, StoreReadOnly, StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)

READ_ONLY_PATIENCE = 60.0
"""Seconds a store may refuse writing before the daemon stops: longer than a file system takes to be mounted again, or
a PostgreSQL replica to be promoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Deletes what has passed its age, in the story index and in the store.

    `between_placings` calls a function while nobody reads the index.
    """

    housekeeping: SqlHousekeeping
    retention: Retention
    index: StoryIndex
    between_placings: Callable[[Callable[[], None]], None]
    clock: Clock

    async def forget(self) -> None:
        """Delete from this process's story index the reports that no later one can join."""
        before = self.clock.now() - WINDOW
        self.between_placings(lambda: self.index.forget(before))

    async def run(self) -> None:
        """Delete old rows from the store."""
        now = self.clock.now()
        deleted = await self.housekeeping.sweep(
            Ages(text=self.retention.text, metadata=self.retention.metadata, fingerprints=10 * WINDOW), now
        )
        gone = {table: rows for table, rows in deleted.items() if rows}
        if gone:
            log.info(
                "deleted what is older than retention allows (texts %s, metadata %s): %s",
                in_words(self.retention.text),
                in_words(self.retention.metadata),
                ", ".join(f"{rows} {table}" for table, rows in gone.items()),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRepair:
    """Repairs due times that a clock which ran ahead has written. `settle` as for the deliver step."""

    database: Database
    clock: Clock
    settle: timedelta

    async def run(self) -> None:
        """Repair what carries a time that no right clock can have written."""
        await self._repair(timedelta(0))

    async def clock_stepped(self, seconds: float) -> None:
        """Make due at once what was due by a clock that has just been set back by `-seconds`."""
        if seconds < 0:
            await self._repair(timedelta(seconds=-seconds))

    async def _repair(self, step: timedelta) -> None:
        changed = await repair_times(self.database, self.clock.now(), self.settle, step=step)
        if changed:
            log.warning("repaired %d due times written while the clock ran ahead", changed)


class Lock(Protocol):
    """A claim on the store that can be lost: being its only daemon, or knowing its schema."""

    def check(self) -> None:
        """Raise StoreError when it is lost; StoreUnavailable when that cannot be told now."""
        ...


@dataclass(slots=True, kw_only=True)
class StoreGuard:
    """Stops the daemon when its store is lost: taken by another daemon, deleted, damaged or read-only for good.

    `errors` returns the last errors that the steps met; `check_store` tries a transaction that writes nothing.
    """

    lock: Lock
    stop: asyncio.Event
    check_store: Callable[[], None] = lambda: None
    errors: Callable[[], Iterable[StoreError]] = tuple
    lost: StoreError | None = None
    _refused_since: float | None = field(default=None, init=False)

    async def run(self) -> None:
        """Check the lock and the store. Raises StoreUnavailable while the store is out of reach."""
        found: StoreError | None = None
        try:
            await asyncio.to_thread(self._check)
        except StoreError as error:
            found = error
        fatal = next((error for error in (found, *self.errors()) if error is not None and self._is_fatal(error)), None)
        if fatal is not None:
            log.critical("stopping: %s", fatal)
            self.lost = fatal
            self.stop.set()
        elif found is not None:
            raise found
        else:
            self._refused_since = None

    def _check(self) -> None:
        self.lock.check()
        self.check_store()

    def _is_fatal(self, error: StoreError) -> bool:
        """Tell what passes by itself (an outage, a statement refused) from what a person must repair."""
        if isinstance(error, StoreReadOnly):
            now = asyncio.get_running_loop().time()
            self._refused_since = self._refused_since or now
            return now - self._refused_since > READ_ONLY_PATIENCE
        return not isinstance(error, StoreUnavailable | StoreRefused)
