"""Many small units of work in one transaction: what comes while one transaction runs goes together into the next.

A transaction costs the same whatever is in it: a connection, BEGIN, a commit that waits for the disk, and on PostgreSQL
the way there and back for each. Nobody waits longer for it: the first comer's transaction begins at once.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Connection

from storage.sql.database import Database
from storage.sql.errors import StoreUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 50
"""Units of work in one transaction: enough that what they share weighs little, few enough to be done in some 50 ms."""
HEAVIEST = 500
"""Rows, as `weight` counts them, beyond which a transaction takes on no further unit of work."""


class Gathered(Generic[Item, Result]):
    """`work` on many items at once; its results are in the order of the items.

    A transaction that fails because of what is in it is taken apart: each item then stands or falls alone. `prepare` is
    told of the items of a transaction about to begin, `undo` of those of one that was not committed: both in the thread
    of the event loop, while no other transaction of these runs. `weight` is how many rows an item writes, where that
    varies. `reading`: the transactions only read, beside whatever is being written.
    """

    def __init__(
        self,
        database: Database,
        work: Callable[[Connection, Sequence[Item]], Sequence[Result]],
        *,
        prepare: Callable[[Sequence[Item]], None] | None = None,
        undo: Callable[[Sequence[Item]], None] | None = None,
        weight: Callable[[Item], int] | None = None,
        reading: bool = False,
    ) -> None:
        self._transact = database.read if reading else database.run
        self._work, self._prepare, self._undo, self._weight = work, prepare, undo, weight
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._between: list[Callable[[], None]] = []
        self._serving: asyncio.Task[None] | None = None

    async def do(self, item: Item) -> Result:
        """The result for one item, once it is committed. Raises what its transaction raised."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, future))
        if self._serving is None or self._serving.done():
            self._serving = loop.create_task(self._serve())
        return await future

    def between(self, work: Callable[[], None]) -> None:
        """Do `work` while no transaction of these runs: now, or after the one that does. In the event loop's thread."""
        if self._serving is None or self._serving.done():
            work()
        else:
            self._between.append(work)

    async def _serve(self) -> None:
        while self._waiting or self._between:
            while self._between:
                self._between.pop(0)()
            wanted = [(item, future) for item, future in self._batch() if not future.done()]
            if wanted:
                await self._perform(wanted)

    def _batch(self) -> Iterator[tuple[Item, asyncio.Future[Result]]]:
        """What waits, as far as it may share a transaction; at least one."""
        weight = 0
        for _ in range(min(MOST, len(self._waiting))):
            yield (waiting := self._waiting.popleft())
            weight += self._weight(waiting[0]) if self._weight else 0
            if weight >= HEAVIEST:
                return

    async def _perform(self, wanted: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        items = [item for item, _ in wanted]
        attempt = asyncio.create_task(self._attempt(items))
        await asyncio.wait([attempt])
        error = attempt.exception()
        if error is None:
            for (_, future), result in zip(wanted, attempt.result(), strict=True):
                if not future.done():
                    future.set_result(result)
            return
        if self._undo is not None:
            self._undo(items)
        if len(wanted) > 1 and not isinstance(error, StoreUnavailable):
            for alone in wanted:
                await self._perform([alone])
            return
        for _, future in wanted:
            if not future.done():
                future.set_exception(error)

    async def _attempt(self, items: Sequence[Item]) -> Sequence[Result]:
        if self._prepare is not None:
            self._prepare(items)
        return await self._transact(lambda connection: self._work(connection, items))
