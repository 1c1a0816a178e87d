"""Silences: mutes with an end and a reason."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from monitor.domain.alerts.alert import Silence
from storage.history.audit import AuditEntry, add_audit
from storage.outbox.read import silences_in_force
from storage.schema.content import stories
from storage.schema.outbox import silences
from storage.sql.database import Database


class SqlSilences:
    """Silences in a database. An ended one stays, for the record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        *,
        topic: str | None,
        story_id: int | None,
        until: datetime,
        reason: str,
        author: str,
        now: datetime,
        receiver: str | None = None,
        mutes_critical: bool = True,
        origin: str = "cli",
    ) -> Silence:
        """Add a silence, for `receiver` or all. `origin`: where from, slack, web or cli."""
        row = {
            "topic": topic,
            "story_id": story_id,
            "until": until,
            "reason": reason,
            "author": author,
            "created_at": now,
            "receiver": receiver,
            "mutes_critical": mutes_critical,
        }
        added = silences.insert().values(row).returning(*silences.c)

        def work(connection: Connection) -> Silence:
            silence = Silence(**connection.execute(added).mappings().one())
            add_audit(connection, silence_entry("silence.add", silence, author, origin, now))
            return silence

        return await self._database.run(work)

    async def in_force(self, now: datetime) -> Sequence[Silence]:
        """Return silences that have not ended, the one that ends first coming first."""
        return await self._database.read(lambda connection: silences_in_force(connection, now))

    async def titles(self, silences: Iterable[Silence]) -> Mapping[int, str]:
        """Return the titles of the muted stories, by story id."""
        ids = {silence.story_id for silence in silences}
        named = select(stories.c.id, stories.c.title).where(stories.c.id.in_(ids - {None}))
        return await self._database.read(lambda connection: {row.id: row.title for row in connection.execute(named)})

    async def story_title(self, story_id: int) -> str | None:
        """Return the title of a story; None when there is none of that id."""
        named = select(stories.c.title).where(stories.c.id == story_id)
        return await self._database.read(lambda connection: connection.execute(named).scalar_one_or_none())

    async def end(self, silence_id: int, now: datetime, *, who: str = "", origin: str = "cli") -> bool:
        """End a silence now; False when there is none of that id in force."""
        ended = (
            update(silences)
            .where(silences.c.id == silence_id, silences.c.until > now)
            .values(until=now)
            .returning(*silences.c)
        )

        def work(connection: Connection) -> bool:
            row = connection.execute(ended).mappings().one_or_none()
            if row is None:
                return False
            add_audit(connection, silence_entry("silence.end", Silence(**row), who, origin, now))
            return True

        return await self._database.run(work)


def silence_entry(action: str, silence: Silence, who: str, origin: str, now: datetime) -> AuditEntry:
    """Return the line of the audit log about a silence that began or ended."""
    story = f"story:{silence.story_id}" if silence.story_id is not None else ""
    details: dict[str, object] = {"silence": silence.id, "until": silence.until.isoformat(), "reason": silence.reason}
    if silence.receiver:
        details["receiver"] = silence.receiver
    if story and silence.topic:
        details["topic"] = silence.topic
    subject = story or (f"topic:{silence.topic}" if silence.topic else "all")
    return AuditEntry(at=now, who=who, origin=origin, action=action, subject=subject, details=details)
