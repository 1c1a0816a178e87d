"""The four steps with all that they need, the same whichever engine runs them."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from rich.console import Console

from monitor.adapters.http.host_limits import HostLimits
from monitor.adapters.http.network import Resolve
from monitor.adapters.metrics import MeteredExtractor, MeteredFetcher, MeteredNotifier, MeteredParser, Metrics
from monitor.adapters.text.language import LangidDetector
from monitor.adapters.text.outlets import outlets
from monitor.app.notifiers import interactive, notifiers, rules
from monitor.app.readers import open_readers
from monitor.app.runtime.compiled_topics import CompiledTopics
from monitor.app.runtime.event_log import JournaledArticles, JournaledFeeds, JournaledOutbox
from monitor.app.runtime.housekeeping import SetRight, Sweep
from monitor.app.runtime.story_window import rebuilt_index
from monitor.app.works import Steps
from monitor.config.models.settings import Settings
from monitor.config.reload import ConfigSource
from monitor.domain.feeds.intervals import PollSettings
from monitor.ports import Clock
from monitor.steps.deliver import Deliver
from monitor.steps.extract import Extract
from monitor.steps.poll import PollStep
from monitor.steps.triage import Triage
from storage.admin.retention import SqlHousekeeping
from storage.feeds.store import SqlFeedStore
from storage.sql.database import Database

EXTRACTIONS = 16
"""Articles in extraction at once: enough pages under way to keep the worker processes busy while others download."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What an engine is given to run, and what the chores beside it look after."""

    steps: Steps
    topics: CompiledTopics
    feeds: SqlFeedStore
    metrics: Metrics
    sweep: Sweep
    set_right: SetRight


@asynccontextmanager
async def build(
    source: ConfigSource,
    clock: Clock,
    database: Database,
    *,
    console: Console | None = None,
    resolve: Resolve | None = None,
    host_limits: HostLimits | None = None,
    listening: Callable[[], bool] = interactive,
) -> AsyncIterator[Built]:
    """The steps over an open database.

    `console`, `resolve` and `host_limits` as for `open_daemon` and `open_readers`; `listening` tells whether anybody
    hears the buttons of messages.
    """
    metrics, settings = Metrics(), source.settings
    metrics.reload_ok.set(1)
    metrics.reload_at.set(clock.now().timestamp())
    topics = CompiledTopics(source, source.matcher)
    feeds, articles = JournaledFeeds(database), JournaledArticles(database, metrics)
    index = await rebuilt_index(articles, clock)
    async with open_readers(settings, clock, resolve=resolve, host_limits=host_limits) as readers:
        fetcher = MeteredFetcher(readers.fetcher, metrics)
        steps = Steps(
            clock=clock,
            feeds=feeds,
            articles=articles,
            poll=PollStep(
                store=feeds,
                fetcher=fetcher,
                parser=MeteredParser(readers.parser, metrics),
                catalog=source,
                clock=clock,
                settings=poll_settings(settings),
                outlet_of=outlets().outlet,
                chance=random.random,
            ),
            extract=Extract(
                store=articles,
                fetcher=fetcher,
                extractor=MeteredExtractor(readers.extractor, metrics),
                languages=LangidDetector(),
                catalog=source,
                clock=clock,
            ),
            triage=Triage(store=articles, topics=topics, index=index, clock=clock),
            deliver=Deliver(
                outbox=JournaledOutbox(database),
                notifiers={
                    channel: MeteredNotifier(notifier, metrics)
                    for channel, notifier in notifiers(settings, clock, console).items()
                },
                catalogs=source,
                clock=clock,
                rules=rules(settings),
                interactive=listening,
            ),
        )
        sweep = Sweep(
            housekeeping=SqlHousekeeping(database),
            retention=settings.retention,
            index=index,
            between_placings=articles.between_placings,
            clock=clock,
        )
        sent_by = steps.deliver.rules
        set_right = SetRight(database=database, clock=clock, settle=sent_by.timeout + sent_by.settle)
        yield Built(steps=steps, topics=topics, feeds=feeds, metrics=metrics, sweep=sweep, set_right=set_right)


def poll_settings(settings: Settings) -> PollSettings:
    """When feeds are asked, as wirewatch.yml says."""
    poll = settings.poll
    return PollSettings(
        default_every=poll.default_every,
        minimum_every=poll.minimum_every,
        maximum_every=poll.maximum_every,
        backfill=poll.backfill,
    )
