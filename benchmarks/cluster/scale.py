"""Articles through one process and through two, each with one extracting child, on the same heavy pages."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import psutil

from benchmarks.cluster.machines import Server, processor_seconds
from benchmarks.cluster.prose import article
from tests.support.cluster_world import cluster_world


async def scale(server: Server, articles: int) -> list[str]:
    """How much faster two are than one."""
    rates, lines = [], []
    for members in (1, 2):
        rate, busy = await _rate(server, members, articles)
        rates.append(rate)
        lines.append(f"{members} process(es): {rate:.1f} heavy pages a second, {busy:.2f} processors busy with them")
        print(f"scale: {lines[-1]}", flush=True)
    return [*lines, f"two processes against one: {rates[1] / rates[0]:.2f} times"]


async def _rate(server: Server, members: int, articles: int) -> tuple[float, float]:
    """Articles a second, from the end of the first tenth to that of the ninth; processors busy meanwhile."""
    pages = ["\n\n".join(article(number * 50 + part, 240)[1] for part in range(120)) for number in range(20)]
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-scale-"))
    async with (
        server.store(f"scale{members}") as database,
        cluster_world(folder, database.conninfo, sites=8) as world,
    ):
        await world.lead()
        for _ in range(members - 1):
            await world.start("worker")
        await world.until(lambda: world.count("processes") == members)
        await asyncio.sleep(12)  # until each knows how many share the work
        processes = [psutil.Process(member.process.pid) for member in world.members]
        for number in range(articles):
            title, text = article(number)
            world.outlets[number % 8].publish(f"a{number}", title, f"{text}\n\n{pages[number % 20]}")
        await world.until(lambda: world.count("ledger", "step = 'extract'") >= articles // 10, 300)
        began, used = asyncio.get_running_loop().time(), processor_seconds(processes)
        await world.until(lambda: world.count("ledger", "step = 'extract'") >= articles * 9 // 10, 600)
        busy = (processor_seconds(processes) - used) / (asyncio.get_running_loop().time() - began)
        await world.until(lambda: world.triaged() >= articles, 600)
        times = sorted(row[0] for row in world.ask("SELECT at FROM ledger WHERE step = 'extract'"))
    shutil.rmtree(folder, ignore_errors=True)
    tenth = len(times) // 10
    rate: float = (len(times) - 2 * tenth) / (times[-tenth - 1] - times[tenth]).total_seconds()
    return rate, busy
