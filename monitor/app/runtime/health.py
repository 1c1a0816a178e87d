"""Watch the process itself, for the store, for health checks and for the heartbeat."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Protocol

from monitor import __version__
from monitor.adapters.http.heartbeat import beat
from monitor.app.runtime.compiled_topics import CompiledTopics
from monitor.config.reload import ConfigSource
from monitor.domain.status.overview import WorkerOverview
from monitor.engine.spec import Progress
from monitor.ports import Clock
from storage.cluster.processes import SqlProcesses
from storage.sql.errors import StoreBusy, StoreError, StoreRefused

log = logging.getLogger(__name__)

STALLED_AFTER = 60.0
"""Seconds without a query for due rows after which a step counts as stalled; it queries twice a second."""

STORE_ERROR_COUNTS = 30.0
"""Seconds for which an error of the store counts as its state: the process reports, and so writes, every 10 s."""


class StepProgress(Protocol):
    """One step as an engine runs it."""

    @property
    def progress(self) -> Progress:
        """Return its counts since the process started."""
        ...


def process_name() -> str:
    """Name this process among all that work on a store: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(slots=True, kw_only=True)
class Health:
    """Watches the runners of one process."""

    runners: Mapping[str, StepProgress]
    source: ConfigSource
    topics: CompiledTopics
    processes: SqlProcesses
    clock: Clock
    heartbeat_url: str | None
    heartbeat_proxy: str | None = None
    heartbeat_ca_file: str | None = None
    started_at: datetime
    name: str = field(default_factory=process_name)
    complaints: Callable[[], tuple[str, ...]] = tuple
    """Returns what else is wrong with this process, in words."""
    _beaten: dict[str, float] = field(default_factory=dict)
    _heartbeat_failed: bool = False
    _logged: tuple[str, ...] = ()
    _report: Progress = field(default_factory=Progress)
    _written_at: float = -inf

    def stalled(self) -> tuple[str, ...]:
        """Return what stands still and why the store cannot be used, in words; empty while it works.

        A step counts from the moment the engine runs it.
        """
        now = asyncio.get_running_loop().time()
        seen = ((name, step.progress.checked_at or step.progress.began_at) for name, step in self.runners.items())
        waiting = tuple(
            f"the {name} step has not checked for due rows for {now - checked:.0f} s"
            for name, checked in seen
            if checked is not None and now - checked > STALLED_AFTER
        )
        errors = dict.fromkeys(f"the store cannot be used: {error}" for error in self.store_errors())
        return (*waiting, *errors)

    def store_errors(self) -> tuple[StoreError, ...]:
        """Return the errors of the store that steps or reports met in the last seconds, since the last good report.

        Not a store that was busy for a moment, nor a statement it refused: neither says that it cannot be used.
        """
        now = asyncio.get_running_loop().time()
        met = (self._report, *(step.progress for step in self.runners.values()))
        return tuple(
            progress.store_error
            for progress in met
            if progress.store_error is not None
            and progress.store_error_at > max(self._written_at, now - STORE_ERROR_COUNTS)
            and not isinstance(progress.store_error, StoreBusy | StoreRefused)
        )

    async def report(self) -> None:
        """Write to the store that this process lives. Raises StoreError."""
        # each problem is logged once when it begins and once when it ends
        found = self.complaints()
        for problem in found:
            if problem not in self._logged:
                log.warning("%s", problem)
        for problem in self._logged:
            if problem not in found:
                log.info("over: %s", problem)
        self._logged = found
        try:
            await self.processes.report(self.overview())
        except StoreError as error:
            self._report.failed(error, asyncio.get_running_loop().time())
            raise
        self._written_at = asyncio.get_running_loop().time()

    def overview(self) -> WorkerOverview:
        """Return this process as the status page shows it."""
        now, loop_now = self.clock.now(), asyncio.get_running_loop().time()
        return WorkerOverview(
            name=self.name,
            version=__version__,
            started_at=self.started_at,
            seen_at=now,
            revision=self.topics.current()[0].revision,
            checked_at={
                name: now - timedelta(seconds=loop_now - step.progress.checked_at)
                for name, step in self.runners.items()
                if step.progress.checked_at is not None
            },
            problems=(
                *(f"configuration refused: {problem}" for problem in self.source.problems if not problem.warning),
                *self.complaints(),
            ),
        )

    async def beat(self) -> None:
        """Send the heartbeat, if polling and delivering both made progress since the last one and the store works."""
        if self.heartbeat_url is None or self.store_errors():
            return
        checked = {name: self.runners[name].progress.checked_at or 0.0 for name in ("poll", "deliver")}
        if all(at > self._beaten.get(name, 0.0) for name, at in checked.items()):
            self._beaten = checked
            failure = await beat(self.heartbeat_url, self.heartbeat_proxy, self.heartbeat_ca_file)
            if failure is not None and not self._heartbeat_failed:
                log.warning("the heartbeat could not be sent: %s", failure)
            self._heartbeat_failed = failure is not None
