"""Days of running and a great load, each in two lengths."""

from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import func, select

from storage.schema.content import articles
from tests.torture import share
from tests.torture.long_run import LongRun, Sample, long_run
from tests.torture.outside import SHOWN, matches, newest

TEN_MINUTES = 600


def slope(samples: list[Sample]) -> float:
    """Megabytes a sample, by least squares."""
    middle = (len(samples) - 1) / 2
    mean = sum(one.memory for one in samples) / len(samples)
    rise = sum((at - middle) * (one.memory - mean) for at, one in enumerate(samples))
    return rise / sum((at - middle) ** 2 for at in range(len(samples)))


async def counted(run: LongRun) -> tuple[int, int]:
    """Articles placed in a story, and articles still waiting."""
    placed = select(func.count()).where(articles.c.story_id.is_not(None))
    waiting = select(func.count()).where(articles.c.due.is_not(None))
    scalar = run.daemon.database.read
    return await scalar(lambda c: c.execute(placed).scalar_one()), await scalar(
        lambda c: c.execute(waiting).scalar_one()
    )


def expected(feeds: int, hour: int, a_day: int) -> int:
    """Entries about a topic, after the first poll, which found none."""
    return sum(matches(feed, number) for feed in range(feeds) for number in range(newest(feed, hour, a_day) + 1))


async def soak(folder: Path, *, feeds: int, hours: int, a_day: int) -> list[Sample]:
    """Run for so many hours, so many entries a feed and day; what was held at the end of each hour."""
    async with long_run(folder, feeds, topics=10, a_day=a_day) as run:
        for hour in range(-1, hours):
            told = await run.hour(hour)
        entries = sum(newest(feed, hours - 1, a_day) + 1 for feed in range(feeds))
        assert await counted(run) == (entries, 0)
        assert told == expected(feeds, hours - 1, a_day)
        return run.samples


def grows(samples: list[Sample], what: str) -> float:
    """How much more there mostly is in the second half than there was in the first, the start left aside. For a moment
    there may be some more: a worker is replaced, a connection is about to be closed."""
    held = [getattr(one, what) for one in samples[2:]]
    return median(held[len(held) // 2 :]) - median(held[: len(held) // 2])


@pytest.mark.case(148)
async def test_hours_leave_no_more_files_and_threads_than_half_of_them(tmp_path: Path) -> None:
    samples = await soak(tmp_path, feeds=4, hours=16, a_day=24)
    assert grows(samples, "threads") <= 1
    assert grows(samples, "files") <= 1


@pytest.mark.torture
@pytest.mark.case(148)
async def test_three_days_of_a_thousand_feeds_grow_nothing(tmp_path: Path, figure) -> None:
    feeds = share(1_000)
    samples = await soak(tmp_path, feeds=feeds, hours=72, a_day=10)
    settled = samples[len(samples) // 3 :]
    figure(
        f"72 h of {feeds:,} feeds with ten entries a day: {slope(settled):+.2f} MB/h at {settled[-1].memory:.0f} MB, "
        f"{grows(samples, 'files'):+.0f} files, {grows(samples, 'threads'):+.0f} threads"
    )
    assert slope(settled) <= 1
    assert grows(samples, "files") <= 5
    assert grows(samples, "threads") <= 5


async def load(folder: Path, *, feeds: int, topics: int) -> tuple[float, float]:
    """Every feed brings ten entries in the same moment: CPU seconds until all is told, megabytes at the end."""
    async with long_run(folder, feeds, topics, a_day=24) as run:
        await run.hour(-1)
        told = await run.hour(SHOWN - 1)
        assert await counted(run) == (feeds * SHOWN, 0)
        assert told <= expected(feeds, SHOWN - 1, 24)
        before, after = run.samples
        return after.cpu - before.cpu, after.memory


@pytest.mark.case(149)
async def test_all_feeds_at_once_are_worked_off(tmp_path: Path) -> None:
    await load(tmp_path, feeds=40, topics=20)


@pytest.mark.torture
@pytest.mark.case(149)
async def test_two_thousand_feeds_with_twenty_thousand_entries_take_less_than_one_processor(
    tmp_path: Path, figure
) -> None:
    feeds = share(2_000)
    cpu, memory = await load(tmp_path, feeds=feeds, topics=200)
    figure(
        f"{feeds:,} feeds, {feeds * SHOWN:,} entries (a quarter with pages), 200 topics, all in one moment: "
        f"{cpu:.0f} s of CPU ({cpu / TEN_MINUTES * 2_000 / feeds:.2f} processors at 2,000 feeds in ten minutes), "
        f"{memory:.0f} MB"
    )
    assert cpu <= TEN_MINUTES * feeds / 2_000
