"""procrastinate's one home: errands kept in PostgreSQL, taken by workers, and taken back from workers that died.

An errand is the keys of some due rows of one step. It is a hint, never the truth: a lost one is made again because its
rows are still due, a doubled one finds them done.
"""

import asyncio
import logging
import select
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job, Status
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from monitor.engine.runner import survive
from monitor.ports import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")

HEARTBEAT = 3.0
DEAD_AFTER = 12.0
"""Seconds between a worker's signs of life, and without one until its errands are given to others. With the second
between two looks for the dead this bounds a takeover, at half the 30 s promised."""

LOOK_FOR_ERRANDS = 0.5
"""Seconds between looks for errands where no notification says that there are some."""

CONNECTIONS = 4

_WAIT_FIRST, _WAIT_MOST = 5.0, 3600.0
"""Seconds until an errand that ended in an unforeseen error is tried again: doubled each time."""

BROKEN_UP_AFTER = 1
"""Deaths of workers after which an errand of several rows becomes one errand each: one of them may be the killer."""

PATIENT_UNTIL, SET_ASIDE_AFTER = 3, 10
"""Attempts after which an errand that outlived its workers is tried at longer intervals, and then no more."""

SET_ASIDE_HOURS = 1
"""How long. Then the row, if it is still due, starts afresh."""

STALE_WORKER = 120.0
"""Seconds after which a silent worker is forgotten."""

TABLE = "procrastinate_jobs"
"""Where errands are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Rows of one step to be performed by whoever takes it."""

    step: str
    keys: tuple[Hashable, ...]


@dataclass(slots=True)
class UnderWay:
    """Rows of one step that errands are about: their keys, and how many of them wait to be taken."""

    keys: set[Hashable] = field(default_factory=set)
    waiting: int = 0


NOTHING = UnderWay()


class JobsUnavailable(Exception):
    """The table of errands cannot be reached or used."""


class RowsFailed(Exception):
    """Some rows of an errand ended in an unforeseen error, which is logged; the errand is to be tried again later."""


class _Again(BaseRetryStrategy):
    """Later and later after unforeseen errors. What a stopping worker drops is not retried: its rows are still due."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again, if at all."""
        if not isinstance(exception, RowsFailed):
            return None
        return RetryDecision(retry_at=self._clock.now() + timedelta(seconds=_wait(job.attempts)))


def _wait(attempts: int) -> float:
    return min(_WAIT_FIRST * 2.0 ** min(attempts, 10), _WAIT_MOST)


