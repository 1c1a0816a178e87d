"""Runs a world, a Slack and a daemon; kills the daemon; compares what was published with what a person saw in Slack."""

import asyncio
import math
import os
import random
import re
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from sqlalchemy import func, select

from monitor.engine.cluster.tables import prepare_jobs
from storage.schema.content import articles
from storage.schema.outbox import deliveries
from storage.schema.upgrade import upgrade
from storage.sql.database import Database
from storage.sql.errors import StoreError
from tests.chaos.nursery import Life, Nursery
from tests.chaos.victim import FAILPOINTS, LEFT
from tests.chaos.world import News, write_config
from tests.support.fake_slack import BOT_TOKEN, FakeSlack, Fault, Faults
from tests.support.fake_slack.faults import CHAOS
from tests.support.fake_slack.reading import seen

_LONGEST_START = 30.0
"""Seconds a daemon gets to take up the work."""

_BEHIND = 60
"""Messages that may be missing in Slack before the next fall: deaths are to interrupt work, not to keep it from being
done until the last one."""

_SLEEP = (4.5, 14.0)
"""Seconds a process is stopped: longer than its lease (3 s) and than its messages take to settle (4 s)."""

_PRECARIOUS = ("before the intent", "after the intent", "about to post", "the request about to begin")
"""Where waking up late is worst: others may have taken over what the sleeper was about to do."""

_MARK = re.compile(r"mark\d{6}")


@dataclass(frozen=True)
class Plan:
    """How much, how hard. The entries come out evenly between the kills, at `rate` a second at most.

    `workers`: processes of a cluster beside the one that leads, on PostgreSQL; none: one process alone. `stops`: so
    many times one is stopped for longer than its leases, and goes on. `at_failpoints`: the share of falls at a named
    place rather than at any moment. `minutes`: after so many nothing more is published and nobody killed. `late_by`: so
    many seconds late Slack may accept, beyond the daemon's timeout (1 s) and within its settling (3 s). `places`: the
    failpoints, of which a daemon at work gets `life` seconds to pass its own. `patience`: seconds the last ones get,
    beyond what the rate asks for, until all is in Slack. `window`: entries that a feed shows at once.
    """

    entries: int = 10_000
    kills: int = 500
    channels: int = 40
    rate: float = 20.0
    workers: int = 0
    stops: int = 0
    seed: int = 1
    order: str = "product"
    faults: dict[Fault, float] = field(default_factory=lambda: dict(CHAOS))
    at_failpoints: float = 0.5
    patience: float = 120.0
    minutes: float = math.inf
    places: tuple[str, ...] = tuple(FAILPOINTS)
    life: float = 6.0
    late_by: float = 1.6
    window: int = 40


@dataclass
class Result:
    """What came of it. Empty `lost` and `doubled` is what the product promises. `refused`: second instances that were
    started beside one that slept, and left; `left`: processes that left though nobody killed them."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    stops: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    left: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    recovery: list[float] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    entries: int = 0
    posted: int = 0
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Nothing lost, nothing doubled, nothing left over, nobody gone."""
        return not self.lost and not self.doubled and not self.left and not set(self.states) - {"sent", "rolled_up"}


@dataclass(frozen=True)
class Fate:
    """How a life falls: by which signal, at which failpoint and passage; without one at any moment."""

    by: signal.Signals = signal.SIGKILL
    failpoint: str | None = None
    after: int = 1

    @property
    def arguments(self) -> tuple[str, ...]:
        """What arms the victim."""
        if self.failpoint is None:
            return ()
        return "--failpoint", self.failpoint, "--after", str(self.after), "--signal", self.by.name.removeprefix("SIG")


@dataclass(eq=False)
class Member:
    """One place among the processes, and the life that has it now."""

    command: tuple[str, ...]
    life: Life
    fate: Fate


