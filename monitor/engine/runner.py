"""A runner takes due rows of one step and performs them, a bounded number at a time."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

Row = TypeVar("Row")
Result = TypeVar("Result")

_SHUN_FIRST = 5.0
_SHUN_MOST = 3600.0
"""Seconds a row is left alone after an unforeseen error: doubled each time, so that one poison row cannot spin
(healthchecks pushes such a row away before it raises)."""

_MOMENT = 2.0
"""Seconds that `drain` waits for something to become due."""


async def survive(what: str, attempt: Awaitable[Result]) -> Result | Exception:
    """The result of `attempt`, or the unforeseen error it ended in, logged.

    The one broad `except` of the program: a bug or an outage harms one row or one chore, not the daemon.
    """
    try:
        return await attempt
    except Exception as error:
        log.exception("%s failed unexpectedly", what)
        return error


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Generic[Row]):
    """A step as the engine sees it: how to find due rows, how to tell them apart, what to do with one.

    `perform` answers whether it may have made rows due for the runners named in `wakes`. `pause` tells in how many
    seconds something may become due, for a step that should not wait for the next tick. `ahead` rows are read more
    than there are free slots: one look for work then serves many rows, and the stores refuse a row that is stale.
    After a look that found something the next one waits for `rest` seconds: what comes in a stream goes on together,
    what comes alone goes on at once.

    For an engine that hands keys to other processes: `still_due` reads those of the rows with these keys that are still
    to be performed, `due_keys` finds keys without reading the rows, `batch` is how many of them are worth one errand,
    `errands` how many a process takes at once where rows may take long: each slow row keeps its whole errand.
    """

    name: str
    concurrency: int
    due: Callable[[int, Collection[Hashable]], Awaitable[Sequence[Row]]]
    key: Callable[[Row], Hashable]
    perform: Callable[[Row], Awaitable[bool]]
    wakes: tuple[str, ...] = ()
    pause: Callable[[], Awaitable[float | None]] | None = None
    ahead: int = 0
    rest: float = 0.0
    still_due: Callable[[Collection[Hashable]], Awaitable[Sequence[Row]]] | None = None
    due_keys: Callable[[int, Collection[Hashable]], Awaitable[Sequence[Hashable]]] | None = None
    batch: int = 1
    errands: int | None = None


@dataclass(slots=True)
class Progress:
    """What a runner has done since start; times are the event loop's. `began_at`: None until it begins.
    `looked_at`: when it last looked for due rows, or, all its slots being taken, when it last finished one."""

    began_at: float | None = None
    performed: int = 0
    errors: int = 0
    looked_at: float | None = None


@dataclass(slots=True, eq=False)
class StepRunner(Generic[Row]):
    """Runs one `Work` until stopped. A row in flight, or shunned after an error, is not taken again."""

    work: Work[Row]
    wake_others: Callable[[Sequence[str]], None]
    progress: Progress = field(default_factory=Progress)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False
    _flying: dict[Hashable, asyncio.Task[None]] = field(default_factory=dict)
    _shunned: dict[Hashable, tuple[float, float]] = field(default_factory=dict)
    _done: set[Hashable] | None = None
    _alarm: asyncio.TimerHandle | None = None
    _read: deque[Row] = field(default_factory=deque)
    _found_at: float = -inf

    def wake(self) -> None:
        """There may be something due."""
        self._awake.set()

    async def run(self) -> None:
        """Take and perform due rows whenever woken, until `stop`."""
        self.progress.began_at = asyncio.get_running_loop().time()
        while not self._stopping:
            await self._awake.wait()
            await asyncio.sleep(self._found_at + self.work.rest - asyncio.get_running_loop().time())
            self._awake.clear()
            while await self._take():
                await self._slot()
            await self._set_alarm()

    async def drain(self, *, each_once: bool = False) -> int:
        """Perform until nothing is due and nothing is in flight; the number of rows performed.

        `each_once`: a row that is due again at once (a feed with a very short interval) is not taken twice.
        """
        before = self.progress.performed
        self._done = set() if each_once else None
        while True:
            taken = await self._take()
            if self._flying:
                await asyncio.wait(self._flying.values(), return_when=asyncio.FIRST_COMPLETED)
            elif not taken and not await self._soon():
                self._done = None
                return self.progress.performed - before

    async def _soon(self) -> bool:
        """Wait for what is held back for a moment only: a channel takes one message a second."""
        seconds = await self.work.pause() if self.work.pause else None
        if seconds is None or seconds > _MOMENT:
            return False
        await asyncio.sleep(seconds)
        return True

    async def stop(self, grace: float) -> None:
        """Take nothing more; give what is in flight `grace` seconds to finish, then cancel it."""
        self._stopping = True
        if self._alarm is not None:
            self._alarm.cancel()
        self._awake.set()
        if not self._flying:
            return
        _, late = await asyncio.wait(self._flying.values(), timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    @property
    def in_flight(self) -> int:
        """How many rows are being performed."""
        return len(self._flying)

    async def _take(self) -> int:
        """Start tasks for due rows in the free slots; how many were started."""
        free = self.work.concurrency - len(self._flying)
        if free <= 0 or self._stopping:
            return 0
        if not self._read:
            await self._look(free)
        started = [self._read.popleft() for _ in range(min(free, len(self._read)))]
        for row in started:
            key = self.work.key(row)
            self._flying[key] = asyncio.create_task(self._perform(key, row), name=f"{self.work.name} {key}")
        return len(started)

    async def _look(self, free: int) -> None:
        """Read due rows, as many as there are free slots and some ahead."""
        wanted = self.work.due(free + self.work.ahead, self._left_alone())
        rows = await survive(f"{self.work.name}: looking for due rows", wanted)
        if isinstance(rows, Exception):
            self.progress.errors += 1
            return
        self.progress.looked_at = asyncio.get_running_loop().time()
        if rows:
            self._found_at = self.progress.looked_at
        self._read.extend(rows)

    async def _perform(self, key: Hashable, row: Row) -> None:
        try:
            made_work = await survive(f"{self.work.name}: row {key}", self.work.perform(row))
            if isinstance(made_work, Exception):
                self.progress.errors += 1
                self._shun(key)
            else:
                self._shunned.pop(key, None)
                if made_work:
                    self.wake_others(self.work.wakes)
        finally:
            self.progress.performed += 1
            self.progress.looked_at = asyncio.get_running_loop().time()
            del self._flying[key]
            if self._done is not None:
                self._done.add(key)
            self._awake.set()

    async def _set_alarm(self) -> None:
        """Wake by ourselves when the step says that something will be due."""
        if self.work.pause is None or self._stopping:
            return
        seconds = await survive(f"{self.work.name}: looking ahead", self.work.pause())
        if isinstance(seconds, float):
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = asyncio.get_running_loop().call_later(max(seconds, 0.01), self.wake)

    async def _slot(self) -> None:
        """Wait until a row may be taken again."""
        while len(self._flying) >= self.work.concurrency and not self._stopping:
            await asyncio.wait(self._flying.values(), return_when=asyncio.FIRST_COMPLETED)

    def _shun(self, key: Hashable) -> None:
        _, last = self._shunned.get(key, (0.0, _SHUN_FIRST / 2))
        wait = min(last * 2, _SHUN_MOST)
        self._shunned[key] = (asyncio.get_running_loop().time() + wait, wait)
        log.warning("%s: row %s is left alone for %.0f s", self.work.name, key, wait)

    def _left_alone(self) -> Collection[Hashable]:
        now = asyncio.get_running_loop().time()
        shunned = {key for key, (until, _) in self._shunned.items() if until > now}
        return {*self._flying, *shunned, *(self._done or ())}
