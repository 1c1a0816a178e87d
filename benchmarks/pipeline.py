"""From feed to outbox: the whole daemon beside raw trafilatura on the same pages, side by side in one run.

    python -m benchmarks.pipeline [CORPUS] [--articles 600] [--topics 1000]

A server in a process of its own serves feeds and pages on loopback. Pages are those of CORPUS (any folder with
*.html.gz below it), else generated ones of a news page's size and shape. Figures are CPU milliseconds an article over
the whole process tree, workers included, so that other work on the machine disturbs little; ratios are what
counts. `1 worker` runs pinned to one processor, `2 workers` to two; their ratio is of articles a second on the wall.
"""

import argparse
import asyncio
import gzip
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import trafilatura

OUTLETS = 20
WARM_UP = 100
"""Articles that pass before the clock runs: models and tables are loaded at the first text."""
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
    """A page of about 100 KB: forty paragraphs among the scripts, links and lists that surround an article."""
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
    """The news world: outlet n has every article whose number modulo OUTLETS is n."""

    shown = {"articles": WARM_UP}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            outlet = self.server.outlet  # type: ignore[attr-defined]
            if self.path == "/all":
                shown["articles"] = len(contents)
            if self.path == "/few":
                shown["articles"] = WARM_UP
            body = contents[int(self.path[6:])] if self.path.startswith("/page/") else self.feed(outlet)
            self.send_response(200 if self.path != "/robots.txt" else 404)
            self.send_header("Content-Type", "text/html" if self.path.startswith("/page/") else "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def feed(self, outlet: int) -> bytes:
            host = self.headers["Host"]
            items = "".join(
                f"<item><title>News {n} of {WORDS[n % 14]}</title><link>http://{host}/page/{n}</link>"
                f"<guid>{n}</guid><pubDate>{NOW}</pubDate></item>"
                for n in range(outlet, shown["articles"], OUTLETS)
            )
            return f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode()

        def log_message(self, *_: object) -> None:
            pass

    servers = []
    for outlet in range(OUTLETS):
        server = ThreadingHTTPServer((f"127.0.1.{outlet + 1}", 0), Handler)
        server.outlet = outlet  # type: ignore[attr-defined]
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ports.send([server.server_port for server in servers])
    ports.recv()


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


def daemon(folder: str, origin: str) -> None:
    """In a process of its own: warm up, poll once and drain; prints what it took."""
    from monitor.app.clock import SystemClock
    from monitor.app.daemon import open_daemon
    from monitor.app.opening import opened

    async def once() -> None:
        source, secrets = opened(Path(folder))
        async with open_daemon(source, secrets, SystemClock()) as running:
            ask(f"{origin}/few")
            await running.run_once()
            ask(f"{origin}/all")
            before, began = cpu(), time.perf_counter()
            await running.run_once()
            seconds, spent = time.perf_counter() - began, cpu() - before
            overview = await running.overview()
            peaks = [process.memory_info().rss >> 20 for process in tree()]
            print(json.dumps([overview.articles - WARM_UP, seconds, spent, overview.outbox.get("pending", 0), peaks]))

    asyncio.run(once())


def tree() -> list[psutil.Process]:
    own = psutil.Process()
    return [own, *own.children(recursive=True)]


def cpu() -> float:
    """CPU seconds of this process and all below it, those that have ended included."""
    return sum(sum(process.cpu_times()[:4]) for process in tree())


def ours(ports: list[int], topics: int, workers: int) -> tuple[float, float, str]:
    """CPU milliseconds an article, articles a second, and a remark."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        configuration(Path(folder), ports, topics, workers)
        command = [sys.executable, "-m", "benchmarks.pipeline", "--daemon", folder, f"http://127.0.1.1:{ports[0]}"]
        if workers == 1:
            command = ["taskset", "-c", "0", *command]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        articles, seconds, spent, told, peaks = json.loads(done.stdout.splitlines()[-1])
    return 1000 * spent / articles, articles / seconds, f"{articles} articles, {told} messages, memory {peaks} MB"


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
    arguments.add_argument("--daemon", nargs=2, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.daemon:
        daemon(*given.daemon)
        return
    contents = pages(given.corpus, given.articles)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(contents, there), daemon=True)
    server.start()
    ports = here.recv()
    sample = contents[: max(100, len(contents) // 4)]
    raw(sample[:10])
    fast = raw(sample, fast=True, favor_recall=True, include_comments=False)
    default = raw(sample)
    one, one_rate, one_said = ours(ports, given.topics, 1)
    two, two_rate, two_said = ours(ports, given.topics, 2)
    here.send("stop")
    print(f"{'trafilatura fast + recall':28}{fast:8.1f} ms CPU a page")
    print(f"{'trafilatura default':28}{default:8.1f} ms CPU a page")
    print(f"{'wirewatch, 1 worker':28}{one:8.1f} ms CPU an article  {one_rate:6.1f}/s  {one_said}")
    print(f"{'wirewatch, 2 workers':28}{two:8.1f} ms CPU an article  {two_rate:6.1f}/s  {two_said}")
    print(
        f"per core against fast + recall {fast / one:.2f}x, against default {default / one:.2f}x; "
        f"2 workers against 1: {two_rate / one_rate:.2f}x"
    )


if __name__ == "__main__":
    main()