class _Ends(JobManager):
    """What a worker says of an errand that it ends may come too late, when the errand was taken from it, or not arrive
    at all. Neither matters: see `Jobs.retrieve`."""

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Forget the errand."""
        await _told_or_not(job, super().finish_job(job, status, delete_job))

    async def retry_job(self, job: Job, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
        """Let the errand wait."""
        await _told_or_not(job, super().retry_job(job, *arguments, **named))


async def _told_or_not(job: Job, ending: Awaitable[None]) -> None:
    try:
        await ending
    except ConnectorException as error:
        log.info("%s: the end of errand %s did not count: %s", job.task_name, job.id, _told(error))


class Jobs:
    """The errands of one cluster, as one process sees them."""

    def __init__(self, conninfo: str, clock: Clock) -> None:
        self._clock = clock
        self._workers: set[int | None] = set()
        self._running: set[int | None] = set()
        self._astray: set[int | None] = set()
        self._app = App(
            connector=PsycopgConnector(
                conninfo=conninfo,
                min_size=1,
                max_size=CONNECTIONS,
                timeout=10.0,
                kwargs=_CONNECTING,
                pool_factory=_pool,
            )
        )
        self._manager = self._app.job_manager
        self._app.job_manager = _Ends(self._app.connector)

    def serve(self, step: str, perform: Callable[[Sequence[Hashable]], Awaitable[None]]) -> None:
        """Say what to do with an errand of `step`; `perform` raises RowsFailed to be asked again later."""

        async def task(context: JobContext, keys: list[Hashable]) -> None:
            self._workers.add(context.job.worker_id)
            self._running.add(context.job.id)
            try:
                await perform(keys)
            finally:
                self._running.discard(context.job.id)

        self._app.task(name=step, queue=step, retry=_Again(self._clock), pass_context=True)(task)

    async def open(self) -> None:
        """Connect. Raises JobsUnavailable."""
        try:
            await self._app.open_async()
        except (ConnectorException, PoolTimeout) as error:
            raise JobsUnavailable(_told(error)) from None

    async def close(self) -> None:
        """Let go of every connection."""
        await self._app.close_async()

    async def put(self, errands: Collection[Errand]) -> None:
        """Let workers know of errands. Raises JobsUnavailable."""
        jobs = [_job(errand) for errand in errands]
        if jobs:
            await _mapped(self._manager.batch_defer_jobs_async(jobs=jobs))

    async def under_way(self) -> Mapping[str, UnderWay]:
        """The rows that some errand, waiting, taken or set aside, is about; by step. Raises JobsUnavailable."""
        found: dict[str, UnderWay] = {}
        for job in await _mapped(self._manager.list_jobs_async()):
            if job.status in _UNDER_WAY:
                rows, keys = found.setdefault(job.task_name, UnderWay()), _keys(job)
                rows.keys.update(keys)
                rows.waiting += len(keys) if job.status == Status.TODO.value else 0
        return found

    async def rescue(self) -> int:
        """Give the errands of dead workers to the living; how many. Raises JobsUnavailable."""
        stalled: list[Job] = list(await _mapped(self._manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER)))
        return sum([await self._rescued(job) for job in stalled])

    async def retrieve(self) -> int:
        """Give back errands that count as ours though we do not perform them: the database was lost just as they were
        taken or finished. What is so at two calls in a row; how many. Raises JobsUnavailable."""
        ours = [
            job
            for job in await _mapped(self._manager.list_jobs_async(status=Status.DOING.value))
            if job.worker_id in self._workers and job.id not in self._running
        ]
        astray = [job for job in ours if job.id in self._astray]
        self._astray = {job.id for job in ours}
        return sum([await self._rescued(job) for job in astray])

    async def tidy(self) -> None:
        """Forget workers long dead, and errands set aside long enough. Raises JobsUnavailable."""
        manager = self._manager
        await _mapped(manager.prune_stalled_workers(STALE_WORKER))
        await _mapped(
            manager.delete_old_jobs(
                nb_hours=SET_ASIDE_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
            )
        )

    async def work(self, step: str, concurrency: int, *, grace: float) -> None:
        """Take errands of `step` until cancelled; also ends, to be begun anew, when the database is lost."""
        try:
            await self._app.run_worker_async(
                queues=[step],
                name=step,
                concurrency=concurrency,
                delete_jobs=DeleteJobCondition.ALWAYS,
                fetch_job_polling_interval=LOOK_FOR_ERRANDS,
                listen_notify=step not in _UNHURRIED,
                install_signal_handlers=False,
                shutdown_graceful_timeout=grace,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALE_WORKER,
            )
        except ConnectorException as error:
            log.warning("%s: the table of errands is out of reach: %s", step, _told(error))

    async def _rescued(self, job: Job) -> bool:
        """Whether an errand was taken back; False when another process was first."""
        manager, keys = self._manager, _keys(job)
        with suppress(ConnectorException):
            if job.attempts >= SET_ASIDE_AFTER:
                log.error("%s: rows %s are set aside: their workers died %d times", job.task_name, keys, job.attempts)
                await manager.finish_job(job, status=Status.FAILED, delete_job=False)
            elif len(keys) > 1 and job.attempts >= BROKEN_UP_AFTER:
                alone = [Errand(step=job.task_name, keys=(key,)) for key in keys]
                await self.put(alone)
                await manager.finish_job(job, status=Status.ABORTED, delete_job=True)
            else:
                late = max(0, job.attempts - PATIENT_UNTIL)
                wait = timedelta(seconds=_wait(late) if late else 0.0)
                await manager.retry_job(job, retry_at=self._clock.now() + wait)
            return True
        return False


async def keep_working(jobs: Jobs, step: str, concurrency: int, *, grace: float) -> None:
    """`Jobs.work`, begun anew whenever it ends, until cancelled."""
    while True:
        await survive(f"{step}: taking errands", jobs.work(step, concurrency, grace=grace))
        await asyncio.sleep(1.0)


def schema() -> tuple[str, Mapping[str, str]]:
    """The SQL that makes the tables of errands, and that of each step since, by ascending name."""
    steps = {
        path.name: path.read_text(encoding="utf-8") for path in Path(SchemaManager.get_migrations_path()).glob("*.sql")
    }
    return str(SchemaManager.get_schema()), steps


_UNDER_WAY = frozenset({Status.TODO.value, Status.DOING.value, Status.FAILED.value})

_UNHURRIED = frozenset({"poll"})
"""Steps for which half a second does not matter: without a connection of their own that listens for errands."""

_CONNECTING = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "options": "-c timezone=UTC -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s",
}


def _pool(**arguments: Any) -> AsyncConnectionPool:  # noqa: ANN401
    """procrastinate's pool, which would ask the server before each statement whether the connection still lives."""
    return AsyncConnectionPool(**{**arguments, "check": _check, "configure": _single_statements})


async def _check(connection: Any) -> None:  # noqa: ANN401 - psycopg has another home
    """Ask only where the server has said something while nobody asked: it has probably cut the connection off."""
    watch = select.poll()
    watch.register(connection.fileno(), select.POLLIN)
    if watch.poll(0):
        await AsyncConnectionPool.check_connection(connection)


async def _single_statements(connection: Any) -> None:  # noqa: ANN401 - psycopg has another home
    """Each question to the table of errands is one statement: a transaction around it would be two more."""
    await connection.set_autocommit(True)


def _job(errand: Errand) -> Job:
    return Job(
        id=None,
        queue=errand.step,
        task_name=errand.step,
        lock=f"{errand.step}:{errand.keys[0]}",
        queueing_lock=None,
        task_kwargs={"keys": list(cast(tuple[str | int, ...], errand.keys))},
    )


def _keys(job: Job) -> list[Hashable]:
    return list(cast(list[Hashable], job.task_kwargs["keys"]))


async def _mapped(work: Awaitable[T]) -> T:
    try:
        return await work
    except ConnectorException as error:
        raise JobsUnavailable(_told(error)) from None


def _told(error: BaseException) -> str:
    """The first line of the cause; later ones may quote values."""
    lines = str(error.__cause__ or error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
