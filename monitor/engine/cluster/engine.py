"""The engine of one process in a cluster: it looks for work for all, and performs its share."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from typing import Any

from monitor.engine.cluster.dispatch import Dispatcher
from monitor.engine.cluster.jobs import Errand, Jobs, JobsUnavailable, RowsFailed, keep_working
from monitor.engine.cluster.outages import OUTAGES, attempted
from monitor.engine.periodic import Chore
from monitor.engine.runner import Progress, Work
from monitor.ports import Clock, Leases

log = logging.getLogger(__name__)

GRACE = 6.0
"""Seconds that rows in flight get at a stop; with shutting down it stays under the 10 s of Docker and Kubernetes."""

_RESCUE_EVERY = timedelta(seconds=2)
_RETRIEVE_EVERY = timedelta(seconds=5)
_TIDY_EVERY = timedelta(minutes=10)


@dataclass(slots=True)
class StepSlots:
    """One step in this process: how many rows of it at once, which ones just now, and how it went."""

    work: Work[Any]
    progress: Progress = field(default_factory=Progress)
    flying: dict[Hashable, asyncio.Task[bool]] = field(default_factory=dict)
    slots: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.slots = asyncio.Semaphore(self.work.concurrency)

    @property
    def in_flight(self) -> int:
        """How many rows are being performed."""
        return len(self.flying)


class ClusterEngine:
    """Runs its share of the steps and chores of a cluster.

    `rescued` is told how many errands of dead processes were given to others.
    """

    def __init__(
        self,
        works: Sequence[Work[Any]],
        *,
        jobs: Jobs,
        leases: Leases,
        clock: Clock,
        rescued: Callable[[int], Awaitable[object]],
        chores: Sequence[Chore] = (),
    ) -> None:
        self.runners = {work.name: StepSlots(work) for work in works}
        self.chores = chores
        self._jobs, self._leases, self._clock, self._rescued = jobs, leases, clock, rescued
        self._dispatcher = Dispatcher(
            works=works,
            jobs=jobs,
            leases=leases,
            clock=clock,
            progress={name: slots.progress for name, slots in self.runners.items()},
        )
        self._taking_part = asyncio.Event()
        self._taking_part.set()
        self._sharing: list[asyncio.Task[None]] = []
        for slots in self.runners.values():
            jobs.serve(slots.work.name, self._performer(slots))

    def share_among(self, processes: int) -> None:
        """How many processes there are to share the work."""
        self._dispatcher.processes = max(1, processes)

    def stand_aside(self) -> None:
        """Finish what is in flight and take nothing more, until `take_part`."""
        self._taking_part.clear()
        for task in self._sharing:
            task.cancel()

    def take_part(self) -> None:
        """Look for work and perform it."""
        self._taking_part.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then let what runs finish within `GRACE` seconds. Raises JobsUnavailable."""
        await self._jobs.open()
        try:
            await self._prepare()
            doing = [asyncio.create_task(self._share(), name="share")]
            doing += [asyncio.create_task(self._repeat(chore), name=chore.name) for chore in self._all_chores()]
            await stop.wait()
            for task in doing:
                task.cancel()
            await asyncio.gather(*doing, return_exceptions=True)
            await self._finish_rows()
        finally:
            await attempted("closing the table of errands", self._jobs.close())

    async def _prepare(self) -> None:
        await self._dispatcher.prepare()
        names = [_lease_name(chore) for chore in self._all_chores() if chore.shared]
        await self._leases.prepare(names, self._clock.now())

    async def _share(self) -> None:
        """Take part whenever we may."""
        while True:
            await self._taking_part.wait()
            self._sharing = [asyncio.create_task(self._dispatcher.run(), name="dispatch")]
            for name, slots in self.runners.items():
                work = keep_working(self._jobs, name, _errands_at_once(slots.work), grace=GRACE)
                self._sharing.append(asyncio.create_task(work, name=f"take {name}"))
            try:
                await asyncio.gather(*self._sharing, return_exceptions=True)
            except asyncio.CancelledError:
                await asyncio.gather(*self._sharing, return_exceptions=True)
                raise

    def _performer(self, slots: StepSlots) -> Callable[[Sequence[Hashable]], Awaitable[None]]:
        async def perform(keys: Sequence[Hashable]) -> None:
            await self._perform_errand(slots, keys)

        return perform

    async def _perform_errand(self, slots: StepSlots, keys: Sequence[Hashable]) -> None:
        """Perform those rows of an errand that are still due. A row that fails gets an errand of its own, so that its
        waiting holds up no other."""
        work = slots.work
        assert work.still_due is not None, f"{work.name} cannot be shared out"
        rows = await attempted(f"{work.name}: reading rows {keys}", work.still_due(keys))
        if isinstance(rows, OUTAGES):
            return
        if isinstance(rows, Exception):
            raise RowsFailed(work.name)
        tasks = {work.key(row): self._begin(slots, row) for row in rows}
        fates = await asyncio.gather(*(asyncio.shield(task) for task in tasks.values()))
        failed = [key for key, well in zip(tasks, fates, strict=True) if not well]
        if failed and len(keys) > 1:
            with suppress(JobsUnavailable):
                await self._jobs.put([Errand(step=work.name, keys=(key,)) for key in failed])
        elif failed:
            raise RowsFailed(work.name)
        self._dispatcher.errand_done(work.name)

    def _begin(self, slots: StepSlots, row: object) -> asyncio.Task[bool]:
        """The task that performs the row; the one under way, if an errand that was taken from us began it."""
        key = slots.work.key(row)
        if key not in slots.flying:
            slots.flying[key] = asyncio.create_task(self._perform(slots, key, row), name=f"{slots.work.name} {key}")
        return slots.flying[key]

    async def _perform(self, slots: StepSlots, key: Hashable, row: object) -> bool:
        """Whether no unforeseen error came of it. An outage is none: the row is still due, and looked for again."""
        try:
            async with slots.slots:
                made_work = await attempted(f"{slots.work.name}: row {key}", slots.work.perform(row))
        finally:
            slots.progress.performed += 1
            del slots.flying[key]
        if isinstance(made_work, Exception):
            slots.progress.errors += 1
            return isinstance(made_work, OUTAGES)
        if made_work:
            self._dispatcher.wake(slots.work.wakes)
        return True

    async def _finish_rows(self) -> None:
        """Cancel what outlived the grace of its errand."""
        late = [task for slots in self.runners.values() for task in slots.flying.values()]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _all_chores(self) -> list[Chore]:
        return [
            *self.chores,
            Chore(name="rescue", every=_RESCUE_EVERY, perform=self._rescue, shared=True),
            Chore(name="retrieve", every=_RETRIEVE_EVERY, perform=self._retrieve),
            Chore(name="tidy", every=_TIDY_EVERY, perform=self._jobs.tidy, shared=True),
        ]

    async def _rescue(self) -> None:
        if found := await self._jobs.rescue():
            log.warning("%d errand(s) of processes that died or stopped were taken over", found)
            await self._rescued(found)

    async def _retrieve(self) -> None:
        if found := await self._jobs.retrieve():
            log.warning("%d errand(s) were astray since the database was lost for a moment", found)
            await self._rescued(found)

    async def _repeat(self, chore: Chore) -> None:
        """Perform a chore at its interval; a shared one when it is our lease."""
        every = chore.every.total_seconds()
        while True:
            await asyncio.sleep(min(every, 30.0) if chore.shared else every)
            if not chore.shared or await self._is_ours(chore):
                await attempted(chore.name, chore.perform())

    async def _is_ours(self, chore: Chore) -> bool:
        """A shared chore is due as long after its last beginning as it says, whoever began it."""
        taken = await attempted(
            f"{chore.name}: taking the lease",
            self._leases.take([_lease_name(chore)], self._clock.now(), hold=chore.every * 0.95),
        )
        return not isinstance(taken, Exception) and bool(taken)


def _lease_name(chore: Chore) -> str:
    return f"chore:{chore.name}"


def _errands_at_once(work: Work[Any]) -> int:
    """Where a step does not say: one more than fill its slots, so that a slow row in one leaves none empty."""
    return work.errands or ceil(work.concurrency / work.batch) + (work.batch > 1)
