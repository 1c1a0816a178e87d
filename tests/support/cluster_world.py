"""A cluster of real processes on one PostgreSQL, with outlets and a Slack on loopback; to be killed and stopped."""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.fake_slack import BOT_TOKEN, FakeSlack
from tests.support.news_server import Outlet, outlets
from tests.support.newsroom import Newsroom

ROOT = Path(__file__).parents[2]


@dataclass
class Member:
    """One process."""

    process: asyncio.subprocess.Process
    log: Path

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; a process that is gone already does not mind."""
        if self.process.returncode is None:
            self.process.send_signal(number)

    async def killed(self) -> None:
        """End it as a power cut would."""
        self.signal(signal.SIGKILL)
        await self.process.wait()

    async def stopped(self) -> float:
        """Ask it to stop; the seconds it took."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        await asyncio.wait_for(self.process.wait(), 20)
        return time.monotonic() - began

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text(encoding="utf-8")


@dataclass
class ClusterWorld:
    """Starts processes and looks at what they did."""

    folder: Path
    url: str
    outlets: list[Outlet]
    slack: FakeSlack
    newsroom: Newsroom
    members: list[Member] = field(default_factory=list)

    async def start(
        self,
        *arguments: str,
        config: Path | None = None,
        url: str | None = None,
        python: bool = False,
        source: Path = ROOT,
    ) -> Member:
        """`wirewatch ARGUMENTS` (or `python ARGUMENTS`) on this world's configuration and database, by the program in
        the folder `source`."""
        log = self.folder / f"log-{len(self.members)}.txt"
        environment = {
            **os.environ,
            "PYTHONPATH": str(source),
            "WIREWATCH_DATABASE": url or self.url,
            "WIREWATCH_CONFIG": str(config or self.folder),
            "SLACK_BOT_TOKEN": BOT_TOKEN,
        }
        program = () if python else ("-m", "monitor")
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                sys.executable, *program, *arguments, stdout=out, stderr=out, env=environment, cwd=self.folder
            )
        member = Member(process, log)
        self.members.append(member)
        return member

    async def lead(self, *arguments: str, **more: Any) -> Member:
        """The process that leads, ready."""
        member = await self.start("run", "--engine", "cluster", *arguments, **more)
        await self.until(lambda: "in force" in member.said() or member.process.returncode is not None)
        return member

    def publish(self, count: int, what: str = "tariffs", start: int = 0) -> None:
        """So many different articles, shared out over the outlets. Every fifth matches a topic: Slack takes one message
        a second."""
        for number in range(start, start + count):
            outlet = self.outlets[number % len(self.outlets)]
            news = "A tariff on steel" if number % 5 == 0 else "A fair"
            headline, text = _report(number, news)
            outlet.publish(f"{what}-{number}", headline, text)

    async def until(self, holds: Callable[[], bool], within: float = 150.0) -> float:
        """Wait for something; the seconds it took. Fails with the logs when it does not come true."""
        began = time.monotonic()
        while not await asyncio.to_thread(holds):
            if time.monotonic() - began > within:
                raise AssertionError("\n".join(f"== {m.log.name}\n{m.said()[-3000:]}" for m in self.members))
            await asyncio.sleep(0.1)
        return time.monotonic() - began

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[call-overload, no-any-return]

    def count(self, table: str, where: str = "true") -> int:
        """How many rows."""
        return int(self.ask(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])

    def triaged(self) -> int:
        """Articles that went all the way."""
        return self.count("articles", "stage = 'done' AND story_id IS NOT NULL")

    def settle_down(self) -> bool:
        """Whether every article is judged and every alert sent. Replies and edits of a running story are spaced by
        minutes and may still wait; an alert that is held for a join (a minute) may not."""
        return not self.count("articles", "stage <> 'done'") and not self.count(
            "deliveries", "state = 'sending' OR (state = 'pending' AND (kind = 'alert' OR due <= now()))"
        )

    def hold_invariants(self) -> None:
        """What must be so after anything: nothing lost, nothing doubled."""
        texts = [message.text for message in self.newsroom.messages()]
        keys = [call.key for call in self.slack.log if call.ts and call.method == "chat.postMessage"]
        assert len(keys) == len(set(keys)), "a message was posted twice"
        assert texts
        lost = self.ask(
            "SELECT id FROM alerts WHERE NOT EXISTS (SELECT 1 FROM deliveries JOIN delivery_alerts"
            " ON delivery_alerts.delivery_id = deliveries.id WHERE delivery_alerts.alert_id = alerts.id"
            " AND kind = 'alert' AND state = 'sent')"
        )
        assert not lost, "an alert was raised and never sent"
        sent = {ts for (ts,) in self.ask("SELECT ts FROM deliveries WHERE kind = 'alert' AND state = 'sent'")}
        assert sent == {message.ts for message in self.newsroom.messages()}, "rows and channel differ"
        doubled = self.ask("SELECT story_id, topic FROM alerts GROUP BY 1, 2 HAVING count(*) > 1")
        assert not doubled
        assert not self.ask("SELECT url FROM articles GROUP BY url HAVING count(*) > 1")


_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]


def _report(seed: int, news: str) -> tuple[str, str]:
    """Headline and text of a report in English about subjects of its own, so that no two are one story. The function
    words are English: reports in a language that nobody can name would be compared across languages."""
    chance = random.Random(seed)
    invented = iter(["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(80)])
    headline = " ".join(next(invented).title() for _ in range(7))
    sentences = [
        f"The {next(invented)} of {next(invented)} said that the {next(invented)} had been in the"
        f" {next(invented)} because of what {next(invented)} told them about the {next(invented)}."
        for _ in range(10)
    ]
    return headline, " ".join([*sentences[:5], f"{news} was announced on the same day.", *sentences[5:]])


@contextmanager
def _served(count: int) -> Iterator[list[Outlet]]:
    with outlets(*(f"Invented Times {number}" for number in range(count))) as served:
        yield served


@asynccontextmanager
async def cluster_world(
    folder: Path, url: str, *, sites: int = 4, slow_pages: bool = False
) -> AsyncIterator[ClusterWorld]:
    """A world; its processes are ended with it. `slow_pages`: one host at a time, one page in 0.2 s."""
    slack = FakeSlack()
    slack.workspace.add_channel("desk")
    with _served(sites) as served:
        async with slack:
            newsroom = Newsroom(folder, served, slack)
            newsroom.settings |= {
                "database": "postgresql://nobody@nowhere.invalid/none",
                "poll": {"default_every": "1s", "minimum_every": "1s", "backfill": "all"},
                "logging": {"format": "text"},
            }
            if slow_pages:
                newsroom.settings["http"]["per_host"] = {"concurrency": 1, "delay": "0.2s"}
            newsroom.write()
            world = ClusterWorld(folder, url, served, slack, newsroom)
            try:
                yield world
            finally:
                for member in world.members:
                    member.signal(signal.SIGCONT)
                    await member.killed()
