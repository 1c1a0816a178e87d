"""The local engine: every step and periodic job in one process."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from monitor.engine.periodic import PeriodicJob
from monitor.engine.runner import StepRunner
from monitor.engine.schedule import Schedule
from monitor.engine.spec import StepSpec

TICK = timedelta(milliseconds=500)
"""How often the runners check for rows that time alone made due. A step that makes rows triggers the next at once."""

GRACE = 4.0
"""Seconds that running steps get at a stop; with periodic jobs, web pages and worker processes it stays under Docker's
10 s (https://docs.docker.com/reference/cli/docker/container/stop/). Later rows are cut off, and still due."""


class LocalEngine:
    """Runs steps and periodic jobs on this process's event loop."""

    def __init__(self, specs: Sequence[StepSpec[Any, Any]], periodic: Sequence[PeriodicJob] = ()) -> None:
        self.runners = {spec.name: StepRunner(spec=spec, trigger=self._wake) for spec in specs}
        self.periodic = periodic
        self.clock_stepped: Callable[[float], Awaitable[object]] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then let what runs finish within `GRACE` seconds."""
        schedule = Schedule(self.periodic, clock_stepped=self.clock_stepped)
        schedule.tick(TICK, lambda: self._wake(list(self.runners)))
        runs = [asyncio.create_task(runner.run(), name=name) for name, runner in self.runners.items()]
        schedule.start()
        self._wake(list(self.runners))
        try:
            await stop.wait()
        finally:
            stopping = asyncio.create_task(schedule.stop())
            await asyncio.gather(*(runner.stop(GRACE) for runner in self.runners.values()))
            await asyncio.gather(*runs, stopping)

    async def run_once(self) -> None:
        """Poll every feed that is due, then drain the other steps, in order, until nothing is due."""
        first, *others = self.runners.values()
        await first.drain(each_once=True)
        while any([await runner.drain() for runner in others]):
            pass

    def _wake(self, names: Sequence[str]) -> None:
        for name in names:
            self.runners[name].wake()
