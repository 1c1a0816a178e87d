"""Build the five steps with their stores and adapters, the same for either engine."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any

from rich.console import Console

from monitor.adapters.http.host_limits import HostLimits
from monitor.adapters.http.network import Resolve
from monitor.adapters.metrics import MeteredExtractor, MeteredFetcher, MeteredNotifier, MeteredParser, Metrics
from monitor.adapters.text.language import LangidDetector
from monitor.adapters.text.outlets import outlets
from monitor.adapters.workers.threads import off_loop
from monitor.app.notifiers import interactive, notifiers, rules
from monitor.app.readers import open_readers
from monitor.app.runtime.compiled_topics import CompiledTopics
from monitor.app.runtime.event_log import LoggedArticles, LoggedFeeds, LoggedOutbox
from monitor.app.runtime.housekeeping import ClockRepair, Sweep
from monitor.app.runtime.learnt_models import LearntModels
from monitor.app.runtime.story_window import rebuilt_index
from monitor.config.models.settings import Settings
from monitor.config.reload import ConfigSource
from monitor.domain.articles.edits import edited, revised
from monitor.domain.feeds.intervals import IntervalSettings
from monitor.engine.spec import StepSpec
from monitor.ports import Clock, FeedStore
from monitor.steps.deliver import Deliver
from monitor.steps.extract import Extract
from monitor.steps.poll import PollStep, document_keys, read_document
from monitor.steps.reread import RereadStep
from monitor.steps.triage import Triage, analyse
from storage.admin.retention import SqlHousekeeping
from storage.articles.rereads import SqlRereads
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.outbox.store import SqlOutbox
from storage.sql.database import Database
from storage.views.verdicts import SqlVerdicts

EXTRACTIONS = 16
"""Articles in extraction at once: enough pages under way to keep the worker processes busy while others download."""

TRIAGED_TOGETHER = 25
"""Articles in triage at once: the store places those that wait together, in the order of asking, in one transaction."""

TRIAGE_REST = 0.2
"""Seconds for which articles of a stream are gathered for triage. Measured: the main process takes 22.1 ms an article
instead of 27.9 with a transaction for each (docs/decisions/005-pipeline-cost.md)."""

WARM_UP = "A text long enough to be told its language, so that the model of languages is loaded."

_AHEAD = 48
"""Rows read ahead of the free slots, so that queries cost little beside the work. Deliveries are not read ahead: which
one may leave next depends on the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The five steps of one process, with what the periodic jobs beside them need."""

    poll: PollStep
    extract: Extract
    triage: Triage
    learnt: LearntModels
    deliver: Deliver
    reread: RereadStep
    topics: CompiledTopics
    feeds: FeedStore
    metrics: Metrics
    sweep: Sweep
    clock_repair: ClockRepair

    def specs(self, *, requests: int, extractions: int) -> tuple[StepSpec[Any, Any], ...]:
        """Return the steps in the order an article passes them: so many feed requests and pages at once.

        More polls than `requests` are under way: one that waits for a crowded host must not hold up the others.
        """
        return (
            StepSpec(
                name="poll",
                step=self.poll,
                concurrency=requests * 4,
                ahead=_AHEAD,
                triggers=("extract", "triage", "deliver"),
                batch=8,
                jobs=requests * 3,
            ),
            StepSpec(
                name="extract",
                step=self.extract,
                concurrency=extractions,
                ahead=_AHEAD,
                triggers=("triage",),
                batch=8,
                jobs=2 * ceil(extractions / 8) + 2,
            ),
            StepSpec(
                name="triage",
                step=self.triage,
                concurrency=TRIAGED_TOGETHER,
                ahead=_AHEAD,
                rest=TRIAGE_REST,
                triggers=("deliver",),
                batch=TRIAGED_TOGETHER,
            ),
            StepSpec(name="deliver", step=self.deliver, concurrency=16, triggers=("deliver",)),
            # few pages, none of them urgent: new articles keep the connections
            StepSpec(name="reread", step=self.reread, concurrency=4, triggers=("triage",), batch=4),
        )


@asynccontextmanager
async def open_steps(
    source: ConfigSource,
    clock: Clock,
    database: Database,
    *,
    console: Console | None = None,
    resolve: Resolve | None = None,
    host_limits: HostLimits | None = None,
    listening: Callable[[], bool] = interactive,
) -> AsyncIterator[Steps]:
    """Open the steps over an open database; `console`, `resolve` and `host_limits` as for `open_process`.

    `listening` tells whether the buttons of messages are listened to.
    """
    metrics, settings = Metrics(), source.settings
    metrics.reload_ok.set(1)
    metrics.reload_at.set(clock.now().timestamp())
    topics = CompiledTopics(source, source.matcher)
    placed = SqlArticleStore(database)
    feeds, articles = LoggedFeeds(SqlFeedStore(database)), LoggedArticles(placed, metrics)
    languages = LangidDetector()
    # The model takes most of a second to load: in a thread, while the stories are read, not at the first article.
    index, _ = await asyncio.gather(rebuilt_index(articles, clock), asyncio.to_thread(languages.detect, WARM_UP))
    sending = rules(settings)
    learnt = LearntModels(verdicts=SqlVerdicts(database), catalogs=source)
    await learnt.renew()
    async with open_readers(settings, clock, resolve=resolve, host_limits=host_limits) as readers:
        fetcher = MeteredFetcher(readers.fetcher, metrics)
        extractor = MeteredExtractor(readers.extractor, metrics)
        yield Steps(
            topics=topics,
            feeds=feeds,
            metrics=metrics,
            poll=PollStep(
                store=feeds,
                fetcher=fetcher,
                parser=MeteredParser(readers.parser, metrics),
                catalog=source,
                clock=clock,
                settings=poll_settings(settings),
                outlet_of=outlets().outlet,
                chance=random.random,
                make_keys=off_loop(document_keys, "document keys"),
                read_document=off_loop(read_document, "read document"),
            ),
            extract=Extract(
                store=articles,
                fetcher=fetcher,
                extractor=extractor,
                languages=languages,
                catalog=source,
                clock=clock,
                compare=off_loop(edited, "compare"),
            ),
            triage=Triage(
                store=articles,
                topics=topics,
                index=index,
                clock=clock,
                analyse=off_loop(analyse, "analyse"),
                opinions=learnt,
            ),
            learnt=learnt,
            deliver=Deliver(
                outbox=LoggedOutbox(SqlOutbox(database)),
                notifiers={
                    channel: MeteredNotifier(notifier, metrics)
                    for channel, notifier in notifiers(settings, clock, console).items()
                },
                catalogs=source,
                clock=clock,
                rules=sending,
                interactive=listening,
            ),
            reread=RereadStep(
                store=SqlRereads(database),
                fetcher=fetcher,
                extractor=extractor,
                clock=clock,
                compare=off_loop(revised, "compare pages"),
            ),
            sweep=Sweep(
                housekeeping=SqlHousekeeping(database),
                retention=settings.retention,
                index=index,
                between_placings=placed.between_placings,
                clock=clock,
            ),
            clock_repair=ClockRepair(database=database, clock=clock, settle=sending.timeout + sending.settle),
        )


def poll_settings(settings: Settings) -> IntervalSettings:
    """Return the poll settings of wirewatch.yml."""
    poll = settings.poll
    return IntervalSettings(
        default_every=poll.default_every,
        minimum_every=poll.minimum_every,
        maximum_every=poll.maximum_every,
        backfill=poll.backfill,
    )
