"""Repair due times that a clock which ran ahead has written.

Left alone, a row that was to be due in a minute would be due when the wrong clock's time comes, and the history that
settles an unknown outcome would be read from a moment after the post.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Update, and_, or_, true, update

from monitor.domain.alerts.alert import DeliveryState
from storage.schema.content import articles, feeds, rereads
from storage.schema.outbox import deliveries, throttles
from storage.sql.database import Database

TOLERANCE = timedelta(minutes=1)
"""Clocks of several machines may differ by that much."""

LOOK_BACK = timedelta(days=1)
"""How far back a message is searched for whose attempt carries a time to come. A daemon that runs notices within
seconds that its clock was set back; one that did not run, at its start."""

_LONGEST_ARTICLE_WAIT = timedelta(hours=1)
"""A page is tried again within 15 minutes (`steps.extract.WAIT_AT_MOST`)."""

_LONGEST_THROTTLE_PAUSE = timedelta(days=1)
"""No service asks a client to wait longer; a throttle blocked for longer was blocked by a wrong clock."""


async def repair_times(database: Database, now: datetime, settle: timedelta, *, step: timedelta = timedelta(0)) -> int:
    """Repair times ahead of `now`; return how many rows changed. Raises StoreError.

    `settle`: how long after an attempt its channel's history is believed (`Rules.lease`). `step`: by how much the
    clock was just set back; rows due within it were due already, or would have been soon.
    """
    return await database.run(
        lambda connection: sum(connection.execute(each).rowcount for each in _statements(now, settle, step))
    )


def _statements(now: datetime, settle: timedelta, step: timedelta) -> Iterator[Update]:
    ahead = now + TOLERANCE
    sending = deliveries.c.state == DeliveryState.SENDING.value
    unknown = and_(sending, deliveries.c.attempted_at > ahead)
    yield update(deliveries).where(unknown).values(attempted_at=now - LOOK_BACK, due=now + settle)
    pending = deliveries.c.state == DeliveryState.PENDING.value
    waiting = and_(pending, deliveries.c.created_at > ahead)
    yield update(deliveries).where(waiting).values(created_at=now, due=now)
    blocked = or_(
        and_(throttles.c.reason.is_(None), throttles.c.blocked_until > now + settle),
        throttles.c.blocked_until > now + _LONGEST_THROTTLE_PAUSE,
    )
    yield update(throttles).where(blocked).values(blocked_until=now)
    yield update(articles).where(articles.c.due > now + _LONGEST_ARTICLE_WAIT).values(due=now)
    yield (
        update(rereads).where(rereads.c.alerted_at > ahead, rereads.c.due.is_not(None)).values(alerted_at=now, due=now)
    )
    polled_ahead = and_(feeds.c.due.is_not(None), feeds.c.polled_at > ahead)
    yield update(feeds).where(polled_ahead).values(due=now, polled_at=now)
    if step:
        # Not what is `sending`: its due time is when the channel's history can be believed.
        for table, concerned in ((feeds, true()), (articles, true()), (deliveries, pending)):
            due_by_old_clock = table.c.due.between(now + timedelta(microseconds=1), now + step)
            yield update(table).where(due_by_old_clock, concerned).values(due=now)
