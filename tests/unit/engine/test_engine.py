"""The local engine: due rows are performed, once at a time each, and nothing stops it but a stop."""

import asyncio
from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.engine.local import LocalEngine
from monitor.engine.periodic import Chore
from monitor.engine.runner import Work


class Rows:
    """Due rows of a step, in memory."""

    def __init__(self, *rows: str) -> None:
        self.waiting = list(rows)
        self.performed: list[str] = []
        self.together = self.most_together = 0
        self.next: Rows | None = None
        self.poison = ""
        self.hold = asyncio.Event()
        self.hold.set()

    async def due(self, limit: int, skip: Collection[Hashable]) -> Sequence[str]:
        return [row for row in self.waiting if row not in skip][:limit]

    async def perform(self, row: str) -> bool:
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        await self.hold.wait()
        await asyncio.sleep(0)
        self.together -= 1
        self.performed.append(row)
        if row == self.poison:
            raise RuntimeError("poison")
        self.waiting.remove(row)
        if self.next:
            self.next.waiting.append(f"after {row}")
        return self.next is not None

    def work(self, name: str, *, wakes: tuple[str, ...] = (), concurrency: int = 2) -> Work[str]:
        return Work(
            name=name, concurrency=concurrency, due=self.due, key=lambda row: row, perform=self.perform, wakes=wakes
        )


async def running(engine: LocalEngine, until: asyncio.Event) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(engine.run(stop))
    await asyncio.wait_for(until.wait(), 10)
    stop.set()
    await asyncio.wait_for(task, 10)


async def test_run_once_performs_all_that_is_due_and_what_follows_from_it() -> None:
    first, second = Rows("a", "b", "c"), Rows()
    first.next = second
    await LocalEngine([first.work("first", wakes=("second",)), second.work("second")], []).run_once()
    assert sorted(first.performed) == ["a", "b", "c"]
    assert len(second.performed) == 3
    assert first.most_together == 2


async def test_run_once_takes_a_feed_that_is_due_again_at_once_only_once() -> None:
    class AlwaysDue(Rows):
        async def perform(self, row: str) -> bool:
            self.performed.append(row)
            return False

    rows = AlwaysDue("feed")
    await LocalEngine([rows.work("poll")], []).run_once()
    assert rows.performed == ["feed"]


async def test_a_poison_row_is_left_alone_and_harms_no_other(caplog) -> None:
    rows = Rows("bad", "good")
    rows.poison = "bad"
    await LocalEngine([rows.work("step", concurrency=1)], []).run_once()
    assert rows.performed == ["bad", "good"]
    assert "row bad" in caplog.text
    assert "poison" in caplog.text


async def test_a_step_that_made_work_wakes_the_next_before_the_tick() -> None:
    done = asyncio.Event()

    class Last(Rows):
        async def perform(self, row: str) -> bool:
            done.set()
            return await super().perform(row)

    first, last = Rows("a"), Last()
    first.next = last
    await running(LocalEngine([first.work("first", wakes=("last",)), last.work("last")], []), done)
    assert len(last.performed) == 1


async def test_a_stream_is_gathered_but_what_comes_alone_goes_on_at_once() -> None:
    stream, gathered, over = Rows(), Rows(), asyncio.Event()
    found: list[int] = []

    async def due(limit: int, skip: Collection[Hashable]) -> Sequence[str]:
        rows = await gathered.due(limit, skip)
        if rows:
            found.append(len(rows))
        return rows

    async def come(row: str) -> bool:
        gathered.waiting.append(f"after {row}")
        stream.waiting.remove(row)
        if not stream.waiting:
            asyncio.get_running_loop().call_later(0.3, over.set)
        await asyncio.sleep(0.01)
        return True

    stream.waiting = [f"{number}" for number in range(9)]
    first = replace(stream.work("first", wakes=("second",), concurrency=1), perform=come)
    second = replace(gathered.work("second", concurrency=9), due=due, rest=0.2)
    await running(LocalEngine([first, second], []), over)
    assert found[0] == 1
    assert found[1] > 1
    assert sum(found) == len(gathered.performed) == 9


async def test_a_stop_lets_what_runs_finish() -> None:
    rows, started = Rows("slow"), asyncio.Event()
    rows.hold.clear()

    async def release() -> None:
        while not rows.together:
            await asyncio.sleep(0.01)
        started.set()
        await asyncio.sleep(0.05)
        rows.hold.set()

    helper = asyncio.create_task(release())
    await running(LocalEngine([rows.work("step")], []), started)
    await helper
    assert rows.performed == ["slow"]


async def test_a_chore_that_fails_runs_again(caplog) -> None:
    times, twice = [], asyncio.Event()

    async def chore() -> None:
        times.append(1)
        if len(times) > 1:
            twice.set()
        raise RuntimeError("not today")

    await running(LocalEngine([], [Chore(name="sweep", every=timedelta(seconds=0.05), perform=chore)]), twice)
    assert "sweep failed unexpectedly" in caplog.text
