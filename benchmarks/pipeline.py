"""From feed to outbox: the whole daemon beside raw trafilatura on the same pages, side by side in one run.

    python -m benchmarks.pipeline [CORPUS] [--articles 600] [--topics 1000] [--workers 1 2] [--once]

A server in a process of its own serves feeds and pages on loopback. Pages are those of CORPUS (any folder with
*.html.gz below it), else generated ones of a news page's size and shape. Figures are CPU milliseconds an article over
the whole process tree, workers included, so that other work on the machine disturbs little; ratios are what counts.
One worker runs pinned to one processor, two run on two; their ratio is of articles a second on the wall. With `--once`
each step is drained in turn, as `wirewatch run --once` does: on a busy machine what the daemon does by the clock would
count for more than its due.
"""

import argparse
import asyncio
import gzip
import json
import multiprocessing
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import trafilatura
from sqlalchemy import func, select

from storage.schema.content import articles

OUTLETS = 20
WARM_UP = 100
"""Articles that pass before the clock runs: models and tables are loaded at the first text."""
LOOK = 0.25
"""Seconds between two looks whether all articles are judged."""
NOW = format_datetime(datetime.now(UTC))
WORDS = [
    "tariff",
    "embassy",
    "ferry",
    "budget",
    "minister",
    "harbour",
    "summit",
    "drought",
    "election",
    "steel",
    "grain",
    "court",
    "inflation",
    "border",
]


def pages(corpus: Path | None, count: int) -> list[bytes]:
    """So many distinct pages: real ones repeated with another word in the title when there are too few."""
    found = [gzip.decompress(p.read_bytes()) for p in sorted(corpus.rglob("*.html.gz"))][:count] if corpus else []
    found = found or [generated(number) for number in range(100)]
    return [found[n % len(found)] + f"<!-- {n} -->".encode() for n in range(count)]


def generated(number: int) -> bytes:
    """Return a page of about 100 KB: forty paragraphs among scripts, links and lists."""
    chance = random.Random(number)
    paragraphs = [" ".join(chance.choices(WORDS, k=70)).capitalize() + "." for _ in range(40)]
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    menu = "".join(f"<li class='item'><a href='/section/{n}'>Section {n}</a></li>" for n in range(300))
    script = f"<script>{'var a=' + str(list(range(2000)))}</script>" * 4
    article = f"<article><h1>News {number}</h1>{body}</article>"
    return (
        f"<html><head><title>News {number}</title>{script}</head><body><nav><ul>{menu}</ul></nav>{article}"
        f"<footer><ul>{menu}</ul></footer></body></html>"
    ).encode()


def serve(contents: list[bytes], ports: Any) -> None:
    """Serve the news world: outlet n has every article whose number modulo OUTLETS is n.

    As lean as a server can be in Python: it shares the processors with what is measured. Once all articles are shown, a
    feed may be kept for an hour, so that nothing is polled again while the clock runs.
    """
    shown = {"articles": WARM_UP, "keep": 0}

    def feed(outlet: int, host: str) -> bytes:
        items = "".join(
            f"<item><title>News {n} of {WORDS[n % 14]}</title><link>http://{host}/page/{n}</link>"
            f"<guid>{n}</guid><pubDate>{NOW}</pubDate></item>"
            for n in range(outlet, shown["articles"], OUTLETS)
        )
        return f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode()

    def answer(outlet: int, path: str, host: str) -> tuple[str, str, bytes]:
        if path == "/robots.txt":
            return "404 Not Found", "text/plain", b"none"
        if path.startswith("/page/"):
            return "200 OK", "text/html", contents[int(path[6:])]
        if path in ("/all", "/few"):
            shown["articles"], shown["keep"] = (len(contents), 3600) if path == "/all" else (WARM_UP, 0)
        return "200 OK", "application/rss+xml", feed(outlet, host)

    async def talk(outlet: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                host = re.search(r"(?i)^host: *(\S+)", head, re.MULTILINE)
                status, kind, body = answer(outlet, head.split(" ", 2)[1], host[1] if host else "")
                lines = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nCache-Control: max-age={shown['keep']}\r\n"
                writer.write(f"{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        servers = [
            await asyncio.start_server(partial(talk, outlet), f"127.0.1.{outlet + 1}", 0) for outlet in range(OUTLETS)
        ]
        ports.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.to_thread(ports.recv)

    asyncio.run(run())


def configuration(folder: Path, ports: list[int], topics: int, workers: int) -> None:
    chance = random.Random(1)
    rare = [f"subject{n}" for n in range(5000)]
    (folder / "watchlists").mkdir()
    queries = {
        f"topic-{n}": {
            "title": f"Topic {n}",
            "severity": "low",
            "query": f"({' OR '.join(chance.choices(rare, k=8))}) AND ({' OR '.join(chance.sample(WORDS, 2))})",
        }
        for n in range(topics)
    } | {"all": {"title": "All", "severity": "low", "query": " OR ".join(WORDS)}}
    write(folder / "watchlists" / "w.yml", {"watchlist": "w", "receivers": ["none"], "topics": queries})
    write(folder / "receivers.yml", {"receivers": {"none": {"slack": "#none"}}})
    write(
        folder / "feeds.yml",
        {
            "feeds": [
                {"key": f"f{n}", "url": f"http://127.0.1.{n + 1}:{port}/feed.xml", "every": "0s"}
                for n, port in enumerate(ports)
            ]
        },
    )
    write(
        folder / "wirewatch.yml",
        {
            "database": f"sqlite:///{folder}/store.db",
            "http": {
                "allow_networks": ["127.0.0.0/8"],
                "allow_ports": ports,
                "per_host": {"concurrency": 8, "delay": "0s"},
            },
            "poll": {"backfill": "all", "default_every": "0s", "minimum_every": "0s"},
            "workers": workers,
        },
    )


def write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content))


