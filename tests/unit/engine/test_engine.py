"""The local engine: due rows run, once at a time each, and nothing stops it but a stop."""

import asyncio
from collections.abc import Collection, Hashable, Sequence
from datetime import timedelta

from monitor.engine.local import LocalEngine
from monitor.engine.periodic import PeriodicJob
from monitor.engine.spec import StepSpec


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

    async def due(self, limit: int, skip: Collection[Hashable] = ()) -> Sequence[str]:
        return [row for row in self.waiting if row not in skip][:limit]

    async def due_keys(self, limit: int, skip: Collection[Hashable] = ()) -> Sequence[str]:
        return await self.due(limit, skip)

    async def still_due(self, keys: Collection[Hashable]) -> Sequence[str]:
        return [row for row in self.waiting if row in keys]

    def key(self, row: str) -> str:
        return row

    async def next_in(self) -> None:
        return None

    async def run(self, row: str) -> bool:
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

    def spec(
        self, name: str, *, triggers: tuple[str, ...] = (), concurrency: int = 2, rest: float = 0.0
    ) -> StepSpec[str, str]:
        return StepSpec(name=name, step=self, concurrency=concurrency, triggers=triggers, rest=rest)


async def running(engine: LocalEngine, until: asyncio.Event) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(engine.run(stop))
    await asyncio.wait_for(until.wait(), 10)
    stop.set()
    await asyncio.wait_for(task, 10)


async def test_run_once_runs_all_that_is_due_and_what_follows_from_it() -> None:
    first, second = Rows("a", "b", "c"), Rows()
    first.next = second
    await LocalEngine([first.spec("first", triggers=("second",)), second.spec("second")], []).run_once()
    assert sorted(first.performed) == ["a", "b", "c"]
    assert len(second.performed) == 3
    assert first.most_together == 2


async def test_run_once_takes_a_feed_that_is_due_again_at_once_only_once() -> None:
    class AlwaysDue(Rows):
        async def run(self, row: str) -> bool:
            self.performed.append(row)
            return False

    rows = AlwaysDue("feed")
    await LocalEngine([rows.spec("poll")], []).run_once()
    assert rows.performed == ["feed"]


async def test_a_poison_row_is_left_alone_and_harms_no_other(caplog) -> None:
    rows = Rows("bad", "good")
    rows.poison = "bad"
    await LocalEngine([rows.spec("step", concurrency=1)], []).run_once()
    assert rows.performed == ["bad", "good"]
    assert "row bad" in caplog.text
    assert "poison" in caplog.text


async def test_a_step_that_made_work_wakes_the_next_before_the_tick() -> None:
    done = asyncio.Event()

    class Last(Rows):
        async def run(self, row: str) -> bool:
            done.set()
            return await super().run(row)

    first, last = Rows("a"), Last()
    first.next = last
    await running(LocalEngine([first.spec("first", triggers=("last",)), last.spec("last")], []), done)
    assert len(last.performed) == 1


async def test_a_stream_is_gathered_but_what_comes_alone_goes_on_at_once() -> None:
    found: list[int] = []
    over = asyncio.Event()

    class Gathered(Rows):
        async def due(self, limit: int, skip: Collection[Hashable] = ()) -> Sequence[str]:
            rows = await super().due(limit, skip)
            if rows:
                found.append(len(rows))
            return rows

    class Stream(Rows):
        async def run(self, row: str) -> bool:
            gathered.waiting.append(f"after {row}")
            self.waiting.remove(row)
            if not self.waiting:
                asyncio.get_running_loop().call_later(0.3, over.set)
            await asyncio.sleep(0.01)
            return True

    stream, gathered = Stream(*(f"{number}" for number in range(9))), Gathered()
    first = stream.spec("first", triggers=("second",), concurrency=1)
    second = gathered.spec("second", concurrency=9, rest=0.2)
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
    await running(LocalEngine([rows.spec("step")], []), started)
    await helper
    assert rows.performed == ["slow"]


async def test_a_periodic_job_that_fails_runs_again(caplog) -> None:
    times, twice = [], asyncio.Event()

    async def job() -> None:
        times.append(1)
        if len(times) > 1:
            twice.set()
        raise RuntimeError("not today")

    await running(LocalEngine([], [PeriodicJob(name="sweep", when=timedelta(seconds=0.05), run=job)]), twice)
    assert "sweep failed unexpectedly" in caplog.text
