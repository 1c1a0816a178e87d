"""The limits of readers processes that wirewatch.yml sets take effect."""

import asyncio

from monitor.adapters.workers.pool import Cut, Size, Workers
from monitor.app.readers import open_readers
from monitor.app.runtime.clock import SystemClock
from monitor.config.models.settings import Settings
from monitor.domain.failures import Failure, Reason
from tests.support import worker_tasks
from tests.support.feed_documents import item, rss

HANGS = rss(item(1, extra="<x " + " ".join(f'a{n}="1"' for n in range(40_000)) + ">"))
LARGE = rss("".join(item(n, extra=f"<category>{'ferry ' * 100}</category>") for n in range(20_000)))


async def read_feed(readers, document):
    return await readers.parser.parse(document.encode(), url="https://h.example/f", charset=None, media_type="")


async def test_a_feed_is_given_up_after_the_time_set():
    settings = Settings.model_validate({"workers": 1, "limits": {"feed_time": "1s"}})
    async with open_readers(settings, SystemClock()) as readers, asyncio.timeout(12):
        outcome = await read_feed(readers, HANGS)
    assert outcome == Failure(reason=Reason.PARSER_LIMIT, detail="it took too long to read")


async def test_no_worker_takes_more_memory_than_is_set():
    settings = Settings.model_validate({"workers": 1, "limits": {"worker_memory": "128MB"}})
    async with open_readers(settings, SystemClock()) as readers:
        feed = await read_feed(readers, LARGE)
    assert feed == Failure(reason=Reason.PARSER_LIMIT, detail="it needed too much memory to read")


async def test_a_worker_is_renewed_after_the_tasks_set():
    size = Size(workers=1, seconds=5.0, tasks=2)
    workers = Workers(feeds=size, pages=size, preload=())
    pids = [await workers.feeds.run(worker_tasks.pid) for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert await workers.feeds.run(worker_tasks.fill_memory) is Cut.MEMORY
    await workers.close()
