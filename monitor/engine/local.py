"""The local engine: every step in one process; apscheduler owns the time."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.engine.periodic import Chore
from monitor.engine.runner import StepRunner, Work, survive

TICK = timedelta(milliseconds=500)
"""How often the runners look for rows that time alone made due. A step that makes rows wakes the next at once."""

GRACE = 4.0
"""Seconds that running steps get at a stop; with chores, web pages and worker processes it stays under Docker's 10 s.
What takes longer is cut off, and its row is still due."""


_CHORE_GRACE = 1.0


class LocalEngine:
    """Runs steps and chores on this process's event loop."""

    def __init__(self, works: Sequence[Work[Any]], chores: Sequence[Chore] = ()) -> None:
        self.runners = {work.name: StepRunner(work=work, wake_others=self._wake) for work in works}
        self.chores = chores
        self._doing: dict[str, asyncio.Task[object]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then let what runs finish within `GRACE` seconds."""
        scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        scheduler.add_job(self._tick, "interval", seconds=TICK.total_seconds(), misfire_grace_time=None)
        for chore in self.chores:
            scheduler.add_job(
                self._begin,
                "interval",
                args=[chore],
                seconds=chore.every.total_seconds(),
                misfire_grace_time=None,
                name=chore.name,
            )
        runs = [asyncio.create_task(runner.run(), name=name) for name, runner in self.runners.items()]
        scheduler.start()
        await self._tick()
        try:
            await stop.wait()
        finally:
            scheduler.shutdown(wait=False)
            await asyncio.gather(*(runner.stop(GRACE) for runner in self.runners.values()))
            await asyncio.gather(*runs)
            if self._doing:
                await asyncio.wait(self._doing.values(), timeout=_CHORE_GRACE)

    async def run_once(self) -> None:
        """Poll every feed that is due, then drain the other steps, in order, until nothing is due."""
        first, *others = self.runners.values()
        await first.drain(each_once=True)
        while any([await runner.drain() for runner in others]):
            pass

    def _wake(self, names: Sequence[str]) -> None:
        for name in names:
            self.runners[name].wake()

    async def _tick(self) -> None:
        for runner in self.runners.values():
            runner.wake()

    async def _begin(self, chore: Chore) -> None:
        """Start a chore in a task of ours, unless its last run still goes on: a stopping scheduler cancels its own."""
        running = self._doing.get(chore.name)
        if running is None or running.done():
            self._doing[chore.name] = asyncio.create_task(survive(chore.name, chore.perform()), name=chore.name)
