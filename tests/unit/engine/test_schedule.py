"""The schedule of periodic jobs: a clock that jumps stops nothing, and daily jobs keep to their zone."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from apscheduler.triggers.cron import CronTrigger

from monitor.app.daemon import RETENTION_AT
from monitor.engine.periodic import Daily, PeriodicJob
from monitor.engine.schedule import Schedule

TWO_DAYS = timedelta(days=2)


@pytest.mark.parametrize("back", [timedelta(seconds=100), TWO_DAYS])
async def test_a_clock_set_back_is_noticed_and_everything_begins_anew(
    back: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    ran, steps = [], []

    async def job() -> None:
        ran.append(1)

    async def stepped(seconds: float) -> None:
        steps.append(seconds)

    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        schedule = Schedule(
            [PeriodicJob(name="tick", when=timedelta(milliseconds=200), run=job)], clock_stepped=stepped
        )
        schedule.start()
        await asyncio.sleep(0.5)
        assert ran
        traveller.shift(-back)
        await asyncio.sleep(1.3)
        before = len(ran)
        await asyncio.sleep(0.6)
        assert len(ran) >= before + 2, "it stood still until the old time came round again"
        await schedule.stop()
    assert [round(seconds) for seconds in steps] == [-back.total_seconds()]
    assert "the machine's clock was set back by" in caplog.text


async def test_a_daily_job_runs_once_after_the_start_and_never_beside_itself() -> None:
    ran = []

    async def job() -> None:
        ran.append(1)
        await asyncio.sleep(0.3)

    daily = Daily(at=time(4, 30), zone="Europe/Berlin", after_start=timedelta(milliseconds=50))
    schedule = Schedule([PeriodicJob(name="retention", when=daily, run=job)])
    schedule.start()
    await asyncio.sleep(0.5)
    await schedule.stop()
    assert ran == [1]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"])
def test_the_hour_of_retention_comes_once_a_day_also_when_clocks_change(zone: str) -> None:
    trigger = CronTrigger(hour=RETENTION_AT.hour, minute=RETENTION_AT.minute, timezone=zone)
    moment, days = datetime(2026, 1, 1, tzinfo=UTC), []
    for _ in range(365):
        fired = trigger.get_next_fire_time(None, moment)
        days.append(fired.date())
        moment = fired + timedelta(seconds=1)
    assert len(set(days)) == 365
    assert days[-1] - days[0] == timedelta(days=364)
