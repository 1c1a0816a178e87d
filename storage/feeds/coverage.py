"""Judge sources and topics in one transaction, and write the notices and what was noticed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from monitor.domain.catalog import Catalog, Feed
from monitor.domain.feeds.coverage import Blindness, TopicSample, blindness, quiet_by_failures, topic_text
from monitor.domain.feeds.decide_poll import notices
from monitor.domain.feeds.trouble import Notice, trouble
from storage.feeds.rows import state_of
from storage.outbox.add import add_deliveries
from storage.schema.content import feeds
from storage.views.coverage import Known, known_blindness, readings_by_source, remember_blindness, topic_samples


def guard_coverage(connection: Connection, catalog: Catalog, now: datetime, broken_after: timedelta) -> None:
    """Notify of sources that are broken or silent by the clock, of blind ones, and of topics that suffer."""
    told = list(_by_the_clock(connection, now, broken_after))
    known_sources, known_topics = known_blindness(connection)
    readings = readings_by_source(connection, now)
    enabled = [feed.key for feed in catalog.feeds if feed.enabled]
    sources = {
        key: blind for key in enabled if (blind := blindness(readings.get(key, ()), known_sources.get(key))) is not None
    }
    told += _changes("source", known_sources, sources, now)
    if told or sources != known_sources:
        remember_blindness(connection, sources, known_topics)  # the topics below see them
    samples = topic_samples(connection, [topic.key for topic in catalog.topics], now)
    topics = {sample.topic: _quiet(sample, known_topics, now) for sample in samples if quiet_by_failures(sample)}
    told += _changes("topic", known_topics, topics, now)
    if (sources, topics) != (known_sources, known_topics):
        remember_blindness(connection, sources, topics)
    deliveries = [delivery for notice in told for delivery in notices(notice, catalog.admin_receiver, now)]
    if deliveries:
        add_deliveries(connection, deliveries, {}, now)


def _by_the_clock(connection: Connection, now: datetime, broken_after: timedelta) -> Iterable[Notice]:
    """Yield the notices that no poll brings: between two polls of a failing source lies up to a day."""
    waiting = select(feeds).where(feeds.c.configured, feeds.c.reported.is_(None), feeds.c.disabled_reason.is_(None))
    for row in connection.execute(waiting).all():
        before = state_of(row, now)
        state, notice = trouble(Feed(key=row.key, url=row.url), before, before, now, broken_after)
        if notice is None or state.reported is None:
            continue
        same = (feeds.c.key == row.key, feeds.c.polls == row.polls, feeds.c.reported.is_(None))
        if connection.execute(update(feeds).where(*same).values(reported=state.reported)).rowcount:
            yield notice


def _quiet(sample: TopicSample, known: Known, now: datetime) -> Blindness:
    before = known.get(sample.topic)
    return Blindness(kind="quiet", text=topic_text(sample), since=before.since if before else now)


def _changes(what: str, known: Known, found: Known, now: datetime) -> Iterable[Notice]:
    """Yield a notice for each trouble that has begun, and for each that is over."""
    for key, blind in found.items():
        if key not in known:
            words = f"{key}: {blind.text}." if what == "source" else f"{blind.text}."
            yield Notice(group_key=f"coverage:{what}:{key}:{now.isoformat()}", text=words)
    for key, blind in known.items():
        if key not in found:
            words = f"{key} is as usual again. It was: {blind.text.removeprefix(key + ': ')}."
            yield Notice(group_key=f"coverage:{what}:{key}:over:{now.isoformat()}", text=words)
