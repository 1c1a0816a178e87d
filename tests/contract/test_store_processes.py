"""Signs of life and notices, on both databases."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from monitor.domain.alerts.alert import DeliveryKind, NewDelivery
from monitor.domain.status.overview import WorkerOverview
from storage.cluster.processes import SqlProcesses
from storage.outbox.notices import SqlNotices
from storage.schema.outbox import deliveries
from storage.sql.database import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def worker(name: str, seen_at: datetime = NOW, **more: object) -> WorkerOverview:
    return WorkerOverview(name=name, version="1", started_at=NOW, seen_at=seen_at, revision="abc", **more)  # type: ignore[arg-type]


async def test_a_process_reports_and_is_forgotten_after_a_day(database: Database) -> None:
    processes = SqlProcesses(database)
    await processes.report(worker("a", checked_at={"poll": NOW}, problems=("topics.yml:3:1: what?",)))
    await processes.report(worker("b"))
    await processes.report(worker("a", NOW + timedelta(seconds=10), checked_at={"poll": NOW}))
    a, b = await processes.all()
    assert (a.name, a.seen_at, a.checked_at, a.problems) == ("a", NOW + timedelta(seconds=10), {"poll": NOW}, ())
    await processes.report(worker("a", NOW + timedelta(days=2)))
    assert [w.name for w in await processes.all()] == ["a"]
    await processes.end("a")
    assert await processes.all() == ()
    assert b.name == "b"


async def test_a_notice_becomes_one_delivery(database: Database) -> None:
    told = NewDelivery(receiver="admin", kind=DeliveryKind.NOTICE, group_key="notice:x", due=NOW, text="trouble")
    notices = SqlNotices(database)
    await notices.tell([told], NOW)
    await notices.tell([], NOW)
    rows = await database.read(lambda connection: connection.execute(select(deliveries)).all())
    assert [(row.receiver, row.text, row.state) for row in rows] == [("admin", "trouble", "pending")]
