"""The event loop waits for nobody: long texts, many edits and heavy topics leave it free for everything else."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.fake_slack import FakeSlack
from tests.support.news_server import outlets
from tests.support.newsroom import Newsroom

LONGEST_GAP = 0.25
"""Seconds: what `/healthz`, another feed's alert and SIGTERM may wait for."""


@asynccontextmanager
async def longest_gap(found: list[float]) -> AsyncIterator[None]:
    """Measure how late a task that sleeps for 5 ms wakes."""

    async def measure() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            found.append(time.perf_counter() - before)

    measuring = asyncio.create_task(measure())
    try:
        yield
    finally:
        measuring.cancel()


def prose(seed: int, length: int) -> str:
    """Invented words in sentences, some of them terms of the topics."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("abcdefghijklmnoprstuvwz", k=rng.randint(2, 9))) for _ in range(2_000)]
    words += ["tariff", "steel", "ferry", "collision", "lathes"]
    said, text = 0, []
    while said < length:
        sentence = " ".join(rng.choices(words, k=12)).capitalize() + "."
        text.append(sentence)
        said += len(sentence) + 1
    return " ".join(text)[:length]


@pytest.fixture
async def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Newsroom]:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-test")
    with outlets(1) as sites:
        async with FakeSlack() as slack:
            slack.workspace.add_channel("desk")
            yield Newsroom(tmp_path, sites, slack)


async def test_long_entries_and_their_edits_leave_the_loop_free(newsroom: Newsroom) -> None:
    site = newsroom.outlets[0]
    newsroom.settings["poll"]["backfill"] = "all"
    newsroom.topics |= {
        f"heavy-{n}": {"title": f"Heavy {n}", "severity": "low", "query": f'steel NEAR/40 "tariff" OR word{n}*'}
        for n in range(40)
    }
    for number in range(20):
        site.publish(f"long-{number}", f"Report {number}", prose(number, 195_000), summary="A summary.")
    newsroom.write()
    gaps: list[float] = []
    async with newsroom.daemon() as daemon, longest_gap(gaps):
        await daemon.run_once()
        for number, item in enumerate(site.items[:16]):
            item.text = prose(100 + number, 8_000)
            item.summary = "Another summary, so that the page is read again."
        await daemon.run_once()
    assert max(gaps) < LONGEST_GAP
