"""Whatever a parser does in a worker, the program gets an answer, and soon."""

import asyncio
import os
import subprocess
import sys
import time

import pytest

from monitor.adapters.pooled.tasks import PRELOAD
from monitor.adapters.workers.pool import Cut, Size, Workers
from monitor.adapters.workers.threads import off_loop
from monitor.domain.failures import Failure, Reason
from tests.support import worker_tasks

QUICK = 0.5
UNDATED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Pier</title><item><title>Ferries</title>'
    b"<link>https://a.example/ferries</link><pubDate>yesterday, or so</pubDate></item></channel></rss>"
)
PAGE = (
    b"<html><body><article><h1>Ferries</h1>"
    + b"".join(
        b"<p>Ferry %d runs again from pier %d, the harbour office said after the storm.</p>" % (n, n * 7)
        for n in range(20)
    )
    + b"</article></body></html>"
)


@pytest.fixture
async def workers():
    workers = Workers(feeds=Size(workers=2, seconds=QUICK), pages=Size(workers=1, seconds=QUICK), preload=())
    await asyncio.gather(*(workers.feeds.run(worker_tasks.echo, 1) for _ in range(4)))
    yield workers
    await workers.close()


def alive(pid):
    return os.path.exists(f"/proc/{pid}")


async def test_a_result_comes_back(workers):
    assert await workers.run(workers.feeds, 1.0, worker_tasks.echo, {"a": b"\x00"}) == {"a": b"\x00"}


async def test_an_error_of_the_parser_is_a_failure_that_names_it(workers):
    assert await workers.feeds.run(worker_tasks.fail) == Failure(reason=Reason.UNREADABLE, detail="KeyError")


@pytest.mark.case(36, 65)
@pytest.mark.parametrize("task", [worker_tasks.hang_in_python, worker_tasks.hang_in_c])
async def test_a_hanging_parser_is_cut(workers, task):
    assert await workers.feeds.run(task) is Cut.TIME


@pytest.mark.case(65)
async def test_a_parser_that_eats_memory_is_cut(workers):
    assert await workers.feeds.run(worker_tasks.fill_memory, seconds=20.0) is Cut.MEMORY
    assert await workers.feeds.run(worker_tasks.abort) is Cut.MEMORY
    assert await workers.feeds.run(worker_tasks.echo, 2) == 2


async def test_a_parser_that_dies_is_an_answer(workers):
    assert await workers.feeds.run(worker_tasks.vanish) is Cut.DIED
    assert await workers.feeds.run(worker_tasks.echo, 3) == 3


async def test_after_the_quick_pool_the_patient_worker_has_a_limit_too(workers):
    outcome = await workers.run(workers.feeds, 0.5, worker_tasks.hang_in_c)
    assert outcome == Failure(reason=Reason.PARSER_LIMIT, detail="it took too long to read")


@pytest.mark.case(36)
async def test_hanging_parsers_in_every_worker_delay_others_no_longer_than_the_quick_limit(workers):
    hanging = [asyncio.create_task(workers.run(workers.feeds, 1.0, worker_tasks.hang_in_c)) for _ in range(2)]
    await asyncio.sleep(0.05)
    assert await workers.feeds.run(worker_tasks.echo, "other") == "other"
    assert all(not task.done() for task in hanging), "the others are served while the patient worker still waits"
    assert all(isinstance(outcome, Failure) for outcome in await asyncio.gather(*hanging))


async def test_a_pool_whose_workers_were_all_killed_is_replaced(workers):
    first = await workers.pages.run(worker_tasks.pid)
    os.kill(first, 9)
    await asyncio.sleep(0.3)
    assert await workers.run(workers.pages, 1.0, worker_tasks.echo, 4) == 4


async def test_workers_see_neither_the_main_module_nor_the_programs_libraries(workers):
    modules = await workers.feeds.run(worker_tasks.loaded)
    assert not {"pytest", "sqlalchemy", "numpy", "httpx"} & set(modules)


async def test_a_worker_that_waits_for_a_processor_is_not_cut(workers):
    """Asleep it uses none; a parser that really sleeps is cut later."""
    assert await workers.feeds.run(worker_tasks.sleep, 1.6 * QUICK) == "slept"


def test_the_fork_server_leaves_nothing_to_be_loaded_by_a_new_workers_first_feed_or_page():
    script = f"""
import importlib, sys
for name in {PRELOAD}:
    importlib.import_module(name)
from datetime import datetime, UTC
from monitor.adapters.pooled.tasks import extract_page, parse_feed
before = set(sys.modules)
for body in ({UNDATED}, {UNDATED.replace(b"</channel>", b"<x>&nbsp;")}):
    assert parse_feed(body, "https://a.example/", None, "", datetime.now(UTC)).entries
assert extract_page({PAGE}, "https://a.example/1", None, datetime.now(UTC)).body
print(sorted(set(sys.modules) - before))
"""
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"


async def test_a_worker_may_open_few_files(workers):
    assert await workers.feeds.run(worker_tasks.open_many) < 64


@pytest.mark.case(152)
async def test_a_dying_worker_may_leave_no_dump_of_its_memory(workers):
    assert await workers.feeds.run(worker_tasks.dump_limits) == (0, 0)
    assert await workers.pages.run(worker_tasks.dump_limits) == (0, 0)


async def test_no_worker_is_left_after_closing():
    workers = Workers(feeds=Size(workers=2, seconds=5), pages=Size(workers=1, seconds=5), preload=())
    pids = await asyncio.gather(*(workers.feeds.run(worker_tasks.pid) for _ in range(8)))
    hanging = asyncio.create_task(workers.feeds.run(worker_tasks.hang_in_c))
    await asyncio.sleep(0.1)
    await workers.close()
    await asyncio.gather(hanging, return_exceptions=True)
    for _ in range(50):
        if not any(map(alive, pids)):
            break
        await asyncio.sleep(0.05)
    assert not any(map(alive, pids))


async def test_what_runs_off_the_loop_does_not_hold_it_up():
    def slow(number):
        time.sleep(0.2)
        return number

    call, gaps = off_loop(slow, "slow"), []
    task = asyncio.gather(call(1), call(2))
    before = time.perf_counter()
    while not task.done():
        await asyncio.sleep(0.01)
        now = time.perf_counter()
        gaps.append(now - before)
        before = now
    assert await task == [1, 2]
    assert max(gaps) < 0.15
