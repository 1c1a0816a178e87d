"""Hand small tasks to a worker together.

Handing a task over costs about a millisecond on both sides, whatever is in it: pipes, locks, three threads that
alternate. What comes back together also goes on together, into one transaction instead of many.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, TypeVarTuple

from monitor.adapters.workers.pool import Cut, Pool, Workers
from monitor.batcher import Batcher
from monitor.domain.failures import Failure

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

MOST = 16
LARGEST = 1_000_000
"""Tasks, and bytes as `size` counts them, that go over together: some 70 ms of work, far within a worker's limit."""


def one_by_one(function: Callable[[*Arguments], T], tasks: Sequence[tuple[*Arguments]]) -> list[T]:
    """Return the result of each task; runs in a worker."""
    return [function(*arguments) for arguments in tasks]


class BatchedCalls(Generic[*Arguments, T]):
    """Call `function` in the workers of `pool`, many calls at a time. `patience` is that of `Workers.run`.

    A batch that is cut or fails is taken apart: each call then stands or falls alone. Only the quick pool's time is
    shared: a call that goes to the patient worker is waited for by its own caller.
    """

    def __init__(
        self,
        workers: Workers,
        pool: Pool,
        patience: float,
        function: Callable[[*Arguments], T],
        size: Callable[[tuple[*Arguments]], int],
    ) -> None:
        self._workers, self._pool, self._patience, self._function = workers, pool, patience, function
        self._batcher: Batcher[tuple[*Arguments], T | Failure | Cut | None] = Batcher(
            self._perform, most=MOST, weight=size, heaviest=LARGEST, at_once=pool.slots
        )

    async def do(self, *arguments: *Arguments) -> T | Failure:
        """Return what `function` returned, as `Workers.run` does."""
        result = await self._batcher.do(arguments)
        if result is None:
            return await self._workers.run(self._pool, self._patience, self._function, *arguments)
        return await self._workers.after(result, self._pool, self._patience, self._function, *arguments)

    async def _perform(self, batch: Sequence[tuple[*Arguments]]) -> Sequence[T | Failure | Cut | None]:
        """Return a result for each call; None where it has to be made again, alone."""
        if len(batch) == 1:
            return [await self._pool.run(self._function, *batch[0])]
        results = await self._pool.run(one_by_one, self._function, batch)
        return results if isinstance(results, list) else [None] * len(batch)
