"""Keep all processes of a cluster on one configuration: each reads its own folder, and compares.

The configuration in force is named in the store. `wirewatch run` names its own, at start and with each edit; a worker
only when no living process works by the named one any more. A process whose folder differs pauses until it agrees,
rather than judge by a configuration nobody chose.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config.reload import ConfigSource
from monitor.ports import Clock, FeedStore
from storage.cluster.active_config import SqlAgreement

log = logging.getLogger(__name__)

EDIT_SPREADS_WITHIN = timedelta(seconds=10)
"""How long folders may differ after an edit before the processes that lack it pause."""

ALIVE_WITHIN = timedelta(seconds=30)
"""A process reports every 10 s."""


@dataclass(slots=True, kw_only=True)
class Agreement:
    """One process's part in the agreement. `pause` and `resume` act on its engine, which begins paused."""

    name: str
    leads: bool
    source: ConfigSource
    shared: SqlAgreement
    feeds: FeedStore
    clock: Clock
    pause: Callable[[], None]
    resume: Callable[[], None]
    problem: str | None = None
    _named: str | None = None
    _paused: bool = True
    _differs_since: datetime | None = None

    async def check(self) -> None:
        """Compare with the configuration in force; name ours, pause or resume. Raises StoreError."""
        now, mine = self.clock.now(), self.source.current().revision
        in_force = await self.shared.read(self.name, now - ALIVE_WITHIN)
        agreed = in_force is not None and in_force.revision == mine
        announces = self.leads and self._named != mine  # an edit, or a start
        if announces or not (agreed or (in_force is not None and in_force.held)):
            await self.feeds.sync(self.source.current().feeds, now)
            await self.shared.put(mine, self.name, now)
            self._named = mine
            log.info("configuration %s is in force for all workers", mine[:12])
            agreed = True
        if agreed:
            if self._paused:
                self.resume()
            if self.problem is not None:
                log.info("resumed: the configuration is the one in force")
            self.problem, self._paused, self._differs_since = None, False, None
        elif in_force is not None:
            self._differ(mine, in_force.revision, in_force.by, now)

    def _differ(self, mine: str, in_force: str, by: str, now: datetime) -> None:
        self._differs_since = self._differs_since or now
        if not self._paused and now - self._differs_since < EDIT_SPREADS_WITHIN:
            return
        if self.problem is None:
            self.problem = (
                f"this process reads configuration {mine[:12]}, but {in_force[:12]} of {by} is in force: it is"
                " paused until its folder holds the same files"
            )
            log.error("%s", self.problem)
            self.pause()
        self._paused = True
