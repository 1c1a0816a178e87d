"""Read how sources and topics have done lately, for the coverage guard."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, select

from monitor.domain.articles.article import Method
from monitor.domain.failures import Reason
from monitor.domain.feeds.coverage import (
    BEST,
    HISTORY,
    WINDOW,
    Blindness,
    Reading,
    TopicSample,
    in_brief,
    usual_matches,
)
from storage.schema.content import articles, feeds, matches, meta, texts
from storage.sql.upserts import upsert

_KEY = "coverage"
"""In `meta`: the troubles that people were notified of, by source and by topic."""
_READINGS = 60
"""Latest articles of a source that are looked at."""
_WALLS = tuple(f"page not read: {reason}" for reason in (Reason.WALL, Reason.FORBIDDEN, Reason.UNAUTHORISED))

Known = Mapping[str, Blindness]


def readings_by_source(connection: Connection, now: datetime) -> dict[str, list[Reading]]:
    """Return the latest articles of each source, oldest first, without those of its first poll."""
    latest = (
        select(
            articles.c.id,
            articles.c.feed_key,
            articles.c.first_seen,
            articles.c.published,
            func.row_number().over(partition_by=articles.c.feed_key, order_by=articles.c.id.desc()).label("place"),
        )
        .where(articles.c.first_seen >= now - 2 * HISTORY, articles.c.baseline.is_(False))
        .subquery()
    )
    rows = connection.execute(
        select(latest, texts.c.method, texts.c.doubts, texts.c.language, func.length(texts.c.body).label("length"))
        .join(texts, texts.c.article_id == latest.c.id)
        .where(latest.c.place <= _READINGS, texts.c.body.is_not(None))
        .order_by(latest.c.id)
    )
    found: dict[str, list[Reading]] = {}
    for row in rows:
        doubts: Sequence[str] = row.doubts or ()
        walled = any(doubt.startswith(_WALLS) or doubt == "paywall stub" for doubt in doubts)
        found.setdefault(row.feed_key, []).append(
            Reading(
                at=row.first_seen,
                published=row.published,
                fetched=row.method == Method.PAGE.value or walled,
                walled=walled,
                length=row.length or 0,
                language=row.language,
            )
        )
    return found


def topic_samples(connection: Connection, topics: Sequence[str], now: datetime) -> list[TopicSample]:
    """Return how each topic stands now against its last two weeks."""
    late = func.sum(case((articles.c.first_seen >= now - WINDOW, 1), else_=0))
    counted = (
        select(matches.c.topic, articles.c.feed_key, func.count().label("all"), late.label("late"))
        .join_from(matches, articles, articles.c.id == matches.c.article_id)
        .where(
            matches.c.topic.in_(list(topics)),
            matches.c.near.is_(False),
            articles.c.first_seen >= now - HISTORY - WINDOW,
            articles.c.baseline.is_(False),
        )
        .group_by(matches.c.topic, articles.c.feed_key)
    )
    by_topic: dict[str, list[tuple[str, int, int]]] = {}
    for row in connection.execute(counted):
        by_topic.setdefault(row.topic, []).append((row.feed_key, row.all, int(row.late)))
    began = connection.execute(select(func.min(feeds.c.baseline_at))).scalar()
    watched = now - WINDOW - began if began is not None else timedelta(0)
    broken = source_troubles(connection)
    return [_sample(topic, by_topic.get(topic, []), watched, broken) for topic in topics]


def _sample(
    topic: str, sources: list[tuple[str, int, int]], watched: timedelta, broken: Mapping[str, str]
) -> TopicSample:
    """Make the sample of a topic from its sources as (key, matches, matches in the last window)."""
    late = sum(count for _, _, count in sources)
    earlier = sum(count for _, count, _ in sources) - late
    best = sorted(sources, key=lambda source: -source[1])[:BEST]
    return TopicSample(
        topic=topic,
        recent=late,
        usual=usual_matches(earlier, watched),
        sources=tuple((key, broken.get(key)) for key, _, _ in best),
    )


def source_troubles(connection: Connection) -> dict[str, str]:
    """Return the trouble of each source that has one, in a word or two."""
    rows = connection.execute(
        select(feeds.c.key, feeds.c.configured, feeds.c.disabled_reason, feeds.c.failure, feeds.c.reported)
    )
    found = {key: blind.kind for key, blind in known_blindness(connection)[0].items()}
    for row in rows:
        trouble = row.disabled_reason or row.failure or (row.reported if row.reported != "noted" else None)
        if trouble:
            found[row.key] = in_brief(trouble)
        elif not row.configured:
            found[row.key] = "off"
    return found


def known_blindness(connection: Connection) -> tuple[Known, Known]:
    """Return the troubles people were notified of: by source, and by topic."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar_one_or_none() or {}
    sources, topics = (
        {key: _read(blind) for key, blind in (value.get(name) or {}).items()} for name in ("sources", "topics")
    )
    return sources, topics


def remember_blindness(connection: Connection, sources: Known, topics: Known) -> None:
    """Write the troubles people were notified of."""
    named = {"sources": sources, "topics": topics}
    value = {name: {key: _written(blind) for key, blind in known.items()} for name, known in named.items()}
    statement = upsert(connection, meta).values(key=_KEY, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value}))


def _written(blind: Blindness) -> dict[str, str]:
    return {**asdict(blind), "since": blind.since.isoformat()}


def _read(value: dict[str, str]) -> Blindness:
    since = datetime.fromisoformat(value["since"])
    return Blindness(kind=value["kind"], text=value["text"], since=since, usual=value["usual"])
