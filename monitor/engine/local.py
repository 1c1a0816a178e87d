"""The local engine: every step in one process; apscheduler owns the time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.engine.runner import StepRunner, Work, survive

TICK = timedelta(milliseconds=500)
"""How often the runners look for rows that time alone made due. A step that makes rows wakes the next at once."""

GRACE = 8.0
"""Seconds that running steps get at a stop; with shutting down it stays under Docker's 10 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Periodic work beside the steps: housekeeping, reload check, heartbeat. Runs never overlap."""

    name: str
    every: timedelta
    perform: Callable[[], Awaitable[None]]


class LocalEngine:
    """Runs steps and chores on this process's event loop."""

    def __init__(self, works: Sequence[Work[Any]], chores: Sequence[Chore]) -> None:
        self.runners = {work.name: StepRunner(work=work, wake_others=self._wake) for work in works}
        self._chores = chores

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then let what runs finish within `GRACE` seconds."""
        scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        scheduler.add_job(self._tick, "interval", seconds=TICK.total_seconds(), misfire_grace_time=None)
        for chore in self._chores:
            scheduler.add_job(
                self._perform_chore,
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

    async def _perform_chore(self, chore: Chore) -> None:
        await survive(chore.name, chore.perform())
