"""Batch small units of work: what arrives while one batch is under way goes together into the next.

A unit of work often costs the same whatever is in it: a transaction waits for the disk, a task for two pipes. Nobody
waits longer for being batched: the first item begins at once. Storage and adapters both use this module.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batcher(Generic[Item, Result]):
    """Give `perform` many items at once; it returns one result for each, in their order.

    `most` items share a batch, or fewer whose `weight` adds up to at most `heaviest`; a heavier item goes alone. Up to
    `at_once` batches run side by side. A batch whose `perform` raises is taken apart, so that each item stands or falls
    alone, except for errors of the kinds in `shared`: every item would meet those again.
    """

    def __init__(
        self,
        perform: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        most: int,
        weight: Callable[[Item], int] | None = None,
        heaviest: int = 0,
        at_once: int = 1,
        shared: tuple[type[Exception], ...] = (),
    ) -> None:
        self._perform, self._shared, self._at_once = perform, shared, at_once
        self._most, self._weight, self._heaviest = most, weight, heaviest
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._between: list[Callable[[], None]] = []
        self._servers: set[asyncio.Task[None]] = set()

    async def do(self, item: Item) -> Result:
        """Return the result for one item. Raises what `perform` raised for it."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, future))
        if len(self._servers) < self._at_once:
            self._servers.add(loop.create_task(self._serve()))
        return await future

    def between(self, work: Callable[[], None]) -> None:
        """Call `work` while no batch is under way: now, or after the one that is. Only with `at_once` 1."""
        if self._servers:
            self._between.append(work)
        else:
            work()

    async def _serve(self) -> None:
        try:
            while self._waiting or self._between:
                while self._between:
                    self._between.pop(0)()
                if batch := self._batch():
                    await self._settle(batch)
        finally:
            # Not in a done callback: an item that came between the last check and the callback would wait for ever.
            self._servers.discard(asyncio.current_task())

    def _batch(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        """Take what waits and is still wanted, as far as it may share a batch; at least one."""
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        room = self._heaviest
        while self._waiting and len(batch) < self._most:
            if self._weight is not None:
                room -= self._weight(self._waiting[0][0])
                if batch and room < 0:
                    break
            waiting = self._waiting.popleft()
            if not waiting[1].done():
                batch.append(waiting)
        return batch

    async def _settle(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        # gather hands an error over as a value, so that the items' callers get it instead of this task
        (outcome,) = await asyncio.gather(self._perform([item for item, _ in batch]), return_exceptions=True)
        if isinstance(outcome, BaseException):
            if len(batch) > 1 and not isinstance(outcome, self._shared):
                for alone in batch:
                    await self._settle([alone])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(outcome)
            return
        for (_, future), result in zip(batch, outcome, strict=True):
            if not future.done():
                future.set_result(result)
