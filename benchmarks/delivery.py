"""How soon an alert is in Slack, and whether a backlog drains at the rate Slack allows.

    python benchmarks/delivery.py [--alerts 60] [--backlog 5000]

The outbox is a SQLite file, the deliver step runs in the engine's own runner, and a fake Slack answers from a process
of its own. *Latency* is from the commit of the alert to Slack's acceptance, one alert at a time. *Backlog* gives a
channel so many waiting alerts and a time between messages of 50 ms instead of Slack's second, so that the outbox has to
keep up with twenty times the real rate; what counts is the share of that rate it reaches.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from monitor.adapters.slack.client import SlackCalls
from monitor.adapters.slack.notifier import SlackNotifier
from monitor.app.runtime.clock import SystemClock
from monitor.domain.alerts.alert import AlertChange, AlertKind, DeliveryKind, NewDelivery
from monitor.domain.catalog import Catalog, Channel, Receiver, Severity, Topic, Watchlist
from monitor.domain.delivery.attempt import DueDelivery, Rules
from monitor.engine.runner import StepRunner
from monitor.engine.spec import StepSpec
from monitor.steps.deliver import Deliver
from storage.outbox.add import add_deliveries
from storage.outbox.store import SqlOutbox
from storage.schema.content import articles, stories
from storage.schema.upgrade import upgrade
from storage.sql.database import Database
from storage.stories.alerts import write_alerts
from tests.support.fake_slack import BOT_TOKEN

DESK = Receiver(name="desk", channel=Channel.SLACK, address="#desk", break_through=Severity.LOW)
TOPIC = Topic(key="talks", watchlist="w", title="Talks", query="talks", severity=Severity.HIGH)
CATALOG = Catalog(revision="r", receivers=(DESK,), watchlists=(Watchlist(name="w", file="w", topics=(TOPIC,)),))


class Fixed:
    """A catalog that stays."""

    def current(self) -> Catalog:
        """Return the only catalog."""
        return CATALOG


async def write(database: Database, numbers: range) -> None:
    """Stories with an alert each, and their deliveries, in one transaction."""
    now = SystemClock().now()

    def work(connection) -> None:
        for number in numbers:
            story = connection.execute(
                stories.insert().values(title=f"Story {number}", first_seen=now, last_seen=now).returning(stories.c.id)
            ).scalar_one()
            article = {
                "url": f"https://herald.example/{number}",
                "outlet": "herald.example",
                "origin": "herald.example",
                "feed_key": "herald",
                "title": f"Story {number}",
                "summary": "",
                "author": "",
                "tags": [],
                "first_seen": now,
                "baseline": False,
                "stage": "done",
                "attempt": 0,
                "revision": 0,
                "story_id": story,
            }
            article_id = connection.execute(articles.insert().values(article).returning(articles.c.id)).scalar_one()
            change = AlertChange(
                kind=AlertKind.NEW, topic="talks", watchlist="w", severity=Severity.HIGH, score=1.0, evidence=()
            )
            alert_ids = write_alerts(connection, story, article_id, [change], now)
            delivery = NewDelivery(
                receiver="desk", kind=DeliveryKind.ALERT, group_key=f"alert:{story}:talks", due=now, topics=("talks",)
            )
            add_deliveries(connection, [delivery], alert_ids, now)

    await database.run(work)


@asynccontextmanager
async def slack(port: int) -> AsyncIterator[str]:
    """Start a fake Slack without limits in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.fake_slack", "--port", str(port), "--channels", "desk", "--unlimited"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[1]
    finally:
        process.terminate()
        process.wait()


@asynccontextmanager
async def running(
    database: Database, api_url: str, rules: Rules
) -> AsyncIterator[tuple[StepRunner[DueDelivery, int], list[float]]]:
    """Run the deliver step; hand out the moments at which Slack had accepted."""
    accepted: list[float] = []
    calls = SlackCalls(timeout=rules.timeout, api_url=api_url)
    inner = SlackNotifier(token=lambda: BOT_TOKEN, calls=calls, clock=SystemClock())

    class Timed:
        """Notes when a post was accepted."""

        async def post(self, *args, **kwargs):
            outcome = await inner.post(*args, **kwargs)
            accepted.append(time.perf_counter())
            return outcome

    step = Deliver(
        outbox=SqlOutbox(database),
        notifiers={Channel.SLACK: Timed()},
        catalogs=Fixed(),
        clock=SystemClock(),
        rules=rules,
    )

    spec = StepSpec(name="deliver", step=step, concurrency=16)
    runner = StepRunner(spec=spec, trigger=lambda names: None)
    task = asyncio.create_task(runner.run())
    try:
        yield runner, accepted
    finally:
        await runner.stop(5)
        await task


async def latency(folder: Path, api_url: str, count: int) -> list[float]:
    """Seconds from commit to acceptance, one alert at a time."""
    database = Database.open(f"sqlite:///{folder}/latency.db")
    await upgrade(database)
    took = []
    async with running(database, api_url, Rules(spacing=timedelta(milliseconds=1))) as (runner, accepted):
        for number in range(count):
            await write(database, range(number, number + 1))
            began = time.perf_counter()
            runner.wake()
            while len(accepted) <= number:
                await asyncio.sleep(0.001)
            took.append(accepted[-1] - began)
            await asyncio.sleep(0.05)
    await database.close()
    return took


async def backlog(folder: Path, api_url: str, count: int, spacing: float, seconds: float) -> float:
    """Return the share of the allowed rate at which `count` waiting messages leave."""
    database = Database.open(f"sqlite:///{folder}/backlog-{spacing}.db")
    await upgrade(database)
    for start in range(0, count, 500):
        await write(database, range(start, min(count, start + 500)))
    async with running(database, api_url, Rules(spacing=timedelta(seconds=spacing))) as (runner, accepted):
        runner.wake()
        while len(accepted) < 5:
            await asyncio.sleep(0.01)
        begun = len(accepted)
        await asyncio.sleep(seconds)
        rate = (len(accepted) - begun) / (accepted[-1] - accepted[begun - 1])
    await database.close()
    return rate * spacing


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, default=60)
    parser.add_argument("--backlog", type=int, default=5_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        async with slack(8977) as api_url:
            took = sorted(await latency(Path(name), api_url, arguments.alerts))
            p95 = took[int(len(took) * 0.95)]
            median = statistics.median(took)
            print(f"commit to Slack's acceptance, idle: median {median * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")
            for spacing in (1.0, 0.1):
                share = await backlog(Path(name), api_url, arguments.backlog, spacing, 30)
                print(
                    f"backlog of {arguments.backlog}, one message each {spacing:g} s: {share:.0%} of the allowed rate"
                )


if __name__ == "__main__":
    asyncio.run(main())
