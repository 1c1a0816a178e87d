"""Take up edits of the configuration while the daemon runs."""

import asyncio
import logging
from dataclasses import dataclass

from monitor.adapters.metrics import Metrics
from monitor.app.runtime.compiled_topics import CompiledTopics
from monitor.config.changes import sentences
from monitor.config.reload import ConfigSource, EditVerdict, ReloadOutcome
from monitor.domain.delivery.attempt import notice
from monitor.ports import Clock, FeedStore
from storage.outbox.notices import SqlNotices

log = logging.getLogger(__name__)

_SHOWN = 10
"""Problems quoted in a notice; the log and `wirewatch check` list all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloading:
    """Reads the files again and takes up what changed.

    Of several processes on a store one `leads`: it notifies people and makes the feeds' rows agree.
    """

    source: ConfigSource
    topics: CompiledTopics
    feeds: FeedStore
    notices: SqlNotices
    clock: Clock
    metrics: Metrics
    leads: bool = True

    async def check(self) -> bool:
        """Read the files if they changed; True when a new catalog is in force."""
        outcome = await asyncio.to_thread(self.source.look)
        if outcome is None:
            return False
        self.metrics.reload_ok.set(outcome.verdict is not EditVerdict.REFUSED)
        if outcome.verdict is EditVerdict.REFUSED:
            await self._refused(outcome)
            return False
        await self._taken(outcome)
        return True

    async def _refused(self, outcome: ReloadOutcome) -> None:
        problems = [str(problem) for problem in outcome.problems if not problem.warning]
        for problem in problems:
            log.error("configuration: %s", problem)
        log.error("the edit is refused; the configuration from before stays in force")
        more = [f"and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
        await self._tell(
            outcome,
            "The last edit of the configuration is refused; the version before it stays in force.\n"
            + "\n".join([*problems[:_SHOWN], *more]),
        )

    async def _taken(self, outcome: ReloadOutcome) -> None:
        await self.topics.refresh()
        if self.leads:
            await self.feeds.sync(outcome.catalog.feeds, self.clock.now())
        self.metrics.reload_at.set(outcome.at.timestamp())
        for sentence in sentences(outcome.changes):
            log.info("configuration: %s", sentence)
        for problem in outcome.problems:
            log.warning("configuration: %s", problem)
        if outcome.needs_restart:
            log.warning("wirewatch.yml changed: most of its keys take effect with the next restart")
        if outcome.verdict is EditVerdict.REPAIRED:
            await self._tell(outcome, "The configuration is valid again and in force.")

    async def _tell(self, outcome: ReloadOutcome, text: str) -> None:
        if not self.leads:
            return
        group_key = f"config:{outcome.at.isoformat()}"
        await self.notices.tell(notice(outcome.catalog, group_key=group_key, text=text, now=outcome.at), outcome.at)
