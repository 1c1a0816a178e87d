"""The engine of one process in a cluster: it makes jobs for all processes, and runs its share."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from math import ceil
from typing import Any

from monitor.engine.cluster.dispatch import Dispatcher
from monitor.engine.cluster.jobs import Jobs, JobsUnavailable, RowsFailed, StepJob, keep_working
from monitor.engine.periodic import PeriodicJob
from monitor.engine.schedule import Schedule
from monitor.engine.spec import Progress, StepSpec
from monitor.engine.survive import survive
from monitor.ports import Clock, Leases
from storage.sql.errors import StoreUnavailable

log = logging.getLogger(__name__)

GRACE = 6.0
"""Seconds that rows under way get at a stop; with shutting down it stays under the 10 s of Docker, and far under the
30 s of Kubernetes."""

_RECOVER_EVERY = timedelta(seconds=2)
_ORPHANS_EVERY = timedelta(seconds=5)
_TIDY_EVERY = timedelta(minutes=10)
_DAILY_HOLD = timedelta(hours=1)
"""The lease of a daily job: long enough that every process meets it taken at the job's time of day."""


@dataclass(slots=True)
class StepSlots:
    """One step in this process: its free slots, the rows under way, and its progress."""

    spec: StepSpec[Any, Any]
    progress: Progress = field(default_factory=Progress)
    running: dict[Hashable, asyncio.Task[bool]] = field(default_factory=dict)
    slots: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.slots = asyncio.Semaphore(self.spec.concurrency)

    @property
    def in_flight(self) -> int:
        """Return how many rows are under way."""
        return len(self.running)


