"""What several processes on one store agree by: leases, host limits, the configuration in force, rows still due."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from monitor.domain.articles.article import Stage
from monitor.domain.catalog import Feed
from monitor.domain.status.overview import WorkerOverview
from storage.admin.daemon_lock import refuse_beside_daemon, take_lock
from storage.articles.store import SqlArticleStore
from storage.cluster.active_config import SqlAgreement
from storage.cluster.host_limits import SqlHostLimits
from storage.cluster.leases import SqlLeases
from storage.cluster.processes import SqlProcesses
from storage.feeds.store import SqlFeedStore
from storage.outbox.store import SqlOutbox
from storage.schema.library_tables import ForeignSchema, bring_up, is_up
from storage.sql.database import Database
from storage.sql.errors import StoreInUse
from storage.views.status import SqlStatus

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


async def test_a_turn_is_had_by_one_and_ends_by_itself(database: Database) -> None:
    leases = SqlLeases(database)
    await leases.prepare(["a", "b"], NOW)
    await leases.prepare(["a"], NOW + 60 * SECOND)
    assert await leases.take(["a", "b", "unknown"], NOW, hold=5 * SECOND) == {"a", "b"}
    assert not await leases.take(["a"], NOW + 4 * SECOND, hold=5 * SECOND)
    assert await leases.take(["a"], NOW + 5 * SECOND, hold=5 * SECOND) == {"a"}, "its holder may have died"


async def test_a_turn_given_back_rests_as_long_as_the_next_wants(database: Database) -> None:
    leases = SqlLeases(database)
    await leases.prepare(["a"], NOW - 60 * SECOND)
    await leases.take(["a"], NOW, hold=5 * SECOND)
    assert await leases.completed(["a"]) == {}
    await leases.done(["a"], NOW + SECOND)
    assert await leases.completed(["a"]) == {"a": NOW + SECOND}
    assert not await leases.take(["a"], NOW + SECOND, hold=5 * SECOND, rest=2 * SECOND)
    assert await leases.take(["a"], NOW + SECOND, hold=5 * SECOND) == {"a"}


async def test_of_many_that_want_a_turn_at_once_one_gets_it(database: Database) -> None:
    leases = SqlLeases(database)
    await leases.prepare(["a"], NOW)
    taken = await asyncio.gather(*(leases.take(["a"], NOW, hold=SECOND) for _ in range(8)))
    assert sum(map(len, taken)) == 1


MANNERS = {"concurrency": 2, "pause": timedelta(0), "lease": 30 * SECOND}


async def test_a_host_has_so_many_requests_at_once_over_all_processes(database: Database) -> None:
    limits = SqlHostLimits(database)
    first, second = [await limits.enter("h", NOW, **MANNERS) for _ in range(2)]
    assert isinstance(first, datetime)
    assert isinstance(second, datetime)
    assert await limits.enter("h", NOW, **MANNERS) == timedelta(0)
    assert isinstance(await limits.enter("other", NOW, **MANNERS), datetime)
    await limits.leave("h", first)
    assert isinstance(await limits.enter("h", NOW, **MANNERS), datetime)


async def test_a_request_whose_process_died_ends_with_its_lease(database: Database) -> None:
    limits = SqlHostLimits(database)
    for _ in range(2):
        await limits.enter("h", NOW, **MANNERS)
    assert isinstance(await limits.enter("h", NOW + 29 * SECOND, **MANNERS), timedelta)
    assert isinstance(await limits.enter("h", NOW + 30 * SECOND, **MANNERS), datetime)


async def test_requests_to_a_host_are_spaced_and_the_wait_is_told(database: Database) -> None:
    limits = SqlHostLimits(database)
    spaced = {"concurrency": 2, "pause": 3 * SECOND, "lease": 30 * SECOND}
    assert isinstance(await limits.enter("h", NOW, **spaced), datetime)
    assert await limits.enter("h", NOW + SECOND, **spaced) == 2 * SECOND
    assert isinstance(await limits.enter("h", NOW + 3 * SECOND, **spaced), datetime)
    assert await limits.forget(NOW) == 0
    assert await limits.forget(NOW + timedelta(days=2)) == 1


async def test_many_processes_at_one_host_never_exceed_its_manners(database: Database) -> None:
    limits = SqlHostLimits(database)
    answers = await asyncio.gather(*(limits.enter("h", NOW, **MANNERS) for _ in range(10)))
    assert sum(isinstance(answer, datetime) for answer in answers) == 2


def process(name: str, revision: str, seen_at: datetime = NOW) -> WorkerOverview:
    return WorkerOverview(name=name, version="1", started_at=NOW, seen_at=seen_at, revision=revision)


async def test_the_configuration_in_force_is_held_by_those_alive_who_use_it(database: Database) -> None:
    agreement, processes = SqlAgreement(database), SqlProcesses(database)
    assert await agreement.read("me", NOW) is None
    await agreement.put("r1", "other", NOW)
    await processes.report(process("other", "r1"))
    await processes.report(process("me", "r2"))
    held = await agreement.read("me", NOW)
    assert held is not None
    assert (held.revision, held.by, held.held) == ("r1", "other", True)
    gone = await agreement.read("me", NOW + SECOND)
    assert gone is not None
    assert not gone.held
    await agreement.put("r2", "me", NOW)
    own = await agreement.read("me", NOW)
    assert own is not None
    assert not own.held, "one's own use does not count"


async def test_the_living_and_the_recovered_are_counted(database: Database) -> None:
    processes = SqlProcesses(database)
    for name, seen in (("a", NOW), ("b", NOW - 40 * SECOND)):
        await processes.report(process(name, "r", seen))
    assert await processes.count_alive(NOW - 30 * SECOND) == 1
    await processes.count_recovered(2)
    await processes.count_recovered(3)
    assert (await SqlStatus(database).overview(NOW)).recovered == 5


async def test_only_rows_still_due_are_read_for_a_job(database: Database) -> None:
    feeds, articles, outbox = SqlFeedStore(database), SqlArticleStore(database), SqlOutbox(database)
    await feeds.sync([Feed(key="a", url="https://a.example/feed"), Feed(key="b", url="https://b.example/feed")], NOW)
    assert {row.feed.key for row in await feeds.still_due(["a", "b", "gone"], NOW)} == {"a", "b"}
    assert not await feeds.still_due(["a"], NOW - SECOND)
    assert not await articles.still_due(Stage.EXTRACT, [1, 2], NOW)
    assert not await articles.due_ids(Stage.EXTRACT, NOW, 5, ())
    assert not await outbox.still_due([1], NOW)


FOREIGN = ForeignSchema(
    table="foreign_things",
    whole="CREATE TABLE foreign_things (a int); CREATE TABLE foreign_more (note text DEFAULT '100%')",
    steps={"01": "ALTER TABLE foreign_things ADD COLUMN b int", "02": "ALTER TABLE foreign_things ADD COLUMN c int"},
)


@pytest.mark.postgres
async def test_a_librarys_tables_are_made_once_and_renewed_by_what_is_missing(postgres_database: Database) -> None:
    assert not await is_up(postgres_database, FOREIGN)
    made = await asyncio.gather(*(bring_up(postgres_database, FOREIGN) for _ in range(3)))
    assert sorted(made, key=str) == ["02", None, None]
    assert await is_up(postgres_database, FOREIGN)
    later = ForeignSchema(table=FOREIGN.table, whole="", steps={**FOREIGN.steps, "03": "DROP TABLE foreign_more"})
    assert not await is_up(postgres_database, later)
    assert await bring_up(postgres_database, later) == "03"
    assert await is_up(postgres_database, FOREIGN), "newer tables serve the older program, too"
    assert not await postgres_database.read(lambda c: c.execute(text("SELECT to_regclass('foreign_more')")).scalar())


@pytest.mark.postgres
async def test_a_cluster_does_not_start_beside_a_local_daemon(postgres_database: Database) -> None:
    lock = await asyncio.to_thread(take_lock, postgres_database)
    with pytest.raises(StoreInUse, match="local engine"):
        await refuse_beside_daemon(postgres_database)
    lock.release()
    async with asyncio.timeout(10):
        while await is_refused(postgres_database):  # the server takes a moment to notice
            await asyncio.sleep(0.02)


async def is_refused(database: Database) -> bool:
    try:
        await refuse_beside_daemon(database)
    except StoreInUse:
        return True
    return False
