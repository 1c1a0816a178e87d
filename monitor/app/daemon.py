"""Wire a process together: every concrete class meets here and in `steps`, for one process and for a cluster alike."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, Protocol

from rich.console import Console

from monitor.adapters.http.host_limits import HostLimits
from monitor.adapters.http.network import Resolve
from monitor.adapters.metrics import Metrics
from monitor.adapters.slack.socket_mode import listening
from monitor.app.configuration import database_url
from monitor.app.notifiers import interactive, surroundings
from monitor.app.runtime.config_reload import Reloading
from monitor.app.runtime.coverage import EVERY as COVERAGE_EVERY
from monitor.app.runtime.coverage import CoverageGuard
from monitor.app.runtime.edit_effect import EditEffects
from monitor.app.runtime.health import Health, StepProgress, process_name
from monitor.app.runtime.housekeeping import Lock, StoreGuard
from monitor.app.runtime.learnt_models import RENEWED_EVERY
from monitor.app.runtime.volume import VolumeWatch
from monitor.app.slack_app import slack_socket
from monitor.app.steps import EXTRACTIONS, Steps, open_steps
from monitor.config.reload import ConfigSource
from monitor.config.secrets import Secrets
from monitor.domain.alerts.interactions import zone_of
from monitor.domain.status.overview import Overview
from monitor.engine.local import LocalEngine
from monitor.engine.periodic import Daily, PeriodicJob
from monitor.engine.spec import StepSpec
from monitor.ports import Clock
from storage.admin.copy_guard import refuse_copy
from storage.admin.daemon_lock import refuse_vanished, remember_store, take_lock
from storage.cluster.processes import SqlProcesses
from storage.history.audit import SqlAudit
from storage.history.config_revisions import SqlConfigRevisions
from storage.outbox.notices import SqlNotices
from storage.schema.upgrade import upgrade
from storage.search.index import SearchIndex
from storage.sql.database import Database
from storage.sql.errors import StoreError, StoreUnavailable
from storage.views.archive import SqlArchive
from storage.views.status import read_overview
from storage.volume.counts import SqlStoryCounts
from storage.volume.episodes import SqlEpisodes

RETENTION_AT = time(4, 30)
"""Local time at which old rows are deleted: quiet, and an hour that no zone's clock change skips or repeats."""

RETENTION_AFTER_START = timedelta(minutes=15)


VOLUME_EVERY = timedelta(minutes=5)
"""How often stories are counted: a spike is told within ten minutes of the story that makes it."""

SEARCH_EVERY = timedelta(seconds=5)
"""How soon an article can be searched: most texts are read by then, so that each is indexed once."""


class Engine(Protocol):
    """Runs the steps and the periodic jobs."""

    periodic: Sequence[PeriodicJob]
    clock_stepped: Callable[[float], Awaitable[object]] | None

    @property
    def runners(self) -> Mapping[str, StepProgress]:
        """Return each step's progress, by name."""
        ...

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then let what runs finish."""
        ...


class Membership(Protocol):
    """How a process shares its store with others: alone, or as one of a cluster."""

    @property
    def leads(self) -> bool:
        """Whether it upgrades the schema, notifies people of the configuration and listens to Slack."""
        ...

    @property
    def clock(self) -> Clock:
        """Return the clock that all processes on the store go by."""
        ...

    @property
    def lock(self) -> Lock:
        """Return the claim on the store that can be lost."""
        ...

    @property
    def host_limits(self) -> HostLimits | None:
        """Return the host limits shared with other processes; None for limits of this process."""
        ...

    @property
    def problem(self) -> str | None:
        """Return why this process is paused, in words."""
        ...

    def engine(self, steps: Steps, specs: Sequence[StepSpec[Any, Any]]) -> Engine:
        """Make the engine for the steps."""
        ...

    async def start(self) -> None:
        """Do what comes before the first row is taken. Raises StoreError."""
        ...

    def periodic(self) -> Sequence[PeriodicJob]:
        """Return the periodic jobs that only such a process has."""
        ...

    async def clock_stepped(self, seconds: float) -> None:
        """Follow a step of the machine's clock."""
        ...


