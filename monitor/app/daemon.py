"""The daemon, put together: every concrete class meets here."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from rich.console import Console

from monitor.adapters.http_guard import Resolve
from monitor.adapters.language import LangidDetector
from monitor.adapters.metrics import MeteredExtractor, MeteredFetcher, MeteredNotifier, MeteredParser, Meters
from monitor.adapters.slack_socket import listening
from monitor.adapters.urls import Outlets
from monitor.app.chores import Guard, Sweep
from monitor.app.listening import slack_socket
from monitor.app.opening import database_url
from monitor.app.reading import open_reading
from monitor.app.reloading import Reloading
from monitor.app.telling import notifiers, rules
from monitor.app.topics import CompiledTopics
from monitor.app.vitals import Vitals
from monitor.app.window import rebuilt_index
from monitor.app.works import Steps
from monitor.config.secrets import Secrets
from monitor.config.settings import Settings
from monitor.config.watch import ConfigSource
from monitor.domain.intervals import PollSettings
from monitor.domain.overview import Overview
from monitor.domain.topics.engine import compile_catalog
from monitor.engine.local import Chore, LocalEngine
from monitor.ports import Clock
from monitor.steps.deliver import Deliver
from monitor.steps.extract import Extract
from monitor.steps.poll import Poll
from monitor.steps.triage import Triage
from storage.articles import SqlArticleStore
from storage.database import Database
from storage.errors import StoreError
from storage.feeds import SqlFeedStore
from storage.housekeeping import SqlHousekeeping
from storage.lock import take_lock
from storage.notices import SqlNotices
from storage.outbox import OutboxStore
from storage.processes import SqlProcesses
from storage.status import read_overview
from storage.upgrade import upgrade

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """All that runs, and what the web pages ask of it."""

    engine: LocalEngine
    guard: Guard
    vitals: Vitals
    meters: Meters
    database: Database
    clock: Clock

    def stop(self) -> None:
        """Let what runs finish, then return from `run`."""
        self.guard.stop.set()

    async def run(self) -> None:
        """Run until stopped. Raises StoreError when the store is no longer this daemon's."""
        await self.vitals.report()
        await self.engine.run(self.guard.stop)
        if self.guard.lost is not None:
            raise self.guard.lost
        await self.vitals.processes.end(self.vitals.name)

    async def run_once(self) -> None:
        """Poll every due feed, drain the other steps until nothing is due."""
        await self.engine.run_once()

    async def overview(self) -> Overview:
        """How the work stands."""
        now = self.clock.now()
        return await self.database.read(lambda connection: read_overview(connection, now))

    async def unready(self) -> tuple[str, ...]:
        """Why the daemon cannot do its work right now, in words; empty while it can."""
        try:
            await self.vitals.report()
        except StoreError as error:
            return (str(error),)
        return self.vitals.stalled()

    async def metrics(self) -> bytes:
        """Everything measured, in Prometheus' text format."""
        self.meters.show(await self.overview())
        return self.meters.page()


@asynccontextmanager
async def open_daemon(
    source: ConfigSource,
    secrets: Secrets,
    clock: Clock,
    *,
    console: Console | None = None,
    resolve: Resolve | None = None,
) -> AsyncIterator[Daemon]:
    """A daemon ready to run. Raises StoreError when the store cannot be used.

    `console` is where console receivers print; `resolve` replaces the resolver of names (the demo's own world).
    """
    async with AsyncExitStack() as stack:
        database = Database.open(database_url(source, secrets))
        stack.push_async_callback(database.close)
        lock = take_lock(database)
        stack.callback(lock.release)
        await upgrade(database)
        meters = Meters()
        reading = await stack.enter_async_context(open_reading(source.settings, clock, resolve=resolve))
        topics = CompiledTopics(source, compile_catalog)
        feeds, articles = SqlFeedStore(database), SqlArticleStore(database)
        await feeds.sync(source.current().feeds, clock.now())
        index = await rebuilt_index(articles, clock)
        steps = Steps(
            clock=clock,
            feeds=feeds,
            articles=articles,
            poll=Poll(
                store=feeds,
                fetcher=MeteredFetcher(reading.fetcher, meters),
                parser=MeteredParser(reading.parser, meters),
                catalog=source,
                clock=clock,
                settings=poll_settings(source.settings),
                outlet_of=Outlets().outlet,
                chance=random.random,
            ),
            extract=Extract(
                store=articles,
                fetcher=MeteredFetcher(reading.fetcher, meters),
                extractor=MeteredExtractor(reading.extractor, meters),
                languages=LangidDetector(),
                catalog=source,
                clock=clock,
            ),
            triage=Triage(store=articles, topics=topics, index=index, clock=clock),
            deliver=Deliver(
                outbox=OutboxStore(database),
                notifiers={
                    channel: MeteredNotifier(notifier, meters)
                    for channel, notifier in notifiers(source.settings, clock, console).items()
                },
                catalogs=source,
                clock=clock,
                rules=rules(source.settings),
            ),
        )
        reloading = Reloading(
            source=source, topics=topics, feeds=feeds, notices=SqlNotices(database), clock=clock, meters=meters
        )
        engine = LocalEngine(steps.works(requests=source.settings.http.concurrency, extractions=_EXTRACTIONS))
        vitals = Vitals(
            runners=engine.runners,
            source=source,
            topics=topics,
            processes=SqlProcesses(database),
            clock=clock,
            heartbeat_url=source.settings.heartbeat.url,
            started_at=clock.now(),
        )
        guard = Guard(lock=lock, stop=asyncio.Event())
        sweep = Sweep(
            housekeeping=SqlHousekeeping(database), retention=source.settings.retention, index=index, clock=clock
        )
        engine.chores = (
            Chore(name="reload", every=source.settings.reload.every, perform=reloading.look),
            Chore(name="report", every=timedelta(seconds=10), perform=vitals.report),
            Chore(name="heartbeat", every=source.settings.heartbeat.every, perform=vitals.beat),
            Chore(name="escalate", every=timedelta(seconds=30), perform=steps.deliver.escalate),
            Chore(name="lock", every=timedelta(seconds=5), perform=guard.perform),
            Chore(name="housekeeping", every=timedelta(hours=1), perform=sweep.perform),
        )
        await stack.enter_async_context(listening(slack_socket(database, source.settings, source, clock)))
        yield Daemon(engine=engine, guard=guard, vitals=vitals, meters=meters, database=database, clock=clock)


_EXTRACTIONS = 16
"""Articles in extraction at once: enough pages under way to keep the worker processes busy while others download."""


def poll_settings(settings: Settings) -> PollSettings:
    """When feeds are asked, as wirewatch.yml says."""
    poll = settings.poll
    return PollSettings(
        default_every=poll.default_every,
        minimum_every=poll.minimum_every,
        maximum_every=poll.maximum_every,
        backfill=poll.backfill,
    )
