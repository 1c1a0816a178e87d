"""Keep jobs in PostgreSQL by procrastinate: put, take, and recover them from workers that died.

A job names some due rows of one step. It is a hint, never the truth: a lost job is made again because its rows are
still due, a doubled one finds them done.
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
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.jobs import Job as LibraryJob
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from monitor.engine.survive import survive
from monitor.ports import Clock
from storage.sql.errors import StoreUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

HEARTBEAT = 3.0
DEAD_AFTER = 12.0
"""Seconds between two heartbeats of a worker, and without one until its jobs are given to others. With the 2 s between
two checks for dead workers a takeover takes at most half of the 30 s promised in docs/scaling.md."""

FETCH_EVERY = 0.5
"""Seconds between two queries for jobs where no notification announces them."""

CONNECTIONS = 4

_WAIT_FIRST, _WAIT_MOST = 5.0, 3600.0
"""Seconds until a job that ended in an unforeseen error is tried again: doubled each time."""

BROKEN_UP_AFTER = 1
"""Deaths of workers after which a job of several rows becomes one job each: one row may have killed the workers."""

DELAYED_AFTER, QUARANTINED_AFTER = 3, 10
"""Deaths of workers after which a job is tried at longer intervals, and then no more."""

QUARANTINE_HOURS = 1
"""Hours without a try. Then the row, if it is still due, gets a new job."""

STALE_WORKER = 120.0
"""Seconds without a heartbeat after which a worker's row is deleted."""

TABLE = "procrastinate_jobs"
"""The library's table of jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepJob:
    """Rows of one step, to be run by the worker that takes the job."""

    step: str
    keys: tuple[Hashable, ...]


@dataclass(slots=True)
class UnderWay:
    """Rows of one step named by jobs: their keys, and how many of them wait to be taken."""

    keys: set[Hashable] = field(default_factory=set)
    waiting: int = 0


NOTHING = UnderWay()


class JobsUnavailable(StoreUnavailable):
    """The table of jobs cannot be reached or used; the same work may be tried again."""


class RowsFailed(Exception):
    """Some rows of a job ended in an unforeseen error, which is logged; the job is to be tried again later."""


class _Again(BaseRetryStrategy):
    """Retry later and later after unforeseen errors.

    A job that a stopping worker drops is not retried: its rows are still due.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def get_retry_decision(self, *, exception: BaseException, job: LibraryJob) -> RetryDecision | None:
        """Return when to try again; None for never."""
        if not isinstance(exception, RowsFailed):
            return None
        return RetryDecision(retry_at=self._clock.now() + timedelta(seconds=_wait(job.attempts)))


def _wait(attempts: int) -> float:
    return min(_WAIT_FIRST * 2.0 ** min(attempts, 10), _WAIT_MOST)


