"""One process of a cluster, put together: a worker, or the daemon that leads and has the status page."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from rich.console import Console

from monitor.adapters.http.network import Resolve
from monitor.adapters.http.shared_host_limits import SharedHostLimits
from monitor.adapters.slack.socket_mode import listening
from monitor.app.configuration import database_url
from monitor.app.daemon import Daemon
from monitor.app.notifiers import interactive, surroundings
from monitor.app.readers import http_settings
from monitor.app.runtime.clock import SharedClock
from monitor.app.runtime.config_agreement import ALIVE_WITHIN, Agreement
from monitor.app.runtime.config_reload import Reloading
from monitor.app.runtime.health import Health, process_name
from monitor.app.runtime.housekeeping import Guard
from monitor.app.slack_app import slack_socket
from monitor.app.steps import EXTRACTIONS, Built, build
from monitor.config.models.settings import Settings
from monitor.config.reload import ConfigSource
from monitor.config.secrets import Secrets
from monitor.engine.cluster.engine import ClusterEngine
from monitor.engine.cluster.jobs import Jobs, JobsUnavailable
from monitor.engine.cluster.tables import check_errands, prepare_errands
from monitor.engine.periodic import Chore
from monitor.ports import Clock
from storage.admin.daemon_lock import refuse_beside_daemon
from storage.cluster.active_config import SqlAgreement
from storage.cluster.host_limits import SqlHostLimits
from storage.cluster.leases import SqlLeases
from storage.cluster.processes import SqlProcesses
from storage.outbox.notices import SqlNotices
from storage.schema.upgrade import check_schema, refuse_too_new, upgrade
from storage.sql.database import Database
from storage.sql.errors import StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)


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
    """One process of a cluster, ready to run. Raises StoreError when the store cannot be used.

    The one that `leads` brings the schema up to date and names the configuration in force; others need both.
    `extractions`, pages at once; `stop`, `console`, `resolve` as for `open_daemon`.
    """
    async with AsyncExitStack() as stack:
        database = Database.open(database_url(source, secrets))
        stack.push_async_callback(database.close)
        if not database.is_postgres:
            raise StoreRefused(
                "the cluster engine needs PostgreSQL: set `database` to postgresql://..., or run locally"
            )
        await refuse_beside_daemon(database)
        await _prepare(database, leads=leads)
        shared = SharedClock(database, clock)
        await shared.look()
        host_limits = _host_limits(source.settings, database, shared)
        slack = slack_socket(database, source.settings, source, shared)
        built = await stack.enter_async_context(
            build(
                source,
                shared,
                database,
                console=console,
                resolve=resolve,
                host_limits=host_limits,
                # only the leader listens; the others know no more than whether an app token is set
                listening=slack.is_listening if leads else interactive,
            )
        )
        if leads:
            await stack.enter_async_context(listening(slack))
        yield _member(
            source, database, shared, built, leads=leads, extractions=extractions, stop=stop or asyncio.Event()
        )


def _member(
    source: ConfigSource,
    database: Database,
    clock: SharedClock,
    built: Built,
    *,
    leads: bool,
    extractions: int,
    stop: asyncio.Event,
) -> Daemon:
    settings, processes = source.settings, SqlProcesses(database)
    engine = ClusterEngine(
        built.steps.works(requests=settings.http.concurrency, extractions=extractions),
        jobs=Jobs(database.conninfo, clock),
        leases=SqlLeases(database),
        clock=clock,
        rescued=processes.count_rescued,
    )
    agreement = Agreement(
        name=process_name(),
        leads=leads,
        source=source,
        shared=SqlAgreement(database),
        feeds=built.feeds,
        clock=clock,
        stand_aside=engine.stand_aside,
        take_part=engine.take_part,
    )
    health = Health(
        runners=engine.runners,
        source=source,
        topics=built.topics,
        processes=processes,
        clock=clock,
        heartbeat_url=settings.heartbeat.url,
        heartbeat_proxy=settings.http.proxy,
        started_at=clock.now(),
        name=agreement.name,
        complaints=lambda: (
            *((agreement.problem,) if agreement.problem else ()),
            *surroundings(source.current(), built.steps.poll.network),
        ),
    )
    reloading = Reloading(
        source=source,
        topics=built.topics,
        feeds=built.feeds,
        notices=SqlNotices(database),
        clock=clock,
        metrics=built.metrics,
        leads=leads,
    )

    async def report() -> None:
        await clock.look()
        await health.report()
        alive = await processes.count_alive(clock.now() - ALIVE_WITHIN)
        engine.share_among(alive)

    guard = Guard(lock=_Schema(database), stop=stop)
    engine.chores = (
        Chore(name="schema", every=timedelta(seconds=10), perform=guard.perform),
        Chore(name="reload", every=settings.reload.every, perform=reloading.look),
        Chore(name="agree", every=timedelta(seconds=2), perform=agreement.look),
        Chore(name="report", every=timedelta(seconds=10), perform=report),
        Chore(name="forget", every=timedelta(hours=1), perform=built.sweep.forget),
        Chore(name="heartbeat", every=settings.heartbeat.every, perform=health.beat, shared=True),
        Chore(name="escalate", every=timedelta(seconds=30), perform=built.steps.deliver.escalate, shared=True),
        Chore(name="clock", every=timedelta(seconds=30), perform=built.set_right.perform, shared=True),
        Chore(name="housekeeping", every=timedelta(hours=1), perform=built.sweep.perform, shared=True),
    )
    return Daemon(
        engine=Member(engine, agreement),
        guard=guard,
        health=health,
        metrics=built.metrics,
        database=database,
        clock=clock,
    )


class Member:
    """The engine, begun standing aside until the configuration is agreed on."""

    def __init__(self, engine: ClusterEngine, agreement: Agreement) -> None:
        self._engine, self._agreement = engine, agreement

    async def run(self, stop: asyncio.Event) -> None:
        """Run until stopped. Raises StoreError."""
        self._engine.stand_aside()
        await self._agreement.look()
        try:
            await self._engine.run(stop)
        except JobsUnavailable as lost:
            raise StoreUnavailable(str(lost)) from None


@dataclass(frozen=True, slots=True)
class _Schema:
    """What a process of a cluster can lose: a schema it knows, when the others are two versions ahead."""

    database: Database

    def check(self) -> None:
        """Raises SchemaTooNew. A database out of reach says nothing either way."""
        with suppress(StoreUnavailable):
            refuse_too_new(self.database)


def _host_limits(settings: Settings, database: Database, clock: Clock) -> SharedHostLimits:
    manners = http_settings(settings)
    return SharedHostLimits(
        SqlHostLimits(database),
        clock,
        concurrency=manners.per_host_concurrency,
        delay=manners.per_host_delay.total_seconds(),
        lease=2 * manners.total_timeout,
    )


async def _prepare(database: Database, *, leads: bool) -> None:
    """The tables: brought up to date by the one that leads, needed by the others."""
    if leads:
        await upgrade(database)
        await prepare_errands(database)
    else:
        await check_schema(database)
        await check_errands(database)
