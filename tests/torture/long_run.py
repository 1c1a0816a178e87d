"""A whole daemon over many feeds, hour by hour, with what it costs."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy.pool import QueuePool

from monitor.app.configuration import opened
from monitor.app.daemon import Daemon, open_daemon
from tests.support.fake_slack import BOT_TOKEN
from tests.torture.outside import CHANNELS

HOUR = timedelta(hours=1)


class AheadClock:
    """The time, and some hours more."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        """As a Clock."""
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, slots=True)
class Sample:
    """What the daemon and its workers hold: megabytes, open files, threads, and seconds of CPU so far."""

    memory: float
    files: int
    threads: int
    cpu: float


def sample() -> Sample:
    """This process and its children, but for the world outside."""
    own = psutil.Process()
    family = [own, *(child for child in own.children(recursive=True) if "tests.torture.outside" not in child.cmdline())]
    memory = sum(process.memory_info().rss for process in family) / 1e6
    cpu = sum(sum(process.cpu_times()[:2]) for process in family)
    return Sample(memory, own.num_fds(), own.num_threads(), cpu)


@dataclass
class Outside:
    """The process with feeds and Slack."""

    process: subprocess.Popen[str]
    feeds: int
    slack: str

    def publish(self, hour: int) -> int:
        """Let every feed show its entries up to that hour; how many messages Slack has so far."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(hour, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())


@contextmanager
def outside(topics: int, a_day: int) -> Iterator[Outside]:
    """The world outside, until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.torture.outside", str(topics), str(a_day)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        ports: dict[str, Any] = json.loads(process.stdout.readline())
        yield Outside(process, ports["feeds"], ports["slack"])
    finally:
        process.kill()
        process.communicate()


@dataclass
class LongRun:
    """The daemon, its clock, and the world outside."""

    world: Outside
    daemon: Daemon
    clock: AheadClock
    samples: list[Sample] = field(default_factory=list)

    async def hour(self, hour: int) -> int:
        """An hour passes, every feed publishes, everything due is done and swept; how many messages there are."""
        self.clock.ahead += HOUR
        self.world.publish(hour)
        await self.daemon.run_once()
        for job in self.daemon.engine.periodic:
            await job.run()
        self.samples.append(sample())
        return self.world.publish(hour)


@asynccontextmanager
async def long_run(folder: Path, feeds: int, topics: int, a_day: int) -> AsyncIterator[LongRun]:
    """A daemon over `feeds` feeds of `a_day` entries a day, and `topics` topics; every feed is asked whenever an hour
    passes."""
    with outside(topics, a_day) as world:
        _write(folder, world, feeds, topics)
        clock, before = AheadClock(), os.environ.get("SLACK_BOT_TOKEN")
        os.environ["SLACK_BOT_TOKEN"] = BOT_TOKEN
        try:
            source, secrets = opened(folder, clock)
            async with open_daemon(source, secrets, clock) as daemon:
                _open_every_connection(daemon)
                yield LongRun(world, daemon, clock)
        finally:
            os.environ.pop("SLACK_BOT_TOKEN")
            if before is not None:
                os.environ["SLACK_BOT_TOKEN"] = before


def _open_every_connection(daemon: Daemon) -> None:
    """Fill the store's pool, whose connections are otherwise opened when first needed: at any hour of the run."""
    pool = daemon.database.engine.pool
    assert isinstance(pool, QueuePool)
    for connection in [pool.connect() for _ in range(pool.size())]:
        connection.close()


def _write(folder: Path, world: Outside, feeds: int, topics: int) -> None:
    """Every fourth feed has its pages read."""
    settings = {
        "database": f"sqlite:///{folder / 'store.db'}",
        "http": {
            "allow_networks": ["127.0.0.0/8"],
            "allow_ports": [world.feeds],
            "per_host": {"concurrency": 32, "delay": "0s"},
        },
        "poll": {"minimum_every": "1m"},
        "slack": {"api_url": world.slack},
        "web": {"listen": "127.0.0.1:0"},
        "workers": 1,
    }
    listed = [
        {"key": f"f{n}", "url": f"http://127.0.0.1:{world.feeds}/{n}.xml", "every": "30m", "full_text": n % 4 == 0}
        for n in range(feeds)
    ]
    told = {
        f"t{n}": {"title": f"Tariffs {n}", "query": f"tariff{n}", "severity": "high", "receivers": [f"r{n % CHANNELS}"]}
        for n in range(topics)
    }
    (folder / "watchlists").mkdir()
    _json(folder / "wirewatch.yml", settings)
    _json(folder / "feeds.yml", {"feeds": listed})
    _json(folder / "receivers.yml", {"receivers": {f"r{n}": {"slack": f"#c{n}"} for n in range(CHANNELS)}})
    _json(folder / "watchlists/w.yml", {"watchlist": "w", "receivers": ["r0"], "topics": told})


def _json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