class _LenientManager(JobManager):
    """Ends jobs, however late.

    The end of a job may come after it was given to another worker, or not arrive at all. Neither matters: see
    `Jobs.recover_orphans`.
    """

    async def finish_job(self, job: LibraryJob, status: Status, delete_job: bool) -> None:
        """Delete the job."""
        await _ignore_outage(job, super().finish_job(job, status, delete_job))

    async def retry_job(self, job: LibraryJob, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
        """Let the job wait."""
        await _ignore_outage(job, super().retry_job(job, *arguments, **named))


async def _ignore_outage(job: LibraryJob, ending: Awaitable[None]) -> None:
    try:
        await ending
    except ConnectorException as error:
        log.info("%s: the end of job %s was not recorded: %s", job.task_name, job.id, _first_line(error))


class Jobs:
    """The jobs of one cluster, as one process sees them."""

    def __init__(self, conninfo: str, clock: Clock) -> None:
        self._clock = clock
        self._workers: set[int | None] = set()
        self._running: set[int | None] = set()
        self._orphans: set[int | None] = set()
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
        self._app.job_manager = _LenientManager(self._app.connector)

    def serve(self, step: str, run: Callable[[Sequence[Hashable]], Awaitable[None]]) -> None:
        """Register `run` for the jobs of `step`; it raises RowsFailed for a job to be tried again later."""

        async def task(context: JobContext, keys: list[Hashable]) -> None:
            self._workers.add(context.job.worker_id)
            self._running.add(context.job.id)
            try:
                await run(keys)
            finally:
                self._running.discard(context.job.id)

        self._app.task(name=step, queue=step, retry=_Again(self._clock), pass_context=True)(task)

    async def open(self) -> None:
        """Connect. Raises JobsUnavailable."""
        try:
            await self._app.open_async()
        except (ConnectorException, PoolTimeout) as error:
            raise JobsUnavailable(_first_line(error)) from None

    async def close(self) -> None:
        """Close every connection."""
        await self._app.close_async()

    async def put(self, jobs: Collection[StepJob]) -> None:
        """Add jobs for any worker to take. Raises JobsUnavailable."""
        if jobs:
            deferred = [
                LibraryJob(
                    id=None,
                    queue=job.step,
                    task_name=job.step,
                    lock=f"{job.step}:{job.keys[0]}",
                    queueing_lock=None,
                    task_kwargs={"keys": list(cast(tuple[str | int, ...], job.keys))},
                )
                for job in jobs
            ]
            await _mapped(self._manager.batch_defer_jobs_async(jobs=deferred))

    async def under_way(self) -> Mapping[str, UnderWay]:
        """Return the rows named by any job, waiting, taken or quarantined, by step. Raises JobsUnavailable."""
        found: dict[str, UnderWay] = {}
        for job in await _mapped(self._manager.list_jobs_async()):
            if job.status in _UNDER_WAY:
                rows, keys = found.setdefault(job.task_name, UnderWay()), _keys(job)
                rows.keys.update(keys)
                rows.waiting += len(keys) if job.status == Status.TODO.value else 0
        return found

    async def recover_from_dead(self) -> int:
        """Give the jobs of dead workers to the living; return how many. Raises JobsUnavailable."""
        stalled: list[LibraryJob] = list(
            await _mapped(self._manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER))
        )
        return sum([await self._recovered(job) for job in stalled])

    async def recover_orphans(self) -> int:
        """Give back jobs that count as ours though we do not run them; return how many. Raises JobsUnavailable.

        The database connection was lost just as they were taken or finished. A job must be orphaned at two calls in a
        row: at one it may just be ending.
        """
        ours = [
            job
            for job in await _mapped(self._manager.list_jobs_async(status=Status.DOING.value))
            if job.worker_id in self._workers and job.id not in self._running
        ]
        orphans = [job for job in ours if job.id in self._orphans]
        self._orphans = {job.id for job in ours}
        return sum([await self._recovered(job) for job in orphans])

    async def tidy(self) -> None:
        """Delete the rows of workers long dead and jobs quarantined long enough. Raises JobsUnavailable."""
        manager = self._manager
        await _mapped(manager.prune_stalled_workers(STALE_WORKER))
        await _mapped(
            manager.delete_old_jobs(
                nb_hours=QUARANTINE_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
            )
        )

    async def work(self, step: str, concurrency: int, *, grace: float) -> None:
        """Take jobs of `step` until cancelled, or until the database connection is lost."""
        try:
            await self._app.run_worker_async(
                queues=[step],
                name=step,
                concurrency=concurrency,
                delete_jobs=DeleteJobCondition.ALWAYS,
                fetch_job_polling_interval=FETCH_EVERY,
                listen_notify=step not in _UNHURRIED,
                install_signal_handlers=False,
                shutdown_graceful_timeout=grace,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALE_WORKER,
            )
        except ConnectorException as error:
            raise JobsUnavailable(_first_line(error)) from None

    async def _recovered(self, job: LibraryJob) -> bool:
        """Give a job back to the living; False when another process was first."""
        manager, keys = self._manager, _keys(job)
        with suppress(ConnectorException):
            if job.attempts >= QUARANTINED_AFTER:
                log.error("%s: rows %s are quarantined: %d workers died of them", job.task_name, keys, job.attempts)
                await manager.finish_job(job, status=Status.FAILED, delete_job=False)
            elif len(keys) > 1 and job.attempts >= BROKEN_UP_AFTER:
                await self.put([StepJob(step=job.task_name, keys=(key,)) for key in keys])
                await manager.finish_job(job, status=Status.ABORTED, delete_job=True)
            else:
                late = max(0, job.attempts - DELAYED_AFTER)
                wait = timedelta(seconds=_wait(late) if late else 0.0)
                await manager.retry_job(job, retry_at=self._clock.now() + wait)
            return True
        return False


async def keep_working(jobs: Jobs, step: str, concurrency: int, *, grace: float) -> None:
    """Run `Jobs.work` again whenever it ends, until cancelled."""
    while True:
        await survive(f"{step}: taking jobs", jobs.work(step, concurrency, grace=grace))
        await asyncio.sleep(1.0)


def schema() -> tuple[str, Mapping[str, str]]:
    """Return the SQL that makes the library's tables, and its later migrations by ascending name."""
    steps = {
        path.name: path.read_text(encoding="utf-8") for path in Path(SchemaManager.get_migrations_path()).glob("*.sql")
    }
    return str(SchemaManager.get_schema()), steps


_UNDER_WAY = frozenset({Status.TODO.value, Status.DOING.value, Status.FAILED.value})

_UNHURRIED = frozenset({"poll"})
"""Steps for which half a second does not matter: they hold no connection that listens for new jobs."""

_CONNECTING = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "options": "-c timezone=UTC -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s",
}


def _pool(**arguments: Any) -> AsyncConnectionPool:  # noqa: ANN401
    """Make procrastinate's pool, without its query before each statement whether the connection still lives."""
    return AsyncConnectionPool(**{**arguments, "check": _check, "configure": _single_statements})


async def _check(connection: Any) -> None:  # noqa: ANN401 - psycopg has another home
    """Check a connection only where the server has sent something unasked: it has probably closed it."""
    watch = select.poll()
    watch.register(connection.fileno(), select.POLLIN)
    if watch.poll(0):
        await AsyncConnectionPool.check_connection(connection)


async def _single_statements(connection: Any) -> None:  # noqa: ANN401 - psycopg has another home
    """Turn on autocommit: each query is one statement, and a transaction around it would be two more."""
    await connection.set_autocommit(True)


def _keys(job: LibraryJob) -> list[Hashable]:
    return list(cast(list[Hashable], job.task_kwargs["keys"]))


async def _mapped(work: Awaitable[T]) -> T:
    try:
        return await work
    except ConnectorException as error:
        raise JobsUnavailable(_first_line(error)) from None


def _first_line(error: BaseException) -> str:
    """Return the first line of the cause; later ones may quote stored values."""
    lines = str(error.__cause__ or error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
