"""Start periodic jobs on time: apscheduler's one home, used by both engines."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from monitor.engine.periodic import PeriodicJob
from monitor.engine.survive import survive

log = logging.getLogger(__name__)

DAILY_GRACE = timedelta(hours=12)
"""A daily job whose time passed while the machine slept still runs when it wakes within this time."""

SHARED_CHECK = timedelta(seconds=30)
"""How often a process asks for the lease of a shared job: the longest a job waits when its last process died."""

CLOCK_CHECK = 1.0
"""Seconds between two comparisons of the machine's clock with the monotonic one."""

CLOCK_STEP = 5.0
"""Seconds of difference that count as a step. Time servers slew smaller errors (at most 0.5 ms a second, ntpd(8))."""

STOP_GRACE = 1.0
"""Seconds that periodic jobs under way get at a stop."""

MayRun = Callable[[PeriodicJob], Awaitable[bool]]


async def _always(_job: PeriodicJob) -> bool:
    return True


class Schedule:
    """Starts each job in a task of its own, unless the last run still goes on.

    `may_run` is asked before each run of a shared job. `clock_stepped` is called with the seconds by which the
    machine's clock was set, negative when it was set back; every interval then begins anew at once, since apscheduler
    would wait until the old time comes round again.
    """

    def __init__(
        self,
        jobs: Sequence[PeriodicJob],
        *,
        may_run: MayRun = _always,
        clock_stepped: Callable[[float], Awaitable[object]] | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._jobs, self._may_run, self._clock_stepped, self._wall_clock = jobs, may_run, clock_stepped, wall_clock
        # apscheduler's own executor cancels what runs at its shutdown, so a job only starts a task of ours.
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
        self._intervals: list[Job] = []
        self._running: dict[str, asyncio.Task[object]] = {}
        self._watching: asyncio.Task[None] | None = None

    def tick(self, every: timedelta, work: Callable[[], None]) -> None:
        """Call `work` in the event loop at an interval."""

        async def call() -> None:
            work()

        self._add_interval(call, every)

    def start(self) -> None:
        """Begin to count time."""
        for job in self._jobs:
            if isinstance(job.when, timedelta):
                self._add_interval(self._begin, min(job.when, SHARED_CHECK) if job.shared else job.when, job)
                continue
            cron = CronTrigger(hour=job.when.at.hour, minute=job.when.at.minute, timezone=job.when.zone)
            grace = int(DAILY_GRACE.total_seconds())
            self._scheduler.add_job(self._begin, cron, args=[job], name=job.name, misfire_grace_time=grace)
            first = DateTrigger(datetime.now(UTC) + job.when.after_start)
            self._scheduler.add_job(self._begin, first, args=[job], name=job.name, misfire_grace_time=None)
        self._scheduler.start()
        self._watching = asyncio.create_task(self._watch_clock(), name="clock watch")

    async def stop(self, grace: float = STOP_GRACE) -> None:
        """Start nothing more; give what runs `grace` seconds, then cancel it."""
        if self._watching is not None:
            self._watching.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        running = [task for task in self._running.values() if not task.done()]
        if running:
            _, late = await asyncio.wait(running, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _add_interval(self, call: Callable[..., Awaitable[None]], every: timedelta, *args: PeriodicJob) -> None:
        trigger = IntervalTrigger(seconds=every.total_seconds(), timezone=UTC)
        self._intervals.append(self._scheduler.add_job(call, trigger, args=args, misfire_grace_time=None))

    async def _begin(self, job: PeriodicJob) -> None:
        running = self._running.get(job.name)
        if running is None or running.done():
            self._running[job.name] = asyncio.create_task(self._run(job), name=job.name)

    async def _run(self, job: PeriodicJob) -> None:
        if not job.shared or await self._may_run(job):
            await survive(job.name, job.run())

    async def _watch_clock(self) -> None:
        loop = asyncio.get_running_loop()
        offset = self._wall_clock() - loop.time()
        while True:
            await asyncio.sleep(CLOCK_CHECK)
            step = self._wall_clock() - loop.time() - offset
            offset += step
            if abs(step) >= CLOCK_STEP:
                log.warning("the machine's clock was set %s by %.0f s", "back" if step < 0 else "forward", abs(step))
                if self._clock_stepped is not None:
                    await survive("repairing times after a clock change", self._clock_stepped(step))
                for job in self._intervals:
                    job.modify(next_run_time=datetime.now(UTC))
