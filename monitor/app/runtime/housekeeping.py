"""Chores beside the steps: deleting what is old, and making sure that the store is still ours."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from monitor.app.runtime.story_window import WINDOW
from monitor.config.models.settings import Retention
from monitor.domain.stories.index import StoryIndex
from monitor.domain.strings.spans import in_words
from monitor.ports import Clock
from storage.admin.clock_repair import put_right
from storage.admin.retention import Ages, SqlHousekeeping
from storage.sql.database import Database
from storage.sql.errors import StoreError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Lets go of what has passed its age, in the story index and in the store. `between_placings` does something while
    nobody asks the index."""

    housekeeping: SqlHousekeeping
    retention: Retention
    index: StoryIndex
    between_placings: Callable[[Callable[[], None]], None]
    clock: Clock

    async def forget(self) -> None:
        """Let the story index of this process forget what can no longer be joined."""
        before = self.clock.now() - WINDOW
        self.between_placings(lambda: self.index.forget(before))

    async def perform(self) -> None:
        """One sweep of the store."""
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
class SetRight:
    """Puts right what a clock that ran ahead has written. `settle` as for the deliver step."""

    database: Database
    clock: Clock
    settle: timedelta

    async def perform(self) -> None:
        """One look at the store."""
        changed = await put_right(self.database, self.clock.now(), self.settle)
        if changed:
            log.warning("the clock ran ahead and was put back: %d times to come were put right", changed)


class Lock(Protocol):
    """What makes this the only daemon of its store."""

    def check(self) -> None:
        """Raises StoreError when it is lost."""
        ...


@dataclass(slots=True, kw_only=True)
class Guard:
    """Stops the daemon when its store is no longer its own: another daemon may already be telling people."""

    lock: Lock
    stop: asyncio.Event
    lost: StoreError | None = None

    async def perform(self) -> None:
        """Check the lock."""
        try:
            await asyncio.to_thread(self.lock.check)
        except StoreError as error:
            log.critical("stopping: %s", error)
            self.lost = error
            self.stop.set()