def ask(url: str) -> None:
    with urllib.request.urlopen(url) as answer:
        answer.read()


def daemon(folder: str, origin: str, wanted: str, *, once: bool) -> None:
    """In a process of its own: warm up, then run until `wanted` articles are judged; prints what it took."""
    from monitor.app.configuration import opened
    from monitor.app.daemon import Daemon, open_daemon
    from monitor.app.runtime.clock import SystemClock

    async def judged(running: Daemon) -> int:
        """How many articles have been through triage, from two indexes: the question must not cost what is measured."""
        known, waiting = select(func.max(articles.c.id)), select(func.count()).where(articles.c.due.is_not(None))
        both = select(known.scalar_subquery(), waiting.scalar_subquery())
        row = await running.database.read(lambda connection: connection.execute(both).one())
        return row[0] - row[1]

    async def measured() -> None:
        source, secrets = opened(Path(folder))
        async with open_daemon(source, secrets, SystemClock()) as running:
            ask(f"{origin}/few")
            await running.run_once()
            ask(f"{origin}/all")
            before, began, already = cpu(), time.perf_counter(), await judged(running)
            work = asyncio.create_task(running.run_once() if once else running.run())
            while await judged(running) < int(wanted):
                await asyncio.sleep(LOOK)
            if once:
                await work
            seconds, after = time.perf_counter() - began, cpu()
            running.stop()
            await work
            overview = await running.overview()
            told = sum(overview.outbox.values())
            spent = [1000 * (now - then) / (int(wanted) - already) for now, then in zip(after, before, strict=True)]
            print(json.dumps([int(wanted) - already, seconds, spent, told, memory()]))

    asyncio.run(measured())


def memory() -> list[int]:
    """Megabytes in memory, of the main process first; the smaller ones are the fork server's."""
    return [process.memory_info().rss >> 20 for process in tree()]


def tree() -> list[psutil.Process]:
    own = psutil.Process()
    return [own, *own.children(recursive=True)]


def cpu() -> tuple[float, float]:
    """CPU seconds of this process, and of all below it, those that have ended included."""
    own, *others = (process.cpu_times() for process in tree())
    return sum(own[:2]), sum(own[2:4]) + sum(sum(times[:4]) for times in others)


def ours(ports: list[int], topics: int, workers: int, wanted: int, *, once: bool) -> tuple[float, float, str]:
    """CPU milliseconds an article, articles a second, and a remark."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        configuration(Path(folder), ports, topics, workers)
        command = [sys.executable, "-m", "benchmarks.pipeline", "--daemon", folder, f"http://127.0.1.1:{ports[0]}"]
        if workers == 1:
            command = ["taskset", "-c", "0", *command]
        more = [str(wanted), *(["--once"] if once else [])]
        done = subprocess.run([*command, *more], stdout=subprocess.PIPE, text=True, check=True)
        articles, seconds, spent, told, peaks = json.loads(done.stdout.splitlines()[-1])
    split = f"{spent[0]:.1f} of them in the main process"
    return sum(spent), articles / seconds, f"{split}; {articles} articles, {told} messages, memory {peaks} MB"


class Raw:
    """trafilatura alone on the same pages, measured before, between and after the others, the medians shown."""

    def __init__(self, contents: list[bytes]) -> None:
        self._contents = contents
        self._fast: list[float] = []
        self._default: list[float] = []
        raw(contents[:10])

    def measure(self) -> None:
        self._fast.append(raw(self._contents, fast=True, favor_recall=True))
        self._default.append(raw(self._contents))

    @property
    def fast(self) -> float:
        return statistics.median(self._fast)

    @property
    def default(self) -> float:
        return statistics.median(self._default)


def raw(contents: list[bytes], **options: bool) -> float:
    """CPU milliseconds a page of trafilatura alone."""
    began = time.process_time()
    for content in contents:
        trafilatura.extract(content, **options)
    return 1000 * (time.process_time() - began) / len(contents)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("corpus", nargs="?", type=Path)
    arguments.add_argument("--articles", type=int, default=600)
    arguments.add_argument("--topics", type=int, default=1000)
    arguments.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    arguments.add_argument("--once", action="store_true")
    arguments.add_argument("--daemon", nargs=3, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.daemon:
        daemon(*given.daemon, once=given.once)
        return
    contents = pages(given.corpus, given.articles)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(contents, there), daemon=True)
    server.start()
    ports = here.recv()
    alone = Raw(contents[: max(100, len(contents) // 4)])
    alone.measure()
    measured = {}
    for workers in given.workers:
        measured[workers] = ours(ports, given.topics, workers, len(contents), once=given.once)
        alone.measure()
    here.send("stop")
    print(f"{'trafilatura fast + recall':28}{alone.fast:8.1f} ms CPU a page")
    print(f"{'trafilatura default':28}{alone.default:8.1f} ms CPU a page")
    for workers, (each, rate, said) in measured.items():
        print(f"{f'wirewatch, workers: {workers}':28}{each:8.1f} ms CPU an article  {rate:6.1f}/s  {said}")
        print(f"  per core against fast + recall {alone.fast / each:.2f}x, against default {alone.default / each:.2f}x")
    if {1, 2} <= measured.keys():
        print(f"2 workers against 1: {measured[2][1] / measured[1][1]:.2f}x")


if __name__ == "__main__":
    main()
