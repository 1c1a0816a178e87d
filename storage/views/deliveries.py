"""The outbox for people: notices, and what a person decides about held messages."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, case, select, update

from monitor.domain.alerts.alert import Delivery, DeliveryKind, DeliveryState
from storage.history.audit import AuditEntry, add_audit
from storage.outbox.read import delivery_of
from storage.schema.outbox import deliveries
from storage.sql.database import Database

_STUCK = (DeliveryState.HELD.value, DeliveryState.DEAD.value)


class SqlSent:
    """Lists notices, and requeues or releases deliveries that wait for a person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def notices(self, since: datetime, states: Collection[DeliveryState], limit: int) -> Sequence[Delivery]:
        """Return notices about the program itself made since then, newest first; of all states where none is named."""
        wanted = select(deliveries).where(
            deliveries.c.created_at >= since, deliveries.c.kind == DeliveryKind.NOTICE.value
        )
        if states:
            wanted = wanted.where(deliveries.c.state.in_([state.value for state in states]))
        newest = wanted.order_by(deliveries.c.id.desc()).limit(limit)
        return await self._database.read(lambda connection: [delivery_of(row) for row in connection.execute(newest)])

    async def requeue(
        self, ids: Collection[int], now: datetime, *, who: str = "", origin: str = "cli"
    ) -> Sequence[int]:
        """Send held and dead deliveries (again); a held one says that it may be a repeat. The ids that changed."""
        values = {
            "state": DeliveryState.PENDING.value,
            "due": now,
            "failures": 0,
            "repeat": case((deliveries.c.state == DeliveryState.HELD.value, True), else_=deliveries.c.repeat),
        }
        done = AuditEntry(at=now, who=who, origin=origin, action="delivery.requeue", subject="")
        return await self._database.run(lambda connection: _change(connection, ids, _STUCK, values, done))

    async def release(
        self, ids: Collection[int], now: datetime, *, who: str = "", origin: str = "cli"
    ) -> Sequence[int]:
        """Record that held deliveries did arrive. The ids that changed."""
        values = {"state": DeliveryState.SENT.value, "due": now, "sent_at": deliveries.c.attempted_at, "failure": None}
        done = AuditEntry(at=now, who=who, origin=origin, action="delivery.release", subject="")
        return await self._database.run(lambda connection: _change(connection, ids, _STUCK[:1], values, done))


def _change(
    connection: Connection, ids: Collection[int], states: Sequence[str], values: dict[str, object], done: AuditEntry
) -> list[int]:
    changed = (
        update(deliveries)
        .where(deliveries.c.id.in_(ids), deliveries.c.state.in_(states))
        .values(values)
        .returning(deliveries.c.id)
    )
    found = sorted(row.id for row in connection.execute(changed))
    for number in found:
        add_audit(connection, replace(done, subject=f"delivery:{number}"))
    return found
