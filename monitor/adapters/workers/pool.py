"""Run parsers in processes that can be killed, with limits of time, memory and files.

A thread cannot be stopped, and one crafted feed keeps feedparser busy for a minute, so parsers run in pools of
processes. A worker sets an alarm whose default action kills it, in C code too; the pool notices and starts another
from a fork server that has the parsers loaded. The alarm counts processor time: on a busy machine an innocent feed
waits for one, and a worker killed for that would only have to begin again. Short work goes through a quick pool;
what is cut there gets one more chance in a single patient worker, so that a hanging parser delays nobody else by more
than the quick limit.
"""

import asyncio
import gc
import logging
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.popen_forkserver import Popen
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import TypeVar, TypeVarTuple

from pebble import ProcessExpired, ProcessPool

from monitor.domain.failures import Failure, Reason

log = logging.getLogger(__name__)

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

MEMORY = 512_000_000
"""Address space of a worker in bytes unless configured otherwise: five times what the largest ordinary page needs."""
OPEN_FILES = 64
TASKS = 1_000
"""Tasks after which a worker is replaced unless configured otherwise: whatever its libraries keep is given back."""
START_GRACE = 30.0
"""Seconds a task may take beyond its limits before the pool itself is taken to be broken."""
STALLED = 4.0
"""Real time that a task may take, as a multiple of its processor time: a parser may also sleep."""
PATIENT_WAIT = 5.0
"""Seconds a task cut in the quick pool waits for the patient worker before it is given up."""

COLLECT_AFTER = 10_000
"""New objects, about a megabyte, after which the garbage collector searches them. With Python's own 700
(gc.set_threshold) it finds every document half read, and soon goes through all objects again.
"""

_ALARMS = (signal.SIGPROF, signal.SIGALRM)
_TIME_CODES = tuple(-alarm for alarm in _ALARMS)
_OUT_OF_MEMORY = 77
_MEMORY_CODES = (_OUT_OF_MEMORY, -signal.SIGKILL, -signal.SIGABRT)
"""Exit codes of a worker without memory: our own, the kernel's, and that of libraries in Rust or C++, which abort."""
_STOPS = 8
_MAIN_LOCK = threading.Lock()


class Cut(StrEnum):
    """Name why a task brought no result, in the words of `Failure.detail`."""

    TIME = "it took too long to read"
    MEMORY = "it needed too much memory to read"
    DIED = "the reader died on it"
    BROKEN = "the readers had to be restarted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Describe a pool of workers.

    `seconds` of processor time may go into one task. `ahead` tasks are handed over per worker: two keep it busy, one
    keeps a task from waiting behind a slow one. `memory` is a worker's address space in bytes, `tasks` how many it
    performs before it is replaced.
    """

    workers: int
    seconds: float
    ahead: int = 2
    memory: int = MEMORY
    tasks: int = TASKS


def _restrict(memory: int) -> None:
    """Set limits that parsers cannot lift, and signals that end the process at once.

    Runs first in each worker.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for alarm in _ALARMS:
        signal.signal(alarm, signal.SIG_DFL)
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


