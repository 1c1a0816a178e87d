"""However many alerts a message carries, few different statements are prepared: each is kept, with its memory."""

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import Connection, event

from monitor.domain.alerts.alert import AlertChange, AlertKind
from monitor.domain.catalog import Severity
from storage.outbox.read import _alerts
from storage.schema.upgrade import upgrade
from storage.sql.database import Database
from storage.stories.alerts import write_alerts
from tests.support.delivery_world import write_alert


async def test_alerts_of_messages_of_any_size_are_read_by_a_few_small_statements():
    database = Database.open("sqlite://")
    await upgrade(database)
    seen: set[str] = set()
    event.listen(database.engine, "before_cursor_execute", lambda _1, _2, statement, *_: seen.add(statement))
    for size in range(1, 300, 7):
        await database.read(lambda connection, size=size: _alerts(connection, range(size)))
    await database.close()
    assert len(seen) < 20
    assert max(map(len, seen)) < 2_000


async def test_a_story_is_read_once_however_many_topics_told_of_it():
    database, now = Database.open("sqlite://"), datetime(2030, 5, 6, tzinfo=UTC)
    await upgrade(database)

    def tell(connection: Connection) -> list[int]:
        _, story = write_alert(connection, "Envoys meet", 1, Severity.HIGH, now)
        changes = [
            AlertChange(kind=AlertKind.NEW, topic=f"t{n}", watchlist="w", severity=Severity.LOW, score=1.0, evidence=())
            for n in range(20)
        ]
        return list(write_alerts(connection, story, 1, changes, now).values())

    told = await database.run(tell)
    asked: Counter[str] = Counter()
    event.listen(database.engine, "before_cursor_execute", lambda _1, _2, statement, *_: asked.update([statement]))
    read = await database.read(lambda connection: _alerts(connection, told))
    await database.close()
    assert len(read) == 20
    assert max(asked.values()) == 1