Join = Callable[[Database], AbstractAsyncContextManager[Membership]]
"""Opens a membership on a store. Raises StoreError when it refuses this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """A wired process, and what the web pages read of it."""

    engine: Engine
    membership: Membership
    guard: StoreGuard
    health: Health
    metrics: Metrics
    database: Database
    clock: Clock
    volume: VolumeWatch

    def stop(self) -> None:
        """Let what runs finish, then return from `run`."""
        self.guard.stop.set()

    async def run(self) -> None:
        """Run until stopped. Raises StoreError when the store is lost for this process."""
        for begin in (self.membership.start, self.health.report):
            with suppress(StoreUnavailable):  # an outage at this moment: both are repeated every few seconds
                await begin()
        await self.engine.run(self.guard.stop)
        if self.guard.lost is not None:
            raise self.guard.lost
        with suppress(StoreUnavailable):  # the store is out of reach just as we stop: the row ends by its age
            await self.health.processes.end(self.health.name)

    async def run_once(self) -> None:
        """Poll every due feed, drain the other steps until nothing is due; with the local engine only."""
        assert isinstance(self.engine, LocalEngine), "a cluster has no end of its work"
        await self.engine.run_once()
        if await self.volume.run():
            await self.engine.run_once()
        await SearchIndex(self.database).index_all()

    async def overview(self) -> Overview:
        """Read how the work stands."""
        now = self.clock.now()
        return await self.database.read(lambda connection: read_overview(connection, now))

    async def unready(self) -> tuple[str, ...]:
        """Return why the process cannot work right now, in words; empty while it can."""
        if self.guard.stop.is_set():
            return ("the daemon is stopping",)
        try:
            await self.health.report()
        except StoreError as error:
            return (str(error),)
        return self.health.stalled()

    async def metrics_page(self) -> bytes:
        """Return everything measured, in Prometheus' text format."""
        self.metrics.show(await self.overview())
        return self.metrics.page()


@dataclass(slots=True, kw_only=True)
class Alone:
    """The only process of its store."""

    clock: Clock
    lock: Lock
    leads: bool = True
    host_limits: HostLimits | None = None
    problem: str | None = None
    steps: Steps | None = None

    def engine(self, steps: Steps, specs: Sequence[StepSpec[Any, Any]]) -> LocalEngine:
        """Make an engine that runs all rows here."""
        self.steps = steps
        return LocalEngine(specs)

    async def start(self) -> None:
        """Do nothing: there is nobody to agree with."""

    def periodic(self) -> Sequence[PeriodicJob]:
        """Return none."""
        return ()

    async def clock_stepped(self, seconds: float) -> None:
        """Repair the due times that the wrong clock has written."""
        if self.steps is not None:
            await self.steps.clock_repair.clock_stepped(seconds)


@asynccontextmanager
async def open_daemon(
    source: ConfigSource,
    secrets: Secrets,
    clock: Clock,
    *,
    stop: asyncio.Event | None = None,
    console: Console | None = None,
    resolve: Resolve | None = None,
) -> AsyncIterator[Daemon]:
    """Open a daemon that is the only process of its store; see `open_process`."""

    @asynccontextmanager
    async def join(database: Database) -> AsyncIterator[Membership]:
        lock = take_lock(database)
        try:
            await refuse_vanished(database, lock)
            await upgrade(database)
            await refuse_copy(database)
            await remember_store(database, lock)
            yield Alone(clock=clock, lock=lock)
        finally:
            lock.release()

    opened = open_process(source, secrets, join, stop=stop, console=console, resolve=resolve)
    async with opened as daemon:
        yield daemon


