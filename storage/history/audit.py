"""The audit log: who did what to what, when and from where."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select

from storage.schema.history import audit
from storage.sql.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was done. `origin` is slack, web, cli or daemon; `subject` such as topic:tariffs, story:5."""

    at: datetime
    who: str
    origin: str
    action: str
    subject: str
    details: dict[str, object] = field(default_factory=dict)


def add_audit(connection: Connection, entry: AuditEntry) -> None:
    """Append an entry within the transaction that does what the entry says."""
    connection.execute(
        insert(audit),
        {
            "at": entry.at,
            "who": entry.who,
            "origin": entry.origin,
            "action": entry.action,
            "subject": entry.subject,
            "details": entry.details,
        },
    )


class SqlAudit:
    """The audit log in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: AuditEntry) -> None:
        """Append an entry in a transaction of its own."""
        await self._database.run(lambda connection: add_audit(connection, entry))

    async def entries(
        self, since: datetime, *, subject: str | None = None, who: str | None = None, limit: int = 1_000
    ) -> Sequence[AuditEntry]:
        """Return entries since then, newest first."""
        statement = select(audit).where(audit.c.at >= since).order_by(audit.c.id.desc()).limit(limit)
        if subject is not None:
            statement = statement.where(audit.c.subject == subject)
        if who is not None:
            statement = statement.where(audit.c.who == who)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [
            AuditEntry(
                at=row.at, who=row.who, origin=row.origin, action=row.action, subject=row.subject, details=row.details
            )
            for row in rows
        ]
