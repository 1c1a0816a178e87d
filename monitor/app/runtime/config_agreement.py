"""All processes of a cluster work by one configuration: each reads its own folder, and compares.

The configuration in force is named in the store. `wirewatch run` names its own, at start and with each edit; a worker
only when nobody alive works by the named one any more. A process whose folder says something else stands aside until
it agrees, rather than judge by what nobody chose.
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
"""How long folders may differ after an edit before those that lack it stand aside."""

ALIVE_WITHIN = timedelta(seconds=30)
"""A process reports every 10 s."""


@dataclass(slots=True, kw_only=True)
class Agreement:
    """One process's part in it. `stand_aside` and `take_part` tell its engine; it begins standing aside."""

    name: str
    leads: bool
    source: ConfigSource
    shared: SqlAgreement
    feeds: FeedStore
    clock: Clock
    stand_aside: Callable[[], None]
    take_part: Callable[[], None]
    problem: str | None = None
    _named: str | None = None
    _aside: bool = True
    _apart_since: datetime | None = None

    async def look(self) -> None:
        """Compare, and do what follows. Raises StoreError."""
        now, mine = self.clock.now(), self.source.current().revision
        in_force = await self.shared.read(self.name, now - ALIVE_WITHIN)
        agreed = in_force is not None and in_force.revision == mine
        if self._may_name(mine) or not (agreed or (in_force is not None and in_force.held)):
            await self._name(mine, now)
            agreed = True
        if agreed:
            self._agree()
        elif in_force is not None:
            self._differ(mine, in_force.revision, in_force.by, now)

    def _may_name(self, mine: str) -> bool:
        """Whether what we work by is an edit, or a start, that this process is there to announce."""
        return self.leads and self._named != mine

    async def _name(self, mine: str, now: datetime) -> None:
        await self.feeds.sync(self.source.current().feeds, now)
        await self.shared.put(mine, self.name, now)
        self._named = mine
        log.info("configuration %s is in force for all workers", mine[:12])

    def _agree(self) -> None:
        if self._aside:
            self.take_part()
        if self.problem is not None:
            log.info("taking part again: the configuration is the one in force")
        self.problem, self._aside, self._apart_since = None, False, None

    def _differ(self, mine: str, in_force: str, by: str, now: datetime) -> None:
        self._apart_since = self._apart_since or now
        if not self._aside and now - self._apart_since < EDIT_SPREADS_WITHIN:
            return
        if self.problem is None:
            self.problem = (
                f"this process reads configuration {mine[:12]}, but {in_force[:12]} of {by} is in force: it stands"
                " aside until its folder holds the same files"
            )
            log.error("%s", self.problem)
            self.stand_aside()
        self._aside = True