class ClusterEngine:
    """Runs its share of the steps and periodic jobs of a cluster.

    `recovered` is called with the number of jobs of dead processes that were given to others.
    """

    def __init__(
        self,
        specs: Sequence[StepSpec[Any, Any]],
        *,
        jobs: Jobs,
        leases: Leases,
        clock: Clock,
        recovered: Callable[[int], Awaitable[object]],
        periodic: Sequence[PeriodicJob] = (),
    ) -> None:
        self.runners = {spec.name: StepSlots(spec) for spec in specs}
        self.periodic = periodic
        self.clock_stepped: Callable[[float], Awaitable[object]] | None = None
        self._jobs, self._leases, self._clock, self._recovered = jobs, leases, clock, recovered
        self._dispatcher = Dispatcher(
            specs=specs,
            jobs=jobs,
            leases=leases,
            clock=clock,
            progress={name: slots.progress for name, slots in self.runners.items()},
        )
        self._allowed = asyncio.Event()
        self._allowed.set()
        self._sharing: list[asyncio.Task[None]] = []
        for slots in self.runners.values():
            jobs.serve(slots.spec.name, partial(self._run_job, slots))

    def share_among(self, processes: int) -> None:
        """Set how many processes there are to share the work."""
        self._dispatcher.processes = max(1, processes)

    def pause(self) -> None:
        """Finish the rows under way and take no more, until `resume`."""
        self._allowed.clear()
        for task in self._sharing:
            task.cancel()

    def resume(self) -> None:
        """Make jobs of due rows and run them."""
        self._allowed.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then let what runs finish within `GRACE` seconds. Raises JobsUnavailable."""
        await self._jobs.open()
        try:
            await self._dispatcher.prepare()
            periodic = [
                *self.periodic,
                PeriodicJob(name="recover", when=_RECOVER_EVERY, run=self._recover_from_dead, shared=True),
                PeriodicJob(name="orphans", when=_ORPHANS_EVERY, run=self._recover_orphans),
                PeriodicJob(name="tidy", when=_TIDY_EVERY, run=self._jobs.tidy, shared=True),
            ]
            shared = [_lease_name(job) for job in periodic if job.shared]
            await self._leases.prepare(shared, self._clock.now())
            schedule = Schedule(periodic, may_run=self._has_lease, clock_stepped=self.clock_stepped)
            schedule.start()
            sharing = asyncio.create_task(self._share(), name="share")
            await stop.wait()
            sharing.cancel()
            await asyncio.gather(sharing, schedule.stop(), return_exceptions=True)
            # rows that outlived the grace of their jobs
            late = [task for slots in self.runners.values() for task in slots.running.values()]
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        finally:
            await survive("closing the table of jobs", self._jobs.close())

    async def _share(self) -> None:
        """Make and take jobs whenever not paused."""
        while True:
            await self._allowed.wait()
            self._sharing = [asyncio.create_task(self._dispatcher.run(), name="dispatch")]
            for name, slots in self.runners.items():
                # one job more than fills the step's slots: a slow row in one job leaves none empty
                at_once = slots.spec.jobs or ceil(slots.spec.concurrency / slots.spec.batch) + (slots.spec.batch > 1)
                work = keep_working(self._jobs, name, at_once, grace=GRACE)
                self._sharing.append(asyncio.create_task(work, name=f"take {name}"))
            try:
                await asyncio.gather(*self._sharing, return_exceptions=True)
            except asyncio.CancelledError:
                await asyncio.gather(*self._sharing, return_exceptions=True)
                raise

    async def _run_job(self, slots: StepSlots, keys: Sequence[Hashable]) -> None:
        """Run those rows of a job that are still due.

        A row that fails gets a job of its own, so that its waiting holds up no other row. Raises RowsFailed.
        """
        step = slots.spec.step
        rows = await survive(f"{slots.spec.name}: reading rows {keys}", step.still_due(keys))
        if isinstance(rows, StoreUnavailable):
            return
        if isinstance(rows, Exception):
            raise RowsFailed(slots.spec.name)
        tasks = {step.key(row): self._begin(slots, row) for row in rows}
        outcomes = await asyncio.gather(*(asyncio.shield(task) for task in tasks.values()))
        failed = [key for key, well in zip(tasks, outcomes, strict=True) if not well]
        if failed and len(keys) > 1:
            with suppress(JobsUnavailable):
                await self._jobs.put([StepJob(step=slots.spec.name, keys=(key,)) for key in failed])
        elif failed:
            raise RowsFailed(slots.spec.name)
        self._dispatcher.job_done(slots.spec.name)

    def _begin(self, slots: StepSlots, row: object) -> asyncio.Task[bool]:
        """Return the task that runs the row: the one under way, if a job that was taken from us began it."""
        key = slots.spec.step.key(row)
        if key not in slots.running:
            slots.running[key] = asyncio.create_task(self._run_row(slots, key, row), name=f"{slots.spec.name} {key}")
        return slots.running[key]

    async def _run_row(self, slots: StepSlots, key: Hashable, row: object) -> bool:
        """Run one row; False after an unforeseen error. After an outage the row is still due and found again."""
        try:
            async with slots.slots:
                outcome = await survive(f"{slots.spec.name}: row {key}", slots.spec.step.run(row))
        finally:
            slots.progress.performed += 1
            del slots.running[key]
        if isinstance(outcome, Exception):
            slots.progress.failed(outcome, asyncio.get_running_loop().time())
            return isinstance(outcome, StoreUnavailable)
        if outcome:
            self._dispatcher.wake(slots.spec.triggers)
        return True

    async def _recover_from_dead(self) -> None:
        if found := await self._jobs.recover_from_dead():
            log.warning("recovered %d job(s) of processes that died or stopped", found)
            await self._recovered(found)

    async def _recover_orphans(self) -> None:
        if found := await self._jobs.recover_orphans():
            log.warning("recovered %d orphaned job(s) after a database disconnect", found)
            await self._recovered(found)

    async def _has_lease(self, job: PeriodicJob) -> bool:
        """Take the lease of a shared job: it is due as long after its last start as it says, whoever started it."""
        hold = job.when * 0.95 if isinstance(job.when, timedelta) else _DAILY_HOLD
        taken = await survive(
            f"{job.name}: taking the lease", self._leases.take([_lease_name(job)], self._clock.now(), hold=hold)
        )
        return not isinstance(taken, Exception) and bool(taken)


def _lease_name(job: PeriodicJob) -> str:
    return f"chore:{job.name}"  # the name earlier versions use, which may run beside this one during an upgrade
