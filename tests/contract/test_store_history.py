"""The audit log and the configuration revisions, on both databases."""

from datetime import UTC, datetime, timedelta

from storage.history.audit import AuditEntry, SqlAudit
from storage.history.config_revisions import RevisionState, SqlConfigRevisions
from storage.sql.database import Database

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FILES = {"feeds.yml": b"feeds: []\n", "watchlists/trade.yml": "topics: {}  # Zölle\n".encode()}


async def test_audit_entries_come_newest_first_and_can_be_filtered(database: Database) -> None:
    audit = SqlAudit(database)
    first = AuditEntry(at=NOW, who="ann", origin="slack", action="silence.add", subject="topic:tariffs")
    second = AuditEntry(
        at=NOW + HOUR, who="bob", origin="cli", action="story.merge", subject="story:5", details={"into": 4}
    )
    for entry in (first, second):
        await audit.add(entry)
    assert await audit.entries(NOW) == [second, first]
    assert await audit.entries(NOW, who="ann") == [first]
    assert await audit.entries(NOW, subject="story:5") == [second]
    assert await audit.entries(NOW + 2 * HOUR) == []


async def keep(revisions: SqlConfigRevisions, revision: str, at: datetime, state: RevisionState) -> None:
    await revisions.keep(revision, FILES, process="host:1", changes=["topics changed: tariffs"], state=state, now=at)


async def test_a_configuration_comes_back_byte_for_byte(database: Database) -> None:
    revisions = SqlConfigRevisions(database)
    assert await revisions.newest() is None
    await keep(revisions, "a", NOW, RevisionState.IN_FORCE)
    await keep(revisions, "a", NOW + HOUR, RevisionState.IN_FORCE)
    newest = await revisions.newest()
    assert newest is not None
    assert (newest.revision, newest.at, dict(newest.files)) == ("a", NOW, FILES)


async def test_the_configuration_in_force_at_a_moment(database: Database) -> None:
    revisions = SqlConfigRevisions(database)
    await keep(revisions, "a", NOW, RevisionState.IN_FORCE)
    await keep(revisions, "b", NOW + HOUR, RevisionState.HELD)
    await keep(revisions, "c", NOW + 2 * HOUR, RevisionState.IN_FORCE)
    moments = (NOW - HOUR, NOW, NOW + HOUR, NOW + 3 * HOUR)
    found = [await revisions.in_force_at(moment) for moment in moments]
    assert [one and one.revision for one in found] == [None, "a", "a", "c"]


async def test_a_held_configuration_is_released_once(database: Database) -> None:
    revisions = SqlConfigRevisions(database)
    await keep(revisions, "b", NOW, RevisionState.HELD)
    assert await revisions.state_of("b") is RevisionState.HELD
    assert await revisions.release("b")
    assert not await revisions.release("b")
    assert await revisions.state_of("b") is RevisionState.RELEASED
    await revisions.keep_effect("b", {"topics": {"tariffs": {"gained": 3}}})
    newest = await revisions.newest()
    assert newest is not None
    assert newest.effect == {"topics": {"tariffs": {"gained": 3}}}
