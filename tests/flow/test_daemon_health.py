"""Alive, ready and the status page of a real daemon: while it works, while its store is locked, and after its stop."""

import asyncio
import sqlite3
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.fake_slack import FakeSlack
from tests.support.news_server import outlets
from tests.support.newsroom import Newsroom
from tests.support.web_pages import pages_of


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with FakeSlack() as slack:
        with outlets("Harbour Wire") as papers:
            newsroom = Newsroom(tmp_path, papers, slack)
            newsroom.write()
            yield newsroom


async def asked(address: str, path: str) -> tuple[int, str]:
    def get() -> tuple[int, str]:
        try:
            with urllib.request.urlopen(address.rstrip("/") + path) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    return await asyncio.to_thread(get)


@pytest.mark.case(144, 102)
async def test_a_locked_store_makes_the_daemon_unready_but_neither_dead_nor_silent(newsroom: Newsroom) -> None:
    async with newsroom.daemon() as daemon, pages_of(daemon) as address:
        assert [(await asked(address, path))[0] for path in ("/healthz", "/readyz", "/")] == [200, 200, 200], "starting"
        running = asyncio.create_task(daemon.run())
        await asyncio.sleep(0.5)
        other = sqlite3.connect(newsroom.folder / "store.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        unready = asyncio.create_task(asked(address, "/readyz"))
        await asyncio.sleep(0.2)
        alive, page, metrics = [await asked(address, path) for path in ("/healthz", "/", "/metrics")]
        assert not unready.done(), "the others answered while this one still waited for the lock"
        status, body = await unready
        other.close()
        assert (alive[0], page[0], metrics[0], status) == (200, 200, 200, 503)
        assert "Nothing has been polled yet" in page[1]
        assert "problems" in body
        assert "Traceback" not in body
        assert (await asked(address, "/readyz"))[0] == 200
        daemon.stop()
        await running


@pytest.mark.case(144)
async def test_health_is_told_until_the_last_step_has_ended_and_not_after(newsroom: Newsroom) -> None:
    async with newsroom.daemon() as daemon, pages_of(daemon) as address:
        running = asyncio.create_task(daemon.run())
        await asyncio.sleep(0.3)
        daemon.stop()
        assert [(await asked(address, path))[0] for path in ("/healthz", "/readyz")] == [200, 503]
        await running
    with pytest.raises(urllib.error.URLError):
        await asked(address, "/healthz")