@asynccontextmanager
async def open_process(
    source: ConfigSource,
    secrets: Secrets,
    join: Join,
    *,
    extractions: int = EXTRACTIONS,
    stop: asyncio.Event | None = None,
    console: Console | None = None,
    resolve: Resolve | None = None,
) -> AsyncIterator[Daemon]:
    """Open a process, ready to run until `stop` is set. Raises StoreError when the store cannot be used.

    `extractions`: pages read at once. `console`: where console receivers print; `resolve` replaces the resolver of
    names (the demo's own world).
    """
    async with AsyncExitStack() as stack:
        database = Database.open(database_url(source, secrets))
        stack.push_async_callback(database.close)
        membership = await stack.enter_async_context(join(database))
        clock, settings = membership.clock, source.settings
        slack = slack_socket(database, settings, source, clock)
        steps = await stack.enter_async_context(
            open_steps(
                source,
                clock,
                database,
                console=console,
                resolve=resolve,
                host_limits=membership.host_limits,
                # Only the leader listens; the others know no more than whether an app token is set.
                listening=slack.is_listening if membership.leads else interactive,
            )
        )
        engine = membership.engine(steps, steps.specs(requests=settings.http.concurrency, extractions=extractions))
        health = Health(
            runners=engine.runners,
            source=source,
            topics=steps.topics,
            processes=SqlProcesses(database),
            clock=clock,
            heartbeat_url=settings.heartbeat.url,
            heartbeat_proxy=settings.http.proxy,
            heartbeat_ca_file=settings.http.ca_file,
            started_at=clock.now(),
            complaints=lambda: (
                *((membership.problem,) if membership.problem else ()),
                *surroundings(source.current(), steps.poll.network),
            ),
            name=process_name(),
        )
        guard = StoreGuard(
            lock=membership.lock,
            stop=stop or asyncio.Event(),
            check_store=database.check,
            errors=health.store_errors,
        )
        reloading = Reloading(
            source=source,
            topics=steps.topics,
            feeds=steps.feeds,
            notices=SqlNotices(database),
            clock=clock,
            metrics=steps.metrics,
            leads=membership.leads,
            effects=EditEffects(archive=SqlArchive(database)),
            revisions=SqlConfigRevisions(database),
            audit=SqlAudit(database),
            process=process_name(),
            hold_explosive=settings.reload.hold_explosive,
        )
        volume = VolumeWatch(
            catalogs=source, counts=SqlStoryCounts(database), episodes=SqlEpisodes(database), clock=clock
        )
        coverage = CoverageGuard(
            database=database,
            catalog=source.current,
            clock=clock,
            broken_after=steps.poll.settings.broken_after,
        )
        engine.clock_stepped = membership.clock_stepped
        engine.periodic = (
            *_periodic_jobs(source, steps, health, guard, reloading),
            PeriodicJob(name="coverage", when=COVERAGE_EVERY, run=coverage.run, shared=True),
            PeriodicJob(name="search", when=SEARCH_EVERY, run=SearchIndex(database).index_a_while, shared=True),
            PeriodicJob(name="volume", when=VOLUME_EVERY, run=volume.run, shared=True),
            *membership.periodic(),
        )
        if membership.leads:
            await steps.feeds.sync(source.current().feeds, clock.now())
            await reloading.start()
            await stack.enter_async_context(listening(slack))
        yield Daemon(
            engine=engine,
            membership=membership,
            guard=guard,
            health=health,
            metrics=steps.metrics,
            database=database,
            clock=clock,
            volume=volume,
        )


def _periodic_jobs(
    source: ConfigSource, steps: Steps, health: Health, guard: StoreGuard, reloading: Reloading
) -> tuple[PeriodicJob, ...]:
    """Return the periodic jobs of every process; a `shared` one runs in one process of a cluster at a time."""
    settings = source.settings
    retention = Daily(at=RETENTION_AT, zone=zone_of(source.current()), after_start=RETENTION_AFTER_START)
    seconds = {n: timedelta(seconds=n) for n in (5, 10, 30)}
    return (
        PeriodicJob(name="reload", when=settings.reload.every, run=reloading.check),
        PeriodicJob(name="report", when=seconds[10], run=health.report),
        PeriodicJob(name="store", when=seconds[5], run=guard.run),
        PeriodicJob(name="forget", when=timedelta(hours=1), run=steps.sweep.forget),
        PeriodicJob(name="heartbeat", when=settings.heartbeat.every, run=health.beat, shared=True),
        PeriodicJob(name="escalate", when=seconds[30], run=steps.deliver.escalate, shared=True),
        PeriodicJob(name="learn", when=RENEWED_EVERY, run=steps.learnt.renew),
        PeriodicJob(name="clock", when=seconds[30], run=steps.clock_repair.run, shared=True),
        PeriodicJob(name="retention", when=retention, run=steps.sweep.run, shared=True),
    )
