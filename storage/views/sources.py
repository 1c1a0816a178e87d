"""Sources for people: the health of each, what it brings, and how much of that alerted."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from monitor.domain.status.source_view import SourceView
from storage.schema.content import alerts, articles, feeds
from storage.views.coverage import known_blindness

COUNTED = timedelta(days=7)
"""Over how long articles and alerts are counted."""


def source_views(connection: Connection, now: datetime) -> tuple[SourceView, ...]:
    """Return every configured source and those that were, in trouble first."""
    recent = articles.c.first_seen >= now - COUNTED
    counted = select(articles.c.feed_key, func.count(), func.max(articles.c.first_seen)).where(recent)
    items = {row[0]: (row[1], row[2]) for row in connection.execute(counted.group_by(articles.c.feed_key))}
    raised = (
        select(articles.c.feed_key, func.count(func.distinct(alerts.c.story_id)))
        .join_from(alerts, articles, alerts.c.article_id == articles.c.id)
        .where(alerts.c.raised_at >= now - COUNTED)
        .group_by(articles.c.feed_key)
    )
    alerted = Counter({row[0]: row[1] for row in connection.execute(raised)})
    blind = known_blindness(connection)[0]
    found = []
    for row in connection.execute(select(feeds).order_by(feeds.c.key)):
        count, last = items.get(row.key, (0, None))
        trouble = row.disabled_reason or row.failure or row.reported
        since = row.failing_since or row.gone_since or row.succeeded_at
        if not trouble and (hidden := blind.get(row.key)):
            trouble, since = hidden.text, hidden.since
        found.append(
            SourceView(
                key=row.key,
                title=row.title or row.key,
                url=row.learnt_url or row.url,
                tier=row.tier,
                configured=row.configured,
                polled_at=row.polled_at,
                succeeded_at=row.succeeded_at,
                due=row.due,
                last_item=last,
                items_a_day=count / COUNTED.days,
                alerted=alerted[row.key],
                items=count,
                failures=row.failures,
                trouble=trouble,
                since=since if trouble else None,
                every=_set_interval(row.settings),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.configured, one.trouble is None)))


def _set_interval(settings: dict[str, object]) -> timedelta | None:
    """Return the interval that the configuration sets; None where it follows the source's habit."""
    every = settings.get("every")
    return timedelta(seconds=every) if isinstance(every, int | float) else None
