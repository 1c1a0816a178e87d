"""The cluster engine over real jobs: rows are the truth, jobs come and go."""

import asyncio
from collections.abc import AsyncIterator, Collection, Hashable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from monitor.engine.cluster.engine import ClusterEngine
from monitor.engine.cluster.jobs import QUARANTINED_AFTER, Jobs, StepJob
from monitor.engine.cluster.tables import prepare_jobs
from monitor.engine.periodic import PeriodicJob
from monitor.engine.spec import StepSpec
from storage.cluster.leases import SqlLeases
from storage.sql.database import Database
from storage.sql.errors import StoreUnavailable

pytestmark = pytest.mark.postgres


class Now:
    """The present."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Rows:
    """Due rows shared by the engines of a test; performing one takes it away, once."""

    def __init__(self, *rows: int) -> None:
        self.waiting = list(rows)
        self.performed: list[int] = []
        self.begun: list[int] = []
        self.poison: set[int] = set()
        self.outages = 0
        self.follow: Rows | None = None
        self.hold = asyncio.Event()
        self.hold.set()

    async def due(self, limit: int, skip: Collection[Hashable] = ()) -> Sequence[int]:
        return [row for row in self.waiting if row not in skip][:limit]

    async def due_keys(self, limit: int, skip: Collection[Hashable] = ()) -> Sequence[int]:
        return await self.due(limit, skip)

    def key(self, row: int) -> int:
        return row

    async def next_in(self) -> None:
        return None

    async def still_due(self, keys: Collection[Hashable]) -> Sequence[int]:
        return [row for row in self.waiting if row in keys]

    async def run(self, row: int) -> bool:
        self.begun.append(row)
        await self.hold.wait()
        if self.outages:
            self.outages -= 1
            raise StoreUnavailable("gone for a moment")
        if row in self.poison:
            raise RuntimeError("poison")
        if row not in self.waiting:
            return False  # compare and set: somebody else was first
        self.waiting.remove(row)
        self.performed.append(row)
        if self.follow is not None:
            self.follow.waiting.append(row)
        return self.follow is not None

    def spec(self, name: str, **more: object) -> StepSpec[int, int]:
        return StepSpec(name=name, step=self, **{"concurrency": 4, **more})  # type: ignore[arg-type]


class Cluster:
    """Engines over one database, each as if it were a process."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.recovered = database, Now(), 0

    def jobs(self) -> Jobs:
        return Jobs(self.database.conninfo, self.clock)

    @asynccontextmanager
    async def engine(
        self, *specs: StepSpec[int, int], periodic: Sequence[PeriodicJob] = ()
    ) -> AsyncIterator[ClusterEngine]:
        """One more, at work."""
        engine = ClusterEngine(
            specs,
            jobs=self.jobs(),
            leases=SqlLeases(self.database),
            clock=self.clock,
            recovered=self._count,
            periodic=periodic,
        )
        stop = asyncio.Event()
        task = asyncio.create_task(engine.run(stop))
        try:
            yield engine
        finally:
            stop.set()
            await asyncio.wait_for(task, 20)

    async def execute(self, statement: str) -> None:
        await self.database.run(lambda c: c.execute(text(statement)).rowcount)

    async def jobs_stored(self, where: str = "true") -> int:
        count = text(f"SELECT count(*) FROM procrastinate_jobs WHERE {where}")
        found: int = await self.database.read(lambda c: c.execute(count).scalar_one())
        return found

    async def _count(self, jobs: int) -> None:
        self.recovered += jobs


@pytest.fixture
async def cluster(postgres_database: Database) -> Cluster:
    await prepare_jobs(postgres_database)
    return Cluster(postgres_database)


async def until(holds: object, within: float = 30.0) -> None:
    async with asyncio.timeout(within):
        while not holds():  # type: ignore[operator]
            await asyncio.sleep(0.02)


async def test_engines_share_rows_and_what_follows_from_them(cluster: Cluster) -> None:
    first, second = Rows(*range(60)), Rows()
    first.follow = second
    works = (first.spec("first", triggers=("second",), batch=8), second.spec("second"))
    async with cluster.engine(*works), cluster.engine(*works):
        await until(lambda: len(second.performed) == 60)
    assert sorted(first.performed) == sorted(second.performed) == list(range(60))
    assert len(first.begun) == 60, "nothing was begun twice"
    assert await cluster.jobs_stored() == 0


async def test_a_poison_row_waits_alone_and_longer_and_longer(cluster: Cluster) -> None:
    rows = Rows(*range(8))
    rows.poison = {3}
    async with cluster.engine(rows.spec("first", batch=8)):
        await until(lambda: len(rows.performed) == 7 and rows.begun.count(3) == 2)
        rows.waiting += [9, 10]
        await until(lambda: len(rows.performed) == 9)
        await asyncio.sleep(1)
    assert rows.begun.count(3) == 2
    assert await cluster.jobs_stored("status = 'todo' AND scheduled_at > now() + interval '2 seconds'") == 1


