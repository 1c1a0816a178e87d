"""Runs a world, a Slack and a daemon; kills the daemon; compares what was published with what a person saw in Slack."""

import asyncio
import os
import random
import re
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, time

from sqlalchemy import func, select

from storage.database import Database
from storage.errors import StoreError
from storage.outbox_schema import deliveries
from storage.schema import articles
from tests.chaos.victim import FAILPOINTS
from tests.chaos.world import News, write_config
from tests.fake_slack import BOT_TOKEN, FakeSlack, Fault, Faults
from tests.fake_slack.faults import CHAOS
from tests.fake_slack.reading import seen

_LONGEST_START = 30.0
_LONGEST_LIFE = 6.0
"""Seconds a daemon gets to ask Slack for something, and from then on to pass its failpoint."""

_MARK = re.compile(r"mark\d{6}")


@dataclass(frozen=True)
class Plan:
    """How much, how hard. `at_failpoints`: the share of deaths at a named place rather than at any moment. `late_by`:
    so many seconds late Slack may accept, beyond the daemon's timeout (0.6 s) and within its settling (2 s)."""

    entries: int = 10_000
    kills: int = 500
    channels: int = 40
    rate: float = 20.0
    seed: int = 1
    order: str = "product"
    faults: dict[Fault, float] = field(default_factory=lambda: dict(CHAOS))
    at_failpoints: float = 0.5
    patience: float = 120.0
    late_by: float = 1.0


@dataclass
class Result:
    """What came of it. Empty `lost` and `doubled` is what the product promises."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    faults: dict[str, int] = field(default_factory=dict)
    recovery: list[float] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    posted: int = 0
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Nothing lost, nothing doubled, nothing left over."""
        return not self.lost and not self.doubled and not set(self.states) - {"sent", "folded"}


class Chaos:
    """One run."""

    def __init__(self, plan: Plan, database: str, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._database = database
        self._say = say
        self._chance = random.Random(plan.seed)
        self._result = Result()
        self._folder = Path(tempfile.mkdtemp(prefix="wirewatch-chaos-"))

    async def run(self) -> Result:
        """Publish everything, kill as often as planned, let the daemon finish, and compare."""
        plan, began = self._plan, monotonic()
        faults = Faults(rates=plan.faults, seed=plan.seed, late_by=plan.late_by)
        news = News(count=plan.entries, feeds=plan.channels, rate=plan.rate, seed=plan.seed)
        async with FakeSlack(faults=faults) as slack, news:
            slack.pace.workspace_per_minute = 60.0 * plan.channels
            for number in range(plan.channels):
                slack.workspace.add_channel(f"c{number}")
            write_config(self._folder / "config", news, slack.api_url, self._database)
            news.started = time()
            for number in range(plan.kills):
                await self._live_and_die(slack)
                if (number + 1) % 25 == 0:
                    self._say(f"{number + 1} kills, {news.published} published, {len(_marks(slack))} in Slack")
            await self._finish(news, slack)
            self._compare(news, slack)
            self._result.faults = dict(faults.counts)
        self._result.seconds = monotonic() - began
        return self._result

    async def _live_and_die(self, slack: FakeSlack) -> None:
        if self._chance.random() < self._plan.at_failpoints:
            name = self._chance.choice(list(FAILPOINTS))
            extra = ("--failpoint", name, "--after", str(self._chance.randint(1, 6)))
        else:
            name, extra = "any moment", ()
        started, before = monotonic(), len(slack.log)
        process = await self._start(*extra)
        asked = asyncio.create_task(_first(slack, before))
        died = asyncio.create_task(process.wait())
        await asyncio.wait({died, asked}, timeout=_LONGEST_START, return_when=asyncio.FIRST_COMPLETED)
        if asked.done():
            self._result.recovery.append(asked.result() - started)
        await asyncio.wait({died}, timeout=_LONGEST_LIFE if extra else self._chance.uniform(0, 3))
        if not died.done():
            name = "any moment"
        asked.cancel()
        _kill(process)
        await died
        self._result.kills[f"{name}, {await self._states_hit()}" if name == "any moment" else name] += 1

    async def _finish(self, news: News, slack: FakeSlack) -> None:
        """Let a last daemon work until all is in Slack and settled, or patience ends."""
        process = await self._start()
        try:
            async with asyncio.timeout(self._plan.patience + self._plan.entries / self._plan.rate):
                while news.published < news.count or len(_marks(slack)) < news.count or await self._unsettled():
                    if len(_marks(slack)) == news.count:
                        slack.faults.rates = {}
                    if process.returncode is not None:
                        raise RuntimeError(f"the daemon left with {process.returncode}: {self._folder}/daemon.log")
                    await asyncio.sleep(0.5)
        except TimeoutError:
            self._say("patience has ended")
        await asyncio.sleep(3)  # what would be doubled gets its chance
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(15):
                await process.wait()
        except TimeoutError:
            _kill(process)
        self._result.states = await self._states()

    def _compare(self, news: News, slack: FakeSlack) -> None:
        found = _marks(slack)
        wanted = {(entry.mark, f"c{entry.feed}") for entry in news.entries}
        self._result.posted = sum(found.values())
        self._result.lost = sorted(mark for mark, channel in wanted if not found[mark, channel])
        self._result.doubled = sorted(mark for (mark, channel), times in found.items() if times > 1)
        strays = set(found) - wanted
        assert not strays, f"messages nobody expected: {strays}"

    async def _start(self, *extra: str) -> asyncio.subprocess.Process:
        arguments = ["--order", self._plan.order, *extra, "--", "run", "--config", str(self._folder / "config")]
        environment = {**os.environ, "SLACK_BOT_TOKEN": BOT_TOKEN, "PYTHONDONTWRITEBYTECODE": "1"}
        with (self._folder / "daemon.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.chaos.victim", *arguments,
                env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def _states_hit(self) -> str:
        """What was under way when it died."""
        states = await self._states()
        under_way = [name for name in ("sending", "pending") if states.get(name)]
        return "while " + " and ".join(under_way) if under_way else "while idle"

    async def _unsettled(self) -> bool:
        states = await self._states()
        return bool(states.get("pending") or states.get("sending") or states.get("unread"))

    async def _states(self) -> dict[str, int]:
        database = Database.open(self._database, threads=1)
        counted = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        unread = select(func.count()).where(articles.c.due.is_not(None))
        try:
            states = dict(await database.read(lambda c: [tuple(row) for row in c.execute(counted)]))
            waiting = await database.read(lambda c: c.execute(unread).scalar_one())
        except StoreError:
            return {}
        finally:
            await database.close()
        return {**states, "unread": waiting} if waiting else states


def _kill(process: asyncio.subprocess.Process) -> None:
    """The whole group: its worker processes are part of it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


async def _first(slack: FakeSlack, before: int) -> float:
    """When Slack was next asked for anything."""
    while len(slack.log) == before:
        await asyncio.sleep(0.02)
    return monotonic()


def _marks(slack: FakeSlack) -> Counter[tuple[str, str]]:
    """How often each entry stands in each channel."""
    return Counter(
        (mark, channel.name)
        for channel, message in slack.workspace.all_messages()
        for mark in set(_MARK.findall(seen(message).text))
    )
