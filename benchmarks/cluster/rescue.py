"""Seconds from kill -9 of a process to the moment another begins the row it was performing."""

import asyncio
import os
import signal
import statistics
import sys
import time
from collections.abc import Collection, Hashable, Sequence
from pathlib import Path

from sqlalchemy import text

from benchmarks.cluster.cost import ignored
from benchmarks.cluster.machines import Now, Server, at_percent
from monitor.engine.cluster.engine import ClusterEngine
from monitor.engine.cluster.jobs import Jobs
from monitor.engine.spec import StepSpec
from storage.cluster.leases import SqlLeases
from storage.sql.database import Database

CHILD = """
import asyncio, sys
from benchmarks.cluster.rescue import sleeper
asyncio.run(sleeper(sys.argv[1]))
"""


class Sleepers:
    """One row, for ever due, that takes for ever."""

    async def due(self, limit: int, skip: Collection[Hashable] = ()) -> Sequence[int]:
        return [row for row in (1,) if row not in skip]

    async def due_keys(self, limit: int, skip: Collection[Hashable] = ()) -> Sequence[int]:
        return await self.due(limit, skip)

    def key(self, row: int) -> int:
        return row

    async def next_in(self) -> None:
        return None

    async def still_due(self, keys: Collection[Hashable]) -> Sequence[int]:
        return [1]

    async def run(self, row: int) -> bool:
        print("begun", flush=True)
        await asyncio.sleep(3600)
        return False


async def sleeper(url: str) -> None:
    """Begin a row in a process that never ends it."""
    database, clock = Database.open(url), Now()
    engine = ClusterEngine(
        [StepSpec(name="sleep", step=Sleepers(), concurrency=1)],
        jobs=Jobs(database.conninfo, clock),
        leases=SqlLeases(database),
        clock=clock,
        recovered=ignored,
    )
    print("ready", flush=True)
    await engine.run(asyncio.Event())


async def rescue(server: Server, kills: int) -> list[str]:
    """Let processes take one row over from each other; kill each once it has begun."""
    async with server.store("rescue") as database:
        url, took = database.conninfo, []
        holder = await _begin(url)
        await _said(holder, b"begun")
        for _ in range(kills):
            successor = await _begin(url)
            await _said(successor, b"ready")
            await asyncio.sleep(3.0)
            killed = time.perf_counter()
            holder.send_signal(signal.SIGKILL)
            await _said(successor, b"begun")
            took.append(time.perf_counter() - killed)
            print(f"rescue: {took[-1]:.1f} s", flush=True)
            # a row whose processes die one after the other is tried more and more rarely: not what is measured here
            await database.run(lambda c: c.execute(text("UPDATE procrastinate_jobs SET attempts = 0")).rowcount)
            holder = successor
        holder.kill()
        await holder.wait()
    return [
        f"taken over after `kill -9`, {kills} times: median {statistics.median(took):.1f} s,"
        f" p95 {at_percent(took, 95):.1f} s, worst {max(took):.1f} s"
    ]


async def _begin(url: str) -> asyncio.subprocess.Process:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, url, stdout=asyncio.subprocess.PIPE, env=environment
    )


async def _said(process: asyncio.subprocess.Process, word: bytes) -> None:
    assert process.stdout is not None
    while (await process.stdout.readline()).strip() != word:
        pass
