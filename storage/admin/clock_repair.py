"""Times that only a clock which ran ahead can have written, put right once the clock is.

Left alone, what was written to be due in a minute would be due when the wrong clock's time comes, and the history that
settles an unknown outcome would be read from a moment after the post.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, Update, and_, or_, update

from monitor.domain.alerts.alert import DeliveryState
from storage.schema.content import articles
from storage.schema.outbox import deliveries, throttles
from storage.sql.database import Database

TOLERANCE = timedelta(minutes=1)
"""Clocks of several machines may differ by that much."""

LOOK_BACK = timedelta(days=1)
"""How far back a message is looked for whose attempt carries a time to come. A daemon that runs notices within a minute
that its clock was put back; one that did not run, when it starts."""

_LONGEST_ARTICLE_WAIT = timedelta(hours=1)
"""A page is tried again within 15 minutes."""

_LONGEST_THROTTLE_PAUSE = timedelta(days=1)


async def put_right(database: Database, now: datetime, settle: timedelta) -> int:
    """How many rows were changed. `settle`: how long after an attempt its channel's history is believed; no throttle
    stays blocked without a reason for so long (`Rules.lease`)."""
    return await database.run(lambda connection: _put_right(connection, now, settle))


def _put_right(connection: Connection, now: datetime, settle: timedelta) -> int:
    return sum(connection.execute(statement).rowcount for statement in _statements(now, settle))


def _statements(now: datetime, settle: timedelta) -> Iterator[Update]:
    ahead = now + TOLERANCE
    unknown = and_(deliveries.c.state == DeliveryState.SENDING.value, deliveries.c.attempted_at > ahead)
    yield update(deliveries).where(unknown).values(attempted_at=now - LOOK_BACK, due=now + settle)
    waiting = and_(deliveries.c.state == DeliveryState.PENDING.value, deliveries.c.created_at > ahead)
    yield update(deliveries).where(waiting).values(created_at=now, due=now)
    shut = or_(
        and_(throttles.c.reason.is_(None), throttles.c.blocked_until > now + settle),
        throttles.c.blocked_until > now + _LONGEST_THROTTLE_PAUSE,
    )
    yield update(throttles).where(shut).values(blocked_until=now)
    yield update(articles).where(articles.c.due > now + _LONGEST_ARTICLE_WAIT).values(due=now)
