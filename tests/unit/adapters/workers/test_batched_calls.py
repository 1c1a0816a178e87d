"""Small tasks share the way to a worker, and nothing else."""

import asyncio

import pytest

from monitor.adapters.workers.batching import LARGEST, MOST, BatchedCalls
from monitor.adapters.workers.pool import Size, Workers
from monitor.domain.failures import Failure, Reason
from tests.support import worker_tasks

QUICK = 0.5


@pytest.fixture
async def workers():
    workers = Workers(feeds=Size(workers=1, seconds=QUICK), pages=Size(workers=1, seconds=QUICK), preload=())
    await workers.feeds.run(worker_tasks.echo, 1)
    yield workers
    await workers.close()


def together(workers, function=worker_tasks.act, size=lambda task: 1):
    return BatchedCalls(workers, workers.feeds, 1.0, function, size)


def handed_over(workers, monkeypatch):
    """How many tasks went over at a time."""
    counts, run = [], workers.feeds.run

    async def counted(function, *arguments, **more):
        counts.append(1 if function is worker_tasks.act else len(arguments[1]))
        return await run(function, *arguments, **more)

    monkeypatch.setattr(workers.feeds, "run", counted)
    return counts


async def test_what_comes_while_the_workers_are_busy_goes_over_together(workers, monkeypatch):
    counts = handed_over(workers, monkeypatch)
    shared = together(workers)
    many = 2 * MOST + 3
    assert await asyncio.gather(*(shared.do("echo", n) for n in range(many))) == list(range(many))
    assert (sum(counts), max(counts)) == (many, MOST)
    assert await shared.do("echo", "later") == "later"
    assert counts[-1] == 1


async def test_large_ones_go_over_alone(workers, monkeypatch):
    counts = handed_over(workers, monkeypatch)
    shared = together(workers, size=lambda task: task[1])
    sizes = [1, 1, LARGEST + 1, LARGEST - 1, 1, 1, LARGEST]
    assert await asyncio.gather(*(shared.do("echo", size) for size in sizes)) == sizes
    assert sum(counts) == len(sizes)
    assert max(counts) <= 2


@pytest.mark.case(36, 65)
@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ("fail", Failure(reason=Reason.UNREADABLE, detail="KeyError")),
        ("vanish", Failure(reason=Reason.PARSER_LIMIT, detail="the reader died on it")),
        ("hang_in_c", Failure(reason=Reason.PARSER_LIMIT, detail="it took too long to read")),
    ],
)
async def test_one_that_fails_falls_alone(workers, fault, failure):
    shared = together(workers)
    acts = ["echo", "echo", "echo", fault, "echo", "echo"]
    outcomes = await asyncio.gather(*(shared.do(act, n) for n, act in enumerate(acts)))
    assert outcomes == [0, 1, 2, failure, 4, 5]


@pytest.mark.case(36)
async def test_nobody_else_waits_for_the_patient_worker(workers):
    shared = together(workers)
    hanging = [asyncio.create_task(shared.do("hang_in_c", n)) for n in range(3)]
    assert await shared.do("echo", "other") == "other"
    assert not all(task.done() for task in hanging), "the others are served while the patient worker still waits"
    assert all(isinstance(outcome, Failure) for outcome in await asyncio.gather(*hanging))


async def test_what_nobody_waits_for_any_more_is_not_handed_over(workers, monkeypatch):
    shared = together(workers)
    counts = handed_over(workers, monkeypatch)
    tasks = [asyncio.create_task(shared.do("echo", n)) for n in range(6)]
    await asyncio.sleep(0)
    for task in tasks[3:]:
        task.cancel()
    assert await asyncio.gather(*tasks[:3]) == [0, 1, 2]
    assert sum(counts) == 3
