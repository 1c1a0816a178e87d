"""Units of work that share a transaction: none waits longer for it, and none falls with another."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, select

from storage.schema.content import meta
from storage.sql.batching import HEAVIEST, MOST, in_transactions
from storage.sql.database import Database
from storage.sql.errors import StoreRefused, StoreUnavailable


class Writer:
    """Writes a row for each item, and remembers which came together."""

    def __init__(self, database: Database) -> None:
        self.together: list[list[str]] = []
        self.undone: list[list[str]] = []
        self.gone = False
        self.gathered = in_transactions(database, self._write, undo=lambda items: self.undone.append(list(items)))

    def _write(self, connection: Connection, items: Sequence[str]) -> list[str]:
        self.together.append(list(items))
        if self.gone:
            raise StoreUnavailable("gone for a moment")
        connection.execute(meta.insert(), [{"key": item, "value": len(items)} for item in items])
        if "faulty" in items:
            raise LookupError("a fault of the program")
        return [item.upper() for item in items]


async def written(database: Database) -> set[str]:
    rows = await database.read(lambda c: c.scalars(select(meta.c.key)).all())
    return set(rows)


async def test_what_comes_meanwhile_shares_the_next_transaction(database: Database) -> None:
    writer = Writer(database)
    items = [f"item {number}" for number in range(2 * MOST)]
    assert await asyncio.gather(*(writer.gathered.do(item) for item in items)) == [item.upper() for item in items]
    assert len(writer.together) == 2
    assert await written(database) >= set(items)


async def test_heavy_ones_do_not_share_a_transaction(database: Database) -> None:
    together: list[int] = []

    def note(_: Connection, weights: Sequence[int]) -> Sequence[int]:
        together.append(len(weights))
        return weights

    gathered = in_transactions(database, note, weight=lambda weight: weight)
    weights = (1, HEAVIEST - 2, 1, 1, HEAVIEST, 2 * HEAVIEST, 1)
    assert await asyncio.gather(*map(gathered.do, weights)) == list(weights)
    assert together == [3, 1, 1, 1, 1]


async def test_what_only_reads_is_told_what_was_committed(database: Database) -> None:
    writer = Writer(database)
    await writer.gathered.do("read later")
    questions = in_transactions(
        database,
        lambda c, keys: [c.scalar(select(meta.c.value).where(meta.c.key == key)) for key in keys],
        reading=True,
    )
    assert await asyncio.gather(questions.do("read later"), questions.do("never written")) == [1, None]


async def test_one_that_fails_falls_alone(database: Database) -> None:
    writer = Writer(database)
    before = await written(database)
    results = await asyncio.gather(
        *(writer.gathered.do(item) for item in ("one", "faulty", "two", "two")), return_exceptions=True
    )
    assert results[0] == "ONE"
    assert isinstance(results[1], LookupError)
    assert results[2] == "TWO"
    assert isinstance(results[3], StoreRefused)
    assert await written(database) - before == {"one", "two"}
    assert writer.undone == [["one", "faulty", "two", "two"], ["faulty"], ["two"]]


async def test_an_outage_is_everybodys(database: Database) -> None:
    writer = Writer(database)
    writer.gone = True
    results = await asyncio.gather(*(writer.gathered.do(item) for item in ("one", "two")), return_exceptions=True)
    assert [type(result) for result in results] == [StoreUnavailable] * 2
    assert len(writer.together) == 1, "a database that is gone is not asked again for each"
    writer.gone = False
    assert await writer.gathered.do("one") == "ONE"


async def test_nothing_is_done_for_those_who_have_gone(database: Database) -> None:
    writer = Writer(database)
    leaving = asyncio.create_task(writer.gathered.do("leaving"))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await writer.gathered.do("staying") == "STAYING"
    assert "leaving" not in await written(database)


async def test_what_goes_between_transactions_waits_for_the_one_that_runs(database: Database) -> None:
    writer, seen = Writer(database), list[int]()
    writer.gathered.between(lambda: seen.append(len(writer.together)))
    assert seen == [0], "nothing runs: at once"
    first = asyncio.create_task(writer.gathered.do("first"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second = asyncio.create_task(writer.gathered.do("second"))
    writer.gathered.between(lambda: seen.append(len(writer.together)))
    assert len(seen) == 1
    await asyncio.gather(first, second)
    assert seen == [0, 1]
    assert writer.together == [["first"], ["second"]]
