"""Feeds at an interval of 60 s that have nothing new (304), polled by a cluster of real processes.

Every feed is on a host of its own (a loopback address). Lag is how long after its due time a poll is recorded; the
database notes it, and counts transactions. Processor time is that of all processes of the cluster, and PostgreSQL's.
"""

import asyncio
import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
from sqlalchemy import text

from benchmarks.cluster.machines import Server, at_percent, processor_seconds
from storage.sql.database import Database

EVERY = 60
ROOT = Path(__file__).parents[2]

_NOTE_LAGS = (
    "CREATE UNLOGGED TABLE lags (at timestamptz, lag double precision)",
    """CREATE FUNCTION note_lag() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO lags VALUES (clock_timestamp(), extract(epoch FROM clock_timestamp() - OLD.due)); RETURN NULL;
       END $$""",
    "CREATE TRIGGER note_lag AFTER UPDATE OF polls ON feeds FOR EACH ROW EXECUTE FUNCTION note_lag()",
)
_LATER = (
    "UPDATE feeds SET due = now() + interval '1 hour', polls = 9, etag = '\\x227822'::bytea, polled_at = now(),"
    " succeeded_at = now(), baseline_at = now() - interval '1 day'"
)
_SPREAD = f"UPDATE feeds SET due = now() + random() * interval '{EVERY} seconds'"
_STATEMENTS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"


@dataclass(frozen=True)
class Polled:
    """What a minute of polling took."""

    feeds: int
    polls: float
    ours: float
    theirs: float
    transactions: float
    median: float
    p95: float
    worst: float

    def row(self) -> str:
        """Return a row of the table in docs/scaling.md."""
        return (
            f"| {self.feeds:,} | {self.polls:.0f} | {self.ours:.2f} | {self.theirs:.2f} | {self.transactions:.2f}"
            f" | {self.median:.1f} | {self.p95:.1f} | {self.worst:.1f} |"
        )


HEAD = (
    "| feeds at 60 s | polls/s | ms of workers a poll | ms of PostgreSQL a poll | transactions a poll | lag median s"
    " | p95 s | worst s |\n|---|---|---|---|---|---|---|---|"
)


async def polls(server: Server, feeds: int, members: int, seconds: int) -> Polled:
    """So many feeds over so many processes, for `seconds` after a first round."""
    with tempfile.TemporaryDirectory() as name, _Serving() as port:
        async with server.store(f"polls{feeds}") as database:
            folder = Path(name)
            _configure(folder, port, feeds)
            await _execute(database, *_NOTE_LAGS)
            async with _members(folder, database.conninfo, members) as processes:
                await _until_all_take_part(database, members, feeds)
                await _execute(database, _SPREAD)
                await asyncio.sleep(EVERY)
                return await _measured(server, database, processes, feeds, seconds)


async def _measured(
    server: Server, database: Database, processes: list[psutil.Process], feeds: int, seconds: int
) -> Polled:
    await _execute(database, "TRUNCATE lags")
    ours, theirs, transactions = processor_seconds(processes), server.seconds(), await _number(database, _STATEMENTS)
    await asyncio.sleep(seconds)
    ours, theirs = processor_seconds(processes) - ours, server.seconds() - theirs
    lags = await database.read(lambda c: [row[0] for row in c.execute(text("SELECT lag FROM lags"))])
    transactions = await _number(database, _STATEMENTS) - transactions
    failed = await _number(database, "SELECT count(*) FROM feeds WHERE failures > 0")
    assert not failed, f"{failed} feeds failed"
    return Polled(
        feeds=feeds,
        polls=len(lags) / seconds,
        ours=1000 * ours / len(lags),
        theirs=1000 * theirs / len(lags),
        transactions=transactions / len(lags),
        median=at_percent(lags, 50),
        p95=at_percent(lags, 95),
        worst=max(lags),
    )


def _configure(folder: Path, port: int, feeds: int) -> None:
    (folder / "watchlists").mkdir()
    settings = {
        "http": {"allow_networks": ["127.0.0.0/8"], "allow_ports": [port]},
        "poll": {"default_every": f"{EVERY}s", "minimum_every": f"{EVERY}s"},
        "web": {"listen": "127.0.0.1:0"},
        "logging": {"format": "text", "level": "warning"},
        "workers": 1,
    }
    listed = [
        {
            "key": f"feed-{n}",
            "every": f"{EVERY}s",
            "url": f"http://127.{1 + n // 62500}.{n // 250 % 250}.{1 + n % 250}:{port}/{n}",
        }
        for n in range(feeds)
    ]
    watchlist = {
        "watchlist": "desk",
        "receivers": ["desk"],
        "topics": {"t": {"title": "T", "severity": "low", "query": "tariff AND steel"}},
    }
    for file, content in (
        ("wirewatch.yml", settings),
        ("feeds.yml", {"feeds": listed}),
        ("receivers.yml", {"receivers": {"desk": {"console": True}}}),
        ("watchlists/desk.yml", watchlist),
    ):
        (folder / file).write_text(json.dumps(content), encoding="utf-8")


def _address(number: int) -> str:
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


@asynccontextmanager
async def _members(folder: Path, url: str, members: int) -> AsyncIterator[list[psutil.Process]]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "WIREWATCH_DATABASE": url,
        "WIREWATCH_CONFIG": str(folder),
    }
    started = []
    with (folder / "log").open("wb") as log:
        for number in range(members):
            command = ("worker",) if number else ("run", "--engine", "cluster")
            started.append(
                await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "monitor", *command, stdout=log, stderr=log, env=environment, cwd=folder
                )
            )
            if not number:
                await asyncio.sleep(8)
        try:
            yield [psutil.Process(one.pid) for one in started]
        finally:
            for one in started:
                one.terminate()
            await asyncio.gather(*(one.wait() for one in started))
            sys.stdout.write((folder / "log").read_text(encoding="utf-8")[-2000:])


async def _until_all_take_part(database: Database, members: int, feeds: int) -> None:
    async with asyncio.timeout(180):
        while await _number(database, "SELECT count(*) FROM feeds") < feeds:
            await asyncio.sleep(0.05)
        await _execute(database, _LATER)
        while await _number(database, "SELECT count(*) FROM processes") < members:
            await asyncio.sleep(0.5)
        await asyncio.sleep(12)  # until each knows how many share the work
        await _execute(database, _LATER)


async def _execute(database: Database, *statements: str) -> None:
    for statement in statements:
        await database.run(lambda c, said=statement: c.exec_driver_sql(said).rowcount)  # type: ignore[misc]


async def _number(database: Database, query: str) -> int:
    found: int = await database.read(lambda c: c.execute(text(query)).scalar_one())
    return found


class _Feeds(asyncio.Protocol):
    """Whoever has a validator has everything."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if b"if-none-match" in data.lower():
            answer = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
        else:
            body = b'<rss version="2.0"><channel><title>Pier</title></channel></rss>'
            answer = (
                b'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "x"\r\nContent-Length: %d\r\n\r\n%s'
            )
            answer %= (len(body), body)
        self.transport.write(answer)  # type: ignore[attr-defined]


def _serve(told: Connection) -> None:
    async def main() -> None:
        served = await asyncio.get_running_loop().create_server(_Feeds, "0.0.0.0", 0, backlog=4096)
        told.send(served.sockets[0].getsockname()[1])
        await served.serve_forever()

    asyncio.run(main())


class _Serving:
    def __enter__(self) -> int:
        ready, told = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=_serve, args=(told,), daemon=True)
        self._process.start()
        port: int = ready.recv()
        return port

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
