"""The daemon, put together: every concrete class meets here and in `building`."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from rich.console import Console

from monitor.adapters.http.network import Resolve
from monitor.adapters.metrics import Metrics
from monitor.adapters.slack.socket_mode import listening
from monitor.app.configuration import database_url
from monitor.app.notifiers import surroundings
from monitor.app.runtime.config_reload import Reloading
from monitor.app.runtime.health import Health
from monitor.app.runtime.housekeeping import Guard
from monitor.app.slack_app import slack_socket
from monitor.app.steps import EXTRACTIONS, build
from monitor.config.reload import ConfigSource
from monitor.config.secrets import Secrets
from monitor.domain.status.overview import Overview
from monitor.engine.local import LocalEngine
from monitor.engine.periodic import Chore
from monitor.ports import Clock
from storage.admin.copy_guard import refuse_copy
from storage.admin.daemon_lock import take_lock
from storage.cluster.processes import SqlProcesses
from storage.outbox.notices import SqlNotices
from storage.schema.upgrade import upgrade
from storage.sql.database import Database
from storage.sql.errors import StoreError
from storage.views.status import read_overview

log = logging.getLogger(__name__)


class Engine(Protocol):
    """Who runs the steps and the chores."""

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then let what runs finish."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """All that runs, and what the web pages ask of it."""

    engine: Engine
    guard: Guard
    health: Health
    metrics: Metrics
    database: Database
    clock: Clock

    def stop(self) -> None:
        """Let what runs finish, then return from `run`."""
        self.guard.stop.set()

    async def run(self) -> None:
        """Run until stopped. Raises StoreError when the store is no longer this daemon's."""
        await self.health.report()
        await self.engine.run(self.guard.stop)
        if self.guard.lost is not None:
            raise self.guard.lost
        await self.health.processes.end(self.health.name)

    async def run_once(self) -> None:
        """Poll every due feed, drain the other steps until nothing is due; with the local engine only."""
        assert isinstance(self.engine, LocalEngine), "a cluster has no end of its work"
        await self.engine.run_once()

    async def overview(self) -> Overview:
        """How the work stands."""
        now = self.clock.now()
        return await self.database.read(lambda connection: read_overview(connection, now))

    async def unready(self) -> tuple[str, ...]:
        """Why the daemon cannot do its work right now, in words; empty while it can."""
        if self.guard.stop.is_set():
            return ("the daemon is stopping",)
        try:
            await self.health.report()
        except StoreError as error:
            return (str(error),)
        return self.health.stalled()

    async def metrics_page(self) -> bytes:
        """Everything measured, in Prometheus' text format."""
        self.metrics.show(await self.overview())
        return self.metrics.page()


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
    """A daemon of one process, ready to run until `stop` is set. Raises StoreError when the store cannot be used.

    `console` is where console receivers print; `resolve` replaces the resolver of names (the demo's own world).
    """
    async with AsyncExitStack() as stack:
        database = Database.open(database_url(source, secrets))
        stack.push_async_callback(database.close)
        lock = take_lock(database)
        stack.callback(lock.release)
        await upgrade(database)
        await refuse_copy(database)
        slack = slack_socket(database, source.settings, source, clock)
        built = await stack.enter_async_context(
            build(source, clock, database, console=console, resolve=resolve, listening=slack.is_listening)
        )
        await built.feeds.sync(source.current().feeds, clock.now())
        reloading = Reloading(
            source=source,
            topics=built.topics,
            feeds=built.feeds,
            notices=SqlNotices(database),
            clock=clock,
            metrics=built.metrics,
        )
        engine = LocalEngine(built.steps.works(requests=source.settings.http.concurrency, extractions=EXTRACTIONS))
        health = Health(
            runners=engine.runners,
            source=source,
            topics=built.topics,
            processes=SqlProcesses(database),
            clock=clock,
            heartbeat_url=source.settings.heartbeat.url,
            heartbeat_proxy=source.settings.http.proxy,
            started_at=clock.now(),
            complaints=lambda: tuple(surroundings(source.current(), built.steps.poll.network)),
        )
        guard = Guard(lock=lock, stop=stop or asyncio.Event())
        engine.chores = (
            Chore(name="reload", every=source.settings.reload.every, perform=reloading.look),
            Chore(name="report", every=timedelta(seconds=10), perform=health.report),
            Chore(name="heartbeat", every=source.settings.heartbeat.every, perform=health.beat),
            Chore(name="escalate", every=timedelta(seconds=30), perform=built.steps.deliver.escalate),
            Chore(name="lock", every=timedelta(seconds=5), perform=guard.perform),
            Chore(name="forget", every=timedelta(hours=1), perform=built.sweep.forget),
            Chore(name="clock", every=timedelta(seconds=30), perform=built.set_right.perform),
            Chore(name="housekeeping", every=timedelta(hours=1), perform=built.sweep.perform),
        )
        await stack.enter_async_context(listening(slack))
        yield Daemon(engine=engine, guard=guard, health=health, metrics=built.metrics, database=database, clock=clock)
