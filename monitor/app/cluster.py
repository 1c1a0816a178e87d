"""One process of a cluster: a worker, or the daemon that leads and has the status page."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from rich.console import Console

from monitor.adapters.http.network import Resolve
from monitor.adapters.http.shared_host_limits import SharedHostLimits
from monitor.app.daemon import Daemon, Membership, open_process
from monitor.app.readers import http_settings
from monitor.app.runtime.clock import SharedClock
from monitor.app.runtime.config_agreement import ALIVE_WITHIN, Agreement
from monitor.app.runtime.health import process_name
from monitor.app.steps import EXTRACTIONS, Steps
from monitor.config.reload import ConfigSource
from monitor.config.secrets import Secrets
from monitor.engine.cluster.engine import ClusterEngine
from monitor.engine.cluster.jobs import Jobs
from monitor.engine.cluster.tables import check_jobs, prepare_jobs
from monitor.engine.periodic import PeriodicJob
from monitor.engine.spec import StepSpec
from monitor.ports import Clock
from storage.admin.daemon_lock import refuse_beside_daemon
from storage.cluster.active_config import SqlAgreement
from storage.cluster.host_limits import SqlHostLimits
from storage.cluster.leases import SqlLeases
from storage.cluster.processes import SqlProcesses
from storage.schema.upgrade import check_schema, refuse_too_new, upgrade
from storage.sql.database import Database
from storage.sql.errors import StoreRefused, StoreUnavailable


@asynccontextmanager
async def open_cluster_member(
    source: ConfigSource,
    secrets: Secrets,
    clock: Clock,
    *,
    leads: bool,
    extractions: int = EXTRACTIONS,
    stop: asyncio.Event | None = None,
    console: Console | None = None,
    resolve: Resolve | None = None,
) -> AsyncIterator[Daemon]:
    """Open one process of a cluster; see `open_process`.

    The process that `leads` upgrades the schema and names the configuration in force; others need both.
    """

    @asynccontextmanager
    async def join(database: Database) -> AsyncIterator[Membership]:
        if not database.is_postgres:
            raise StoreRefused(
                "the cluster engine needs PostgreSQL: set `database` to postgresql://..., or run locally"
            )
        await refuse_beside_daemon(database)
        if leads:
            await upgrade(database)
            await prepare_jobs(database)
        else:
            await check_schema(database)
            await check_jobs(database)
        shared = SharedClock(database, clock)
        await shared.measure()
        yield ClusterMember(source=source, database=database, clock=shared, leads=leads)

    opened = open_process(source, secrets, join, extractions=extractions, stop=stop, console=console, resolve=resolve)
    async with opened as daemon:
        yield daemon


@dataclass(slots=True, kw_only=True)
class ClusterMember:
    """One process of several on a store; it begins paused, until the configuration is agreed on."""

    source: ConfigSource
    database: Database
    clock: SharedClock
    leads: bool
    lock: "_Schema" = field(init=False)
    host_limits: SharedHostLimits | None = field(init=False)
    _engine: ClusterEngine | None = field(default=None, init=False)
    _agreement: Agreement | None = field(default=None, init=False)
    _processes: SqlProcesses = field(init=False)

    def __post_init__(self) -> None:
        self.lock = _Schema(self.database)
        manners = http_settings(self.source.settings)
        self.host_limits = SharedHostLimits(
            SqlHostLimits(self.database),
            self.clock,
            concurrency=manners.per_host_concurrency,
            delay=manners.per_host_delay.total_seconds(),
            lease=2 * manners.total_timeout,
        )
        self._processes = SqlProcesses(self.database)

    @property
    def problem(self) -> str | None:
        """Return why this process is paused."""
        return self._agreement.problem if self._agreement else None

    def engine(self, steps: Steps, specs: Sequence[StepSpec[Any, Any]]) -> ClusterEngine:
        """Make an engine that shares the rows with the other processes."""
        engine = ClusterEngine(
            specs,
            jobs=Jobs(self.database.conninfo, self.clock),
            leases=SqlLeases(self.database),
            clock=self.clock,
            recovered=self._processes.count_recovered,
        )
        self._engine = engine
        self._agreement = Agreement(
            name=process_name(),
            leads=self.leads,
            source=self.source,
            shared=SqlAgreement(self.database),
            feeds=steps.feeds,
            clock=self.clock,
            pause=engine.pause,
            resume=engine.resume,
        )
        return engine

    async def start(self) -> None:
        """Agree on the configuration. Raises StoreError."""
        assert self._engine is not None, "the engine is made before it starts"
        assert self._agreement is not None, "made with the engine"
        self._engine.pause()
        await self._agreement.check()

    def periodic(self) -> Sequence[PeriodicJob]:
        """Return what keeps this process in step with the others."""
        assert self._agreement is not None, "made with the engine"
        return (
            PeriodicJob(name="agree", when=timedelta(seconds=2), run=self._agreement.check),
            PeriodicJob(name="measure clock", when=timedelta(seconds=10), run=self.clock.measure),
            PeriodicJob(name="count processes", when=timedelta(seconds=10), run=self._count_processes),
        )

    async def clock_stepped(self, _seconds: float) -> None:
        """Measure the distance to the database's clock again: stored times are the database's."""
        await self.clock.measure()

    async def _count_processes(self) -> None:
        assert self._engine is not None, "periodic jobs run in the engine"
        self._engine.share_among(await self._processes.count_alive(self.clock.now() - ALIVE_WITHIN))


@dataclass(frozen=True, slots=True)
class _Schema:
    """The claim on the store that a process of a cluster can lose: others may bring a schema it does not know."""

    database: Database

    def check(self) -> None:
        """Raise SchemaTooNew. A database out of reach says nothing either way."""
        with suppress(StoreUnavailable):
            refuse_too_new(self.database)