class Chaos:
    """One run."""

    def __init__(self, plan: Plan, database: str, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._database = database
        self._say = say
        self._chance = random.Random(plan.seed)
        self._result = Result()
        self._folder = Path(tempfile.mkdtemp(prefix="wirewatch-chaos-"))
        self._log = self._folder / "daemon.log"
        self._environment = {**os.environ, "SLACK_BOT_TOKEN": BOT_TOKEN, "PYTHONDONTWRITEBYTECODE": "1"}
        self._nursery = Nursery(self._environment)

    async def run(self) -> Result:
        """Publish everything, kill as often as planned, let the daemon finish, and compare."""
        plan, began = self._plan, monotonic()
        faults = Faults(rates=plan.faults, seed=plan.seed, late_by=plan.late_by)
        news = News(count=plan.entries, feeds=plan.channels, rate=plan.rate, seed=plan.seed, window=plan.window)
        async with FakeSlack(faults=faults) as slack, news, self._nursery:
            slack.pace.workspace_per_minute = 60.0 * plan.channels
            for number in range(plan.channels):
                slack.workspace.add_channel(f"c{number}")
            write_config(self._folder / "config", news, slack.api_url, self._database)
            members = await self._strike(news, slack)
            news.release(news.count)
            await self._finish(members, news, slack)
            self._compare(news, slack)
            self._result.faults = dict(faults.counts)
        self._result.left = self._log.read_text(encoding="utf-8").count(LEFT)
        self._result.seconds = monotonic() - began
        if self._result.sound:
            shutil.rmtree(self._folder)
        return self._result

    async def _strike(self, news: News, slack: FakeSlack) -> list[Member]:
        """Kill and stop as planned, every dead one followed by another; those that live at the end."""
        if self._plan.workers:
            await self._prepare()
        killed, asked, end = 0, len(slack.log), monotonic() + 60 * self._plan.minutes
        members = [await self._member(killed, command) for command in self._commands()]
        while killed < self._plan.kills and monotonic() < end:
            news.release(math.ceil(self._plan.entries * (killed + 1) / self._plan.kills))
            member = self._next(members)
            await self._works(member, slack, asked, due=news.released - _BEHIND)
            if member.fate.by is signal.SIGSTOP:
                await self._sleeps(member)
                continue
            await self._dies(member)
            killed, asked = killed + 1, len(slack.log)
            members[members.index(member)] = await self._member(killed, member.command)
            if killed % 25 == 0:
                self._say(f"{killed} kills, {news.published} published, {len(_marks(slack))} in Slack")
        if killed < self._plan.kills:
            news.end()
            for number, member in enumerate(members):  # these were born to fall
                await member.life.end()
                self._result.kills["when time was up"] += 1
                members[number] = await self._member(self._plan.kills, member.command)
        return members

    async def _prepare(self) -> None:
        """Make the tables, which workers will not do without."""
        database = Database.open(self._database, threads=1)
        await upgrade(database)
        await prepare_jobs(database)
        await database.close()

    def _commands(self) -> list[tuple[str, ...]]:
        """What the processes are."""
        if not self._plan.workers:
            return [("run",)]
        return [("run", "--engine", "cluster"), *[("worker",)] * self._plan.workers]

    async def _member(self, killed: int, command: tuple[str, ...]) -> Member:
        fate = self._fate(killed)
        arguments = ["--order", self._plan.order, *fate.arguments, "--", *command, "--config", self._folder / "config"]
        return Member(command, await self._nursery.born([str(part) for part in arguments], self._log), fate)

    def _fate(self, killed: int) -> Fate:
        """How the next one falls; the last ones, and those after the last kill, at no failpoint."""
        left = self._plan.kills - killed
        if left <= self._plan.workers:
            return Fate()
        stops = self._plan.stops - self._result.stops.total()
        by = signal.SIGSTOP if self._chance.random() < stops / left else signal.SIGKILL
        if self._chance.random() >= self._plan.at_failpoints:
            return Fate(by)
        places = self._plan.places if by is signal.SIGKILL else _PRECARIOUS
        return Fate(by, self._chance.choice(places), self._chance.randint(1, 6))

    def _next(self, members: list[Member]) -> Member:
        """Whose turn it is: one that has fallen already, else any."""
        return next((m for m in members if m.life.over or m.life.stopped), None) or self._chance.choice(members)

    async def _works(self, member: Member, slack: FakeSlack, before: int, due: int) -> None:
        """Wait until Slack was asked for anything, and `due` messages stand there; no earlier does it meet its fate."""
        started = monotonic()
        while len(slack.log) == before and not member.life.over and monotonic() < started + _LONGEST_START:
            await asyncio.sleep(0.02)
        if len(slack.log) > before and member.fate.by is signal.SIGKILL and not self._plan.workers:
            self._result.recovery.append(monotonic() - started)
        while _standing(slack) < due and not member.life.over and monotonic() < started + _LONGEST_START:
            await asyncio.sleep(0.05)

    async def _falls(self, member: Member) -> str:
        """Wait until it falls at its failpoint, or make it fall; where it fell."""
        fate, life = member.fate, member.life
        until = monotonic() + (self._plan.life if fate.failpoint else self._chance.uniform(0, 2))
        while not life.over and not life.stopped and monotonic() < until:
            await asyncio.sleep(0.02)
        if life.over or life.stopped:
            return fate.failpoint or "by itself"
        life.signal(fate.by)
        return "any moment"

    async def _dies(self, member: Member) -> None:
        where = await self._falls(member)
        await member.life.end()
        hit = f", {await self._states_hit()}" if where == "any moment" else ""
        self._result.kills[where + hit] += 1

    async def _sleeps(self, member: Member) -> None:
        """It is stopped, another is started beside it where it ought to be alone, and it goes on until killed."""
        self._result.stops[await self._falls(member)] += 1
        woken = monotonic() + self._chance.uniform(*_SLEEP)
        if not self._plan.workers:
            await self._intruder()
        await asyncio.sleep(max(0.0, woken - monotonic()))
        member.life.signal(signal.SIGCONT)
        member.fate = Fate()

    async def _intruder(self) -> None:
        """A second daemon on the same store has to leave at once."""
        with self._log.open("ab") as log:
            intruder = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "monitor", "run", "--config", str(self._folder / "config"),
                env=self._environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            async with asyncio.timeout(60):
                self._result.refused += await intruder.wait() != 0
        finally:
            if intruder.returncode is None:
                os.killpg(intruder.pid, signal.SIGKILL)

    async def _finish(self, members: list[Member], news: News, slack: FakeSlack) -> None:
        """Let the last ones work until all is in Slack and settled, or patience ends."""
        try:
            async with asyncio.timeout(self._plan.patience + self._plan.entries / self._plan.rate):
                while news.published < news.count or len(_marks(slack)) < news.count or await self._unsettled():
                    if len(_marks(slack)) == news.count:
                        slack.faults.rates = {}
                    if any(member.life.over for member in members):
                        raise RuntimeError(f"a process left by itself: {self._log}")
                    await asyncio.sleep(0.5)
        except TimeoutError:
            self._say("patience has ended")
        await asyncio.sleep(3)  # what would be doubled gets its chance
        for member in members:
            member.life.signal(signal.SIGTERM)
        for member in members:
            try:
                async with asyncio.timeout(15):
                    await member.life.died()
            except TimeoutError:
                await member.life.end()
        self._result.states = await self._states()

    def _compare(self, news: News, slack: FakeSlack) -> None:
        found = _marks(slack)
        wanted = {(entry.mark, f"c{entry.feed}") for entry in news.entries[: news.count]}
        self._result.entries = news.count
        self._result.posted = sum(found.values())
        self._result.lost = sorted(mark for mark, channel in wanted if not found[mark, channel])
        self._result.doubled = sorted(mark for (mark, channel), times in found.items() if times > 1)
        unexpected = set(found) - wanted
        assert not unexpected, f"messages nobody expected: {unexpected}"

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


def _standing(slack: FakeSlack) -> int:
    """How many messages stand in the channels."""
    return sum(len(channel.messages) for channel in slack.workspace.channels.values())


def _marks(slack: FakeSlack) -> Counter[tuple[str, str]]:
    """How often each entry stands in each channel."""
    return Counter(
        (mark, channel.name)
        for channel, message in slack.workspace.all_messages()
        for mark in set(_MARK.findall(seen(message).text))
    )
