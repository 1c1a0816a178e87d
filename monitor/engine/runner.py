"""A runner takes due rows of one step and runs them, a bounded number at a time."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Generic, TypeVar

from monitor.engine.spec import Progress, StepSpec
from monitor.engine.survive import survive
from storage.sql.errors import StoreError, StoreUnavailable

log = logging.getLogger(__name__)

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)

BACK_OFF_FIRST = 5.0
BACK_OFF_MOST = 3600.0
"""Seconds a row backs off after an unforeseen error: doubled each time, so that one poison row cannot spin
(healthchecks pushes such a row away before it raises). An outage of the store is no fault of the row: always the first.
"""

DRAIN_WAIT = 2.0
"""Seconds that `drain` waits for a row to become due: a channel takes one message a second."""


@dataclass(slots=True, eq=False)
class StepRunner(Generic[Row, Key]):
    """Runs one step until stopped. A row under way, or backing off after an error, is not taken again."""

    spec: StepSpec[Row, Key]
    trigger: Callable[[Sequence[str]], None]
    progress: Progress = field(default_factory=Progress)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False
    _running: dict[Key, asyncio.Task[None]] = field(default_factory=dict)
    _backing_off: dict[Key, tuple[float, float]] = field(default_factory=dict)
    _drained: set[Key] | None = None
    _alarm: asyncio.TimerHandle | None = None
    _read: deque[Row] = field(default_factory=deque)
    _found_at: float = -inf

    def wake(self) -> None:
        """Check for due rows soon."""
        self._awake.set()

    async def run(self) -> None:
        """Take and run due rows whenever woken, until `stop`."""
        loop = asyncio.get_running_loop()
        self.progress.began_at = loop.time()
        while not self._stopping:
            await self._awake.wait()
            await asyncio.sleep(self._found_at + self.spec.rest - loop.time())
            self._awake.clear()
            while await self._take():
                while len(self._running) >= self.spec.concurrency and not self._stopping:
                    await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)
            await self._set_alarm()

    async def drain(self, *, each_once: bool = False) -> int:
        """Run rows until none is due and none under way; return how many ran.

        `each_once`: a row that is due again at once (a feed with a very short interval) is not taken twice.
        """
        before = self.progress.performed
        self._drained = set() if each_once else None
        while True:
            taken = await self._take()
            if self._running:
                await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)
            elif not taken:
                seconds = await self.spec.step.next_in()
                if seconds is None or seconds > DRAIN_WAIT:
                    self._drained = None
                    return self.progress.performed - before
                await asyncio.sleep(seconds)

    async def stop(self, grace: float) -> None:
        """Take no more rows; give those under way `grace` seconds to finish, then cancel them."""
        self._stopping = True
        if self._alarm is not None:
            self._alarm.cancel()
        self._awake.set()
        if not self._running:
            return
        _, late = await asyncio.wait(self._running.values(), timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    @property
    def in_flight(self) -> int:
        """Return how many rows are under way."""
        return len(self._running)

    async def _take(self) -> int:
        """Start tasks for due rows in the free slots; return how many."""
        free = self.spec.concurrency - len(self._running)
        if free <= 0 or self._stopping:
            return 0
        if not self._read:
            await self._read_due(free)
        started = [self._read.popleft() for _ in range(min(free, len(self._read)))]
        for row in started:
            key = self.spec.step.key(row)
            self._running[key] = asyncio.create_task(self._run_row(key, row), name=f"{self.spec.name} {key}")
        return len(started)

    async def _read_due(self, free: int) -> None:
        """Read due rows, as many as there are free slots and some ahead."""
        loop = asyncio.get_running_loop()
        waiting = {key for key, (until, _) in self._backing_off.items() if until > loop.time()}
        excluded = {*self._running, *waiting, *(self._drained or ())}
        wanted = self.spec.step.due(free + self.spec.ahead, excluded)
        rows = await survive(f"{self.spec.name}: reading due rows", wanted)
        now = loop.time()
        if isinstance(rows, Exception):
            self.progress.failed(rows, now)
            return
        self.progress.checked_at = now
        if rows:
            self._found_at = now
        self._read.extend(rows)

    async def _run_row(self, key: Key, row: Row) -> None:
        loop = asyncio.get_running_loop()
        try:
            outcome = await survive(f"{self.spec.name}: row {key}", self.spec.step.run(row))
            if isinstance(outcome, Exception):
                self.progress.failed(outcome, loop.time())
                _, last = self._backing_off.get(key, (0.0, BACK_OFF_FIRST / 2))
                wait = BACK_OFF_FIRST if isinstance(outcome, StoreUnavailable) else min(last * 2, BACK_OFF_MOST)
                self._backing_off[key] = (loop.time() + wait, wait)
                if not isinstance(outcome, StoreError):
                    log.warning("%s: row %s is tried again in %.0f s", self.spec.name, key, wait)
            else:
                self._backing_off.pop(key, None)
                if outcome:
                    self.trigger(self.spec.triggers)
        finally:
            self.progress.performed += 1
            self.progress.checked_at = loop.time()
            del self._running[key]
            if self._drained is not None:
                self._drained.add(key)
            self._awake.set()

    async def _set_alarm(self) -> None:
        """Wake when the step says that a row will be due, where the tick would be late."""
        if self._stopping:
            return
        seconds = await survive(f"{self.spec.name}: reading the next due time", self.spec.step.next_in())
        if isinstance(seconds, float):
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = asyncio.get_running_loop().call_later(max(seconds, 0.01), self.wake)