def _within(seconds: float, function: Callable[[*Arguments], T], *arguments: *Arguments) -> T | Failure:
    """Return the result, or end the process when time or memory run out.

    Runs in a worker.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, STALLED * seconds)
    try:
        return function(*arguments)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001  parsers meet bytes written to break them; their bugs stay in here
        return Failure(reason=Reason.UNREADABLE, detail=type(error).__name__)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def _plain_main() -> Iterator[None]:
    """Hide the main module, which multiprocessing would import in every worker."""
    with _MAIN_LOCK:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


class _Process(ForkServerProcess):
    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Popen:  # noqa: N802  the name multiprocessing calls
        with _plain_main():
            return ForkServerProcess._Popen(process_obj)  # noqa: SLF001  there is no other way in


class _Context(ForkServerContext):
    Process = _Process


class Pool:
    """Manage workers of one size.

    Tasks beyond what they take ahead wait here, where waiting costs nothing.
    """

    def __init__(self, size: Size) -> None:
        self._size = size
        self._slots = asyncio.Semaphore(self.slots)
        self._pool = self._new()
        self._started: ProcessPool | None = None

    @property
    def slots(self) -> int:
        """Return how many tasks are handed over at once."""
        return self._size.ahead * self._size.workers

    @property
    def seconds(self) -> float:
        """Return how long a task may take here."""
        return self._size.seconds

    def _new(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._size.workers,
            max_tasks=self._size.tasks,
            initializer=_restrict,
            initargs=(self._size.memory,),
            context=_Context(),
        )

    async def run(
        self, function: Callable[[*Arguments], T], *arguments: *Arguments, seconds: float | None = None
    ) -> T | Failure | Cut:
        """Return what `function` returned in a worker, or why there is nothing.

        Never raises what the function raised.
        """
        limit = seconds or self._size.seconds
        async with self._slots:
            pool = self._pool
            try:
                schedule = partial(pool.schedule, _within, args=(limit, function, *arguments))
                # The first task starts the fork server, which imports the libraries: a second and more.
                future = schedule() if self._started is pool else await asyncio.to_thread(schedule)
                self._started = pool
                async with asyncio.timeout(self._size.ahead * STALLED * limit + START_GRACE):
                    result: T | Failure = await asyncio.wrap_future(future)
                    return result
            except ProcessExpired as expired:
                if expired.exitcode in _TIME_CODES:
                    return Cut.TIME
                return Cut.MEMORY if expired.exitcode in _MEMORY_CODES else Cut.DIED
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling() > 0:
                    raise
                return Cut.BROKEN  # the pool was replaced while this task waited in it
            except (BrokenProcessPool, TimeoutError, RuntimeError, OSError):
                if pool is self._pool:  # another task may have replaced it
                    log.warning("the readers stopped answering and were restarted")
                    self._pool = self._new()
                    threading.Thread(target=_end, args=(pool,), daemon=True).start()
                return Cut.BROKEN

    async def wait_for_slot(self, seconds: float) -> bool:
        """Tell whether a task would start within so many seconds."""
        try:
            async with asyncio.timeout(seconds), self._slots:
                return True
        except TimeoutError:
            return False

    async def close(self) -> None:
        """Stop every worker and wait until none is left."""
        await asyncio.to_thread(_end, self._pool)


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    for _ in range(_STOPS):
        try:
            pool.join()
        except KeyError:  # pebble stumbles over a worker that died while it was stopping them; the others are left
            continue
        return


class Workers:
    """Own the parser processes: a quick pool for feeds, one for pages, a patient worker."""

    def __init__(self, *, feeds: Size, pages: Size, preload: tuple[str, ...]) -> None:
        multiprocessing.get_context("forkserver").set_forkserver_preload([__name__, *preload])
        self.feeds = Pool(feeds)
        self.pages = Pool(pages)
        self._patient = Pool(replace(pages, workers=1, seconds=20.0, ahead=1))

    async def run(
        self, quick: Pool, patience: float, function: Callable[[*Arguments], T], *arguments: *Arguments
    ) -> T | Failure:
        """Return what `function` returned, tried in `quick`, then with more patience.

        What is cut for time is tried once more: `patience` seconds in all.
        """
        result = await quick.run(function, *arguments)
        return await self.after(result, quick, patience, function, *arguments)

    async def after(
        self,
        result: T | Failure | Cut,
        quick: Pool,
        patience: float,
        function: Callable[[*Arguments], T],
        *arguments: *Arguments,
    ) -> T | Failure:
        """Finish `run`, when `quick` has already given this `result`."""
        if result is Cut.TIME:
            if not await self._patient.wait_for_slot(PATIENT_WAIT):
                return Failure(reason=Reason.PARSER_LIMIT, detail=Cut.TIME)
            result = await self._patient.run(function, *arguments, seconds=max(quick.seconds, patience - quick.seconds))
        elif result is Cut.BROKEN:
            result = await quick.run(function, *arguments)
        if isinstance(result, Cut):
            return Failure(reason=Reason.PARSER_LIMIT, detail=str(result))
        return result

    async def close(self) -> None:
        """Stop every worker; none is left afterwards, not even as a zombie."""
        await asyncio.gather(self.feeds.close(), self.pages.close(), self._patient.close())
