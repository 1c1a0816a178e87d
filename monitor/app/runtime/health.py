"""Whether the daemon itself is well: what it says of itself to the store, to health checks and to an outside watch."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from monitor import __version__
from monitor.adapters.http.heartbeat import beat
from monitor.app.runtime.compiled_topics import CompiledTopics
from monitor.config.reload import ConfigSource
from monitor.domain.status.overview import WorkerOverview
from monitor.engine.runner import Progress
from monitor.ports import Clock
from storage.cluster.processes import SqlProcesses

log = logging.getLogger(__name__)

STALLED_AFTER = 60.0
"""Seconds without looking for due rows after which a step counts as stalled; it looks twice a second."""


class Runner(Protocol):
    """Whatever runs one step."""

    @property
    def progress(self) -> Progress:
        """What it has done."""
        ...


def process_name() -> str:
    """This process among all that work on a store: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(slots=True, kw_only=True)
class Health:
    """Watches the runners of one process."""

    runners: Mapping[str, Runner]
    source: ConfigSource
    topics: CompiledTopics
    processes: SqlProcesses
    clock: Clock
    heartbeat_url: str | None
    heartbeat_proxy: str | None = None
    started_at: datetime
    name: str = field(default_factory=process_name)
    complaints: Callable[[], tuple[str, ...]] = tuple
    """What else is wrong with this process, in words."""
    _beaten: dict[str, float] = field(default_factory=dict)
    _silent: bool = False
    _said: tuple[str, ...] = ()

    def stalled(self) -> tuple[str, ...]:
        """What stands still, in words; empty while all is well, and while it has yet to begin."""
        now = asyncio.get_running_loop().time()
        seen = ((name, runner.progress.looked_at or runner.progress.began_at) for name, runner in self.runners.items())
        return tuple(
            f"the {name} step has not looked for work for {now - looked:.0f} s"
            for name, looked in seen
            if looked is not None and now - looked > STALLED_AFTER
        )

    async def report(self) -> None:
        """Say in the store that this process lives."""
        self._say(self.complaints())
        await self.processes.report(self.overview())

    def _say(self, found: tuple[str, ...]) -> None:
        """Log what is new and what is over, once each."""
        for trouble in found:
            if trouble not in self._said:
                log.warning("%s", trouble)
        for trouble in self._said:
            if trouble not in found:
                log.info("over: %s", trouble)
        self._said = found

    def overview(self) -> WorkerOverview:
        """This process as the status page shows it."""
        now, loop_now = self.clock.now(), asyncio.get_running_loop().time()
        return WorkerOverview(
            name=self.name,
            version=__version__,
            started_at=self.started_at,
            seen_at=now,
            revision=self.topics.current()[0].revision,
            looked_at={
                name: now - timedelta(seconds=loop_now - runner.progress.looked_at)
                for name, runner in self.runners.items()
                if runner.progress.looked_at is not None
            },
            problems=(
                *(f"configuration refused: {problem}" for problem in self.source.problems if not problem.warning),
                *self.complaints(),
            ),
        )

    async def beat(self) -> None:
        """Tell the outside watch, but only if polling and delivering both made progress since the last time."""
        if self.heartbeat_url is None:
            return
        looked = {name: self.runners[name].progress.looked_at or 0.0 for name in ("poll", "deliver")}
        if all(at > self._beaten.get(name, 0.0) for name, at in looked.items()):
            self._beaten = looked
            failure = await beat(self.heartbeat_url, self.heartbeat_proxy)
            if failure is not None and not self._silent:
                log.warning("the heartbeat could not be told: %s", failure)
            self._silent = failure is not None
