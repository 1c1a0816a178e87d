"""Run blocking calls in threads that do not hold up the program's exit.

The standard library's executors join their threads at exit, however long those hang.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


async def in_daemon_thread(work: Callable[[], T], slots: asyncio.Semaphore, name: str) -> T:
    """Return what `work` returns or raises, run in a daemon thread.

    It starts once one of the `slots` is free.

    The slot is free again when the thread ends, which a cancelled caller does not wait for.
    """
    await slots.acquire()
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def done(result: T | None, error: Exception | None) -> None:
        slots.release()
        if answer.cancelled():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # None only where T allows it

    def perform() -> None:
        outcome: tuple[T | None, Exception | None]
        try:
            outcome = work(), None
        except Exception as error:  # noqa: BLE001  not swallowed: the caller gets it
            outcome = None, error
        try:
            loop.call_soon_threadsafe(done, *outcome)
        except RuntimeError:
            return  # the loop was closed while we waited: nobody asks any more

    threading.Thread(target=perform, name=name, daemon=True).start()
    return await answer


def off_loop(function: Callable[[*Arguments], T], name: str) -> Callable[[*Arguments], Awaitable[T]]:
    """Return `function` as a coroutine that runs in a thread, one call at a time, while the event loop goes on."""
    slots = asyncio.Semaphore(1)

    def call(*arguments: *Arguments) -> Awaitable[T]:
        return in_daemon_thread(lambda: function(*arguments), slots, name)

    return call
