"""Small tasks handed to a worker together: what comes while the workers are busy goes over in one piece.

Handing a task over costs about a millisecond on both sides, whatever is in it: pipes, locks, three threads that take
turns. And what comes back together goes on together, into one transaction instead of many.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar, TypeVarTuple

from monitor.adapters.workers.pool import Cut, Pool, Workers
from monitor.domain.failures import Failure

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

MOST = 16
LARGEST = 1_000_000
"""Tasks, and bytes as `size` counts them, that go over together: some 70 ms of work, far within a worker's limit."""


def one_by_one(function: Callable[[*Arguments], T], tasks: Sequence[tuple[*Arguments]]) -> list[T]:
    """Run in a worker."""
    return [function(*arguments) for arguments in tasks]


class Together(Generic[*Arguments, T]):
    """`function` in the workers of `pool`. A batch that is cut or fails is taken apart: each task then stands or falls
    alone, as in `Workers.run`, which is also where `patience` comes from.
    """

    def __init__(
        self,
        workers: Workers,
        pool: Pool,
        patience: float,
        function: Callable[[*Arguments], T],
        size: Callable[[tuple[*Arguments]], int],
    ) -> None:
        self._workers, self._pool, self._patience = workers, pool, patience
        self._function, self._size = function, size
        self._waiting: deque[tuple[tuple[*Arguments], asyncio.Future[T | Failure]]] = deque()
        self._serving = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def do(self, *arguments: *Arguments) -> T | Failure:
        """What `function` returned, as `Workers.run` has it. While a worker is free, a task goes over at once."""
        future: asyncio.Future[T | Failure] = asyncio.get_running_loop().create_future()
        self._waiting.append((arguments, future))
        if self._serving < self._pool.slots:
            self._serving += 1
            self._start(self._serve())
        return await future

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self) -> None:
        try:
            while batch := self._batch():
                await self._perform(batch)
        finally:
            self._serving -= 1

    async def _perform(self, batch: Sequence[tuple[tuple[*Arguments], asyncio.Future[T | Failure]]]) -> None:
        """Only as long as the quick pool takes: nobody else waits for the patient worker."""
        if len(batch) == 1:
            ((arguments, future),) = batch
            result = await self._pool.run(self._function, *arguments)
            if isinstance(result, Cut):
                again = self._workers.after(result, self._pool, self._patience, self._function, *arguments)
                self._start(_settle(future, again))
            elif not future.done():
                future.set_result(result)
            return
        results = await self._pool.run(one_by_one, self._function, [arguments for arguments, _ in batch])
        if isinstance(results, list):
            for (_, future), each in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(each)
            return
        for arguments, future in batch:
            alone = self._workers.run(self._pool, self._patience, self._function, *arguments)
            self._start(_settle(future, alone))

    def _batch(self) -> list[tuple[tuple[*Arguments], asyncio.Future[T | Failure]]]:
        """What waits and is still wanted, as far as it may go over together; at least one."""
        batch: list[tuple[tuple[*Arguments], asyncio.Future[T | Failure]]] = []
        room = LARGEST
        while self._waiting and len(batch) < MOST:
            room -= self._size(self._waiting[0][0])
            if batch and room < 0:
                break
            waiting = self._waiting.popleft()
            if not waiting[1].done():
                batch.append(waiting)
        return batch


async def _settle(future: asyncio.Future[T | Failure], work: Coroutine[Any, Any, T | Failure]) -> None:
    result = await work
    if not future.done():
        future.set_result(result)
