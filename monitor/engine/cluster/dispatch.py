"""Find due rows and make jobs of them, for all processes of a cluster: whichever has the step's lease does it."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from monitor.engine.cluster.jobs import NOTHING, Jobs, StepJob, UnderWay
from monitor.engine.spec import Progress, StepSpec
from monitor.engine.survive import survive
from monitor.ports import Clock, Leases

TICK = timedelta(milliseconds=500)
"""How often one of the processes queries for rows that time alone made due."""

AT_ONCE = timedelta(milliseconds=50)
"""The pause between queries while steps keep reporting new rows."""

HOLD = timedelta(seconds=5)
"""How long the lease of a step is held at most; a query takes milliseconds, and a process that dies in one delays the
next by this."""

REST_SHARE = 5
"""After a slow query the dispatcher rests this many times its length, a tick at the most: queries must not crowd out
the work, nor be put off where a busy machine makes them slow."""

JOBS_AHEAD = 4
ROWS_AHEAD = 2
"""For each process: jobs, and rows as a multiple of those run at once, that may wait to be taken. Enough to last until
the next query; few enough to be read by each query, and to be shared out evenly at the end."""

_OTHERS_CHECKED = 5.0
"""Seconds without a lease after which a process reads whether another one had it."""

_LEASE = "look:"
"""Prefix of the leases' names. Kept from earlier versions, which may run beside this one during an upgrade."""


@dataclass(slots=True, kw_only=True)
class Dispatcher:
    """Makes jobs of the due rows of all steps, in turn with the other processes."""

    specs: Sequence[StepSpec[Any, Any]]
    jobs: Jobs
    leases: Leases
    clock: Clock
    progress: dict[str, Progress]
    processes: int = 1
    _woken: set[str] = field(default_factory=set)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)
    _soon: tuple[str, float] | None = None
    _more: set[str] = field(default_factory=set)
    _asked_at: float = 0.0

    async def prepare(self) -> None:
        """Make the rows of the leases."""
        await self.leases.prepare([_lease_name(spec.name) for spec in self.specs], self.clock.now())

    def wake(self, names: Collection[str]) -> None:
        """Check these steps for due rows soon."""
        self._woken.update(names)
        self._awake.set()

    def job_done(self, name: str) -> None:
        """Check a step again when a job of it is done and it had more due rows than jobs may wait."""
        if name in self._more:
            self.wake((name,))

    async def run(self) -> None:
        """Dispatch at every tick and whenever woken, until cancelled."""
        loop = asyncio.get_running_loop()
        for progress in self.progress.values():
            progress.began_at = loop.time()
        while True:
            woken, self._woken = self._woken, set()
            self._awake.clear()
            began = loop.time()
            failed = await survive("making jobs of due rows", self.dispatch(woken))
            if isinstance(failed, Exception):
                for progress in self.progress.values():
                    progress.failed(failed, loop.time())
            took = loop.time() - began
            await asyncio.sleep(max(AT_ONCE.total_seconds(), min(REST_SHARE * took, TICK.total_seconds())))
            await self._rest()

    async def _rest(self) -> None:
        """Wait until woken, until the tick, or until the moment at which a step said that a row will be due."""
        name, seconds = self._soon or ("", TICK.total_seconds())
        with suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, TICK.total_seconds())):
                await self._awake.wait()
                return
        if name and seconds < TICK.total_seconds():
            self._woken.add(name)

    async def dispatch(self, woken: Collection[str] = ()) -> int:
        """Make jobs of due rows of the `woken` steps, or of all, whose leases are free; return how many."""
        now, self._soon = self.clock.now(), None
        names = [_lease_name(name) for name in woken or self.progress]
        ours = await self.leases.take(names, now, hold=HOLD, rest=AT_ONCE if woken else TICK * 0.8)
        jobs: list[StepJob] = []
        if ours:
            under_way = await self.jobs.under_way()
            for spec in self.specs:
                if _lease_name(spec.name) in ours:
                    jobs += await self._jobs_of(spec, under_way.get(spec.name, NOTHING))
            await self.jobs.put(jobs)
            await self.leases.done(ours, self.clock.now())
        await self._note(ours)
        return len(jobs)

    async def _jobs_of(self, spec: StepSpec[Any, Any], under_way: UnderWay) -> list[StepJob]:
        ahead = max(ROWS_AHEAD * spec.concurrency, JOBS_AHEAD * spec.batch) * self.processes
        self._more.add(spec.name)
        if (room := ahead - under_way.waiting) <= 0:
            return []
        keys = await spec.step.due_keys(room, under_way.keys)
        if len(keys) < room:
            self._more.discard(spec.name)
        if (seconds := await spec.step.next_in()) is not None:
            self._soon = (spec.name, max(0.0, seconds))
        starts = range(0, len(keys), spec.batch)
        return [StepJob(step=spec.name, keys=tuple(keys[start : start + spec.batch])) for start in starts]

    async def _note(self, ours: Collection[str]) -> None:
        """Note when each step was last checked, by this process or another."""
        now = asyncio.get_running_loop().time()
        for name in ours:
            self.progress[name.removeprefix(_LEASE)].checked_at = now
        late = [name for name, at in self.progress.items() if now - (at.checked_at or 0.0) > _OTHERS_CHECKED]
        if late and now - self._asked_at > _OTHERS_CHECKED:
            self._asked_at = now
            for lease, at in (await self.leases.completed([_lease_name(name) for name in late])).items():
                progress = self.progress[lease.removeprefix(_LEASE)]
                progress.checked_at = max(progress.checked_at or 0.0, now - (self.clock.now() - at).total_seconds())


def _lease_name(step: str) -> str:
    return f"{_LEASE}{step}"