async def test_an_outage_costs_a_row_no_patience(cluster: Cluster) -> None:
    rows = Rows(1)
    rows.outages = 2
    async with cluster.engine(rows.spec("first")):
        await until(lambda: rows.performed == [1], 5)


async def test_a_lost_job_is_made_again_and_a_doubled_one_does_nothing(cluster: Cluster) -> None:
    rows = Rows(1)
    rows.hold.clear()
    async with cluster.engine(rows.spec("first")):
        await until(lambda: rows.begun == [1])
        await cluster.execute("DELETE FROM procrastinate_jobs")
        rows.hold.set()
        await until(lambda: rows.performed == [1])
        jobs = cluster.jobs()
        await jobs.open()
        await jobs.put([StepJob(step="first", keys=(1,)), StepJob(step="first", keys=(1,))])
        await jobs.close()
        rows.waiting.append(2)
        await until(lambda: rows.performed == [1, 2])
    assert rows.begun.count(1) == 1


DEAD_WORKER = """
WITH dead AS (
  INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id
)
UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id FROM dead
"""


async def test_a_dead_workers_job_is_taken_back_broken_up_and_at_last_set_aside(cluster: Cluster) -> None:
    jobs = cluster.jobs()
    await jobs.open()
    await jobs.put([StepJob(step="first", keys=(1, 2, 3))])
    await cluster.execute(DEAD_WORKER)
    assert await jobs.recover_from_dead() == 1
    assert await cluster.jobs_stored("status = 'todo' AND attempts = 1") == 1
    await cluster.execute(DEAD_WORKER)
    assert await jobs.recover_from_dead() == 1
    assert await cluster.jobs_stored("status = 'todo' AND attempts = 0 AND args->'keys' IN ('[1]', '[2]', '[3]')") == 3
    await cluster.execute(f"UPDATE procrastinate_jobs SET attempts = {QUARANTINED_AFTER}")
    await cluster.execute(DEAD_WORKER)
    assert await jobs.recover_from_dead() == 3
    assert await jobs.recover_from_dead() == 0
    assert (await jobs.under_way())["first"].keys == {1, 2, 3}, "rows set aside are left alone"
    await cluster.execute("UPDATE procrastinate_events SET at = at - interval '2 hours'")
    await jobs.tidy()
    assert await jobs.under_way() == {}
    await jobs.close()


async def test_a_shared_periodic_job_runs_once_for_all_and_others_in_each(cluster: Cluster) -> None:
    ran: list[str] = []

    def job(name: str, *, shared: bool) -> PeriodicJob:
        async def run() -> None:
            ran.append(name)

        return PeriodicJob(name=name, when=timedelta(seconds=0.4), run=run, shared=shared)

    periodic = (job("shared", shared=True), job("own", shared=False))
    async with cluster.engine(periodic=periodic), cluster.engine(periodic=periodic), cluster.engine(periodic=periodic):
        await until(lambda: ran.count("own") >= 9)
    assert 1 <= ran.count("shared") <= ran.count("own") / 2


async def test_a_paused_engine_takes_nothing(cluster: Cluster) -> None:
    rows = Rows(1)
    async with cluster.engine(rows.spec("first")) as engine:
        await until(lambda: rows.performed == [1])
        engine.pause()
        await asyncio.sleep(0.5)
        rows.waiting.append(2)
        await asyncio.sleep(1.5)
        assert rows.begun == [1]
        engine.resume()
        await until(lambda: rows.performed == [1, 2])


async def test_a_stop_waits_for_what_is_in_flight(cluster: Cluster) -> None:
    rows = Rows(1)
    rows.hold.clear()
    async with cluster.engine(rows.spec("first")):
        await until(lambda: rows.begun == [1])
        asyncio.get_running_loop().call_later(0.5, rows.hold.set)
    assert rows.performed == [1]


ORPHANED = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)
SELECT 'first', 'first', 'first:2', '{"keys": [2]}', 'doing', id FROM procrastinate_workers
"""


async def test_a_job_whose_worker_lives_but_knows_nothing_of_it_is_given_back(cluster: Cluster) -> None:
    performed: list[Sequence[Hashable]] = []
    jobs = cluster.jobs()

    async def perform(keys: Sequence[Hashable]) -> None:
        performed.append(keys)

    jobs.serve("first", perform)
    await jobs.open()
    working = asyncio.create_task(jobs.work("first", 2, grace=1.0))
    await jobs.put([StepJob(step="first", keys=(1,))])
    await until(lambda: performed == [[1]])
    await cluster.execute(ORPHANED)
    assert await jobs.recover_orphans() == 0, "it may just be ending"
    assert await jobs.recover_orphans() == 1
    await until(lambda: performed == [[1], [2]])
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await jobs.close()


async def test_a_job_that_was_taken_away_ends_in_silence(cluster: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    rows = Rows(1)
    rows.hold.clear()
    async with cluster.engine(rows.spec("first")):
        await until(lambda: rows.begun == [1])
        await cluster.execute("DELETE FROM procrastinate_jobs")
        rows.hold.set()
        await until(lambda: rows.performed == [1])
    assert not [
        record for record in caplog.records if record.levelname == "ERROR" and "procrastinate" not in record.name
    ]
