"""Finding due rows and making errands of them: by whichever process looks first, for all."""

import asyncio
import logging
from collections.abc import Collection, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from monitor.engine.cluster.jobs import NOTHING, Errand, Jobs, UnderWay
from monitor.engine.cluster.outages import attempted
from monitor.engine.runner import Progress, Work
from monitor.ports import Clock, Leases

log = logging.getLogger(__name__)

TICK = timedelta(milliseconds=500)
"""How often one of the processes looks for rows that time alone made due."""

AT_ONCE = timedelta(milliseconds=50)
"""The pause between looks when steps keep saying that they made work."""

HOLD = timedelta(seconds=5)
"""A look takes milliseconds; a process that stops in the middle of one delays the next by so much."""

LOOKING_SHARE = 5
"""After a look that took long, so many times its length is rested, a tick at the most: looking must not crowd out the
work, nor be put off where a busy machine makes it slow."""

ERRANDS_AHEAD = 4
ROWS_AHEAD = 2
"""For each process: errands, and rows as a multiple of those performed at once, that may wait to be taken. Enough to
last until the next look; few enough to be read at each look, and to be shared out evenly at the end."""

_OTHERS_LOOKED = 5.0
"""Seconds without a lease after which a process asks whether somebody else had one."""

_LOOK = "look:"


@dataclass(slots=True, kw_only=True)
class Dispatcher:
    """Looks for due rows of all works, in lease with the other processes."""

    works: Sequence[Work[Any]]
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
        """Make the leases."""
        await self.leases.prepare([_lease_name(work.name) for work in self.works], self.clock.now())

    def wake(self, names: Collection[str]) -> None:
        """There may be something due for these steps."""
        self._woken.update(names)
        self._awake.set()

    def errand_done(self, name: str) -> None:
        """There is room for another errand of the step, if it had more to do than errands could wait."""
        if name in self._more:
            self.wake((name,))

    async def run(self) -> None:
        """Look at every tick and whenever woken, until cancelled."""
        now = asyncio.get_running_loop().time()
        for progress in self.progress.values():
            progress.began_at = now
        while True:
            woken, self._woken = self._woken, set()
            self._awake.clear()
            began = asyncio.get_running_loop().time()
            await attempted("looking for due rows", self.look(woken))
            took = asyncio.get_running_loop().time() - began
            await asyncio.sleep(max(AT_ONCE.total_seconds(), min(LOOKING_SHARE * took, TICK.total_seconds())))
            await self._rest()

    async def _rest(self) -> None:
        """Until woken, until the tick, or until the moment at which a step said that something will be due."""
        name, seconds = self._soon or ("", TICK.total_seconds())
        with suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, TICK.total_seconds())):
                await self._awake.wait()
                return
        if name and seconds < TICK.total_seconds():
            self._woken.add(name)

    async def look(self, woken: Collection[str] = ()) -> int:
        """Make errands of what is due for the `woken` steps, or for all, where no other process is at it; how many."""
        now, self._soon = self.clock.now(), None
        names = [_lease_name(name) for name in woken or self.progress]
        ours = await self.leases.take(names, now, hold=HOLD, rest=AT_ONCE if woken else TICK * 0.8)
        errands = await self._errands([work for work in self.works if _lease_name(work.name) in ours]) if ours else []
        if ours:
            await self.leases.done(ours, self.clock.now())
        await self._note(ours)
        return len(errands)

    async def _errands(self, works: Sequence[Work[Any]]) -> list[Errand]:
        under_way = await self.jobs.under_way()
        errands: list[Errand] = []
        for work in works:
            errands += await self._errands_of(work, under_way.get(work.name, NOTHING))
        await self.jobs.put(errands)
        return errands

    async def _errands_of(self, work: Work[Any], under_way: UnderWay) -> list[Errand]:
        ahead = max(ROWS_AHEAD * work.concurrency, ERRANDS_AHEAD * work.batch) * self.processes
        self._more.add(work.name)
        if (room := ahead - under_way.waiting) <= 0:
            return []
        keys = await _due_keys(work, room, under_way.keys)
        if len(keys) < room:
            self._more.discard(work.name)
        if work.pause is not None and (seconds := await work.pause()) is not None:
            self._soon = (work.name, max(0.0, seconds))
        starts = range(0, len(keys), work.batch)
        return [Errand(step=work.name, keys=tuple(keys[start : start + work.batch])) for start in starts]

    async def _note(self, ours: Collection[str]) -> None:
        """What counts as having looked: that somebody did, of late."""
        now = asyncio.get_running_loop().time()
        for name in ours:
            self.progress[name.removeprefix(_LOOK)].looked_at = now
        late = [name for name, at in self.progress.items() if now - (at.looked_at or 0.0) > _OTHERS_LOOKED]
        if late and now - self._asked_at > _OTHERS_LOOKED:
            self._asked_at = now
            for lease, at in (await self.leases.completed([_lease_name(name) for name in late])).items():
                progress = self.progress[lease.removeprefix(_LOOK)]
                progress.looked_at = max(progress.looked_at or 0.0, now - (self.clock.now() - at).total_seconds())


async def _due_keys(work: Work[Any], limit: int, skip: Collection[Hashable]) -> Sequence[Hashable]:
    if work.due_keys is not None:
        return await work.due_keys(limit, skip)
    return [work.key(row) for row in await work.due(limit, skip)]


def _lease_name(step: str) -> str:
    return f"{_LOOK}{step}"
