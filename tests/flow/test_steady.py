"""A whole daemon, as a process, among feeds made to break it: bounded memory, and nobody waits for the broken ones."""

import asyncio
import gzip
import json
import os
import sqlite3
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.feed_documents import item, rss
from tests.support.hostile_servers import HostileServer, gzip_bomb, plain, serving

ROOT = Path(__file__).parents[2]
MB = 1_000_000
DAEMON_MEMORY = 512 * MB


def write(folder: Path, server: HostileServer, paths: list[str]) -> None:
    settings = {
        "database": f"sqlite:///{folder / 'store.db'}",
        "http": {
            "allow_networks": ["127.0.0.0/8"],
            "allow_ports": [server.port],
            "per_host": {"concurrency": 32, "delay": "0s"},
        },
        "web": {"listen": "127.0.0.1:0"},
        "workers": 1,
    }
    feeds = [{"key": path.strip("/"), "url": server.url(path), "full_text": False} for path in paths]
    (folder / "watchlists").mkdir()
    for name, content in (
        ("wirewatch.yml", settings),
        ("feeds.yml", {"feeds": feeds}),
        ("receivers.yml", {"receivers": {"desk": {"console": True}}}),
    ):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")


async def run_once(folder: Path) -> float:
    """The most memory, in bytes, that daemon and workers can have held together: the sum of each one's own peak."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor", "run", "--once", "--config", str(folder)),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    ended, peaks = asyncio.create_task(process.wait()), dict[int, int]()
    while not ended.done():
        peaks |= peaks_of_family(process.pid)
        await asyncio.wait([ended], timeout=0.02)
    assert process.returncode == 0
    return sum(peaks.values())


def peaks_of_family(pid: int) -> dict[int, int]:
    """The high-water mark of each process of the daemon, in bytes."""
    found = {}
    try:
        for one in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
            status = Path(f"/proc/{one.pid}/status").read_text()
            found[one.pid] = 1024 * next((int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line), 0)
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        pass
    return found


def polled(folder: Path) -> dict[str, tuple[int, str | None]]:
    """Each feed's polls and its last failure, the feed polled first coming first."""
    with sqlite3.connect(folder / "store.db") as store:
        rows = store.execute("SELECT key, polls, failure FROM feeds ORDER BY polled_at, rowid").fetchall()
    return {key: (polls, failure) for key, polls, failure in rows}


def polled_at(folder: Path) -> list[float]:
    """When feeds were polled, in seconds."""
    with sqlite3.connect(folder / "store.db") as store:
        return [at / 1e6 for (at,) in store.execute("SELECT polled_at FROM feeds ORDER BY polled_at")]


@pytest.mark.case(74, 75)
async def test_twenty_bombs_at_once_leave_the_daemon_small(tmp_path: Path, figure) -> None:
    part = gzip_bomb(50 * MB)
    kinds = {
        b"gzip": part * 20,
        b"gzip, gzip": gzip.compress(part),
        b"br": bytes(2_000),
        b"zstd": bytes(2_000),
    }
    bombs = {
        f"/bomb{number}": plain(body, b"Content-Encoding: " + coding)
        for number, (coding, body) in enumerate([*kinds.items()] * 4 + [(b"gzip", part * 20)] * 4)
    }
    answers = {**bombs, "/sound": plain(rss(item(1), item(2)).encode())}
    async with serving(answers) as server:
        write(tmp_path, server, list(answers))
        peak = await run_once(tmp_path)
    found = polled(tmp_path)
    assert found.pop("sound") == (1, None)
    assert len(found) == 20
    assert all(polls == 1 and failure for polls, failure in found.values())
    figure(f"20 bombs of 1 GB and more at once: daemon and workers never above {peak / MB:.0f} MB together")
    assert peak < DAEMON_MEMORY


@pytest.mark.case(36)
async def test_nobody_waits_for_a_hanging_parser(tmp_path: Path, figure) -> None:
    """The one worker hangs over the feed that is asked first; all others are read before it is done or given up."""
    attributes = " ".join(f'a{number}="1"' for number in range(100_000))
    hanging = rss(item(1, extra=f"<x {attributes}")).encode()
    sound = {f"/sound{number}": plain(rss(item(1), item(2)).encode()) for number in range(20)}
    async with serving({"/hanging": plain(hanging), **sound}) as server:
        write(tmp_path, server, ["/hanging", *sound])
        await run_once(tmp_path)
    found = polled(tmp_path)
    assert list(found)[-1] == "hanging"
    del found["hanging"]
    assert set(found.values()) == {(1, None)}
    first, *_, last, hung = polled_at(tmp_path)
    figure(f"20 feeds were read within {last - first:.2f} s; the hanging one beside them took {hung - first:.1f} s")
