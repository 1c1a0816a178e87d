"""However many alerts a message carries, few different statements are prepared: each is kept, with its memory."""

from sqlalchemy import event

from storage.database import Database
from storage.telling import _alerts
from storage.upgrade import upgrade


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
