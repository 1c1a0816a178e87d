"""Run the demo: an invented news world on loopback, and the real daemon watching it."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.panel import Panel

from monitor.adapters.logs import configure
from monitor.app.configuration import opened
from monitor.app.daemon import Daemon, open_daemon
from monitor.app.pages import open_pages
from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.cli.common import awaited
from monitor.cli.demo.closing import Day, closing_lines, command_name, next_lines
from monitor.cli.demo.configuration import write_configuration
from monitor.cli.demo.pages import application
from monitor.cli.demo.picture import drawing, recorded_console
from monitor.cli.demo.world import World, build
from monitor.config.secrets import Secrets
from monitor.web.listener import Listener
from monitor.web.server import application as application_of_pages
from storage.views.alerts import SqlAlerts

SPEED = 1.0
"""World minutes a second: half an hour of news in half a minute."""

_MOST = 1_000

_PATIENCE = 8
"""Seconds more that the demo waits for messages that are due."""

SETTLE = 4.0
"""Seconds given to the last news to arrive."""


@click.command(
    short_help="A news day in half a minute, on this machine alone.",
    epilog="\b\nExamples:\n  wirewatch demo\n  wirewatch demo --speed 3",
)
@click.option(
    "--speed", default=SPEED, show_default=True, type=click.FloatRange(0.1, 20), help="News minutes a second."
)
@click.option("--stay", is_flag=True, help="Keep the pages open at the end, until Ctrl-C.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Keep what is shown as an SVG file.")
@awaited
async def demo(speed: float, stay: bool, picture: Path | None) -> None:
    """Watch a news day in half a minute: invented outlets on this machine, the real daemon, alerts on the console.

    Nothing is set up, nothing leaves this machine, and nothing is kept.
    """
    configure(style="text", level="error")
    console = Console(highlight=False) if picture is None else recorded_console()
    clock = SystemClock()
    world = build(clock.now(), speed)
    with TemporaryDirectory(prefix="wirewatch-demo-") as folder:
        async with _published(world, clock) as port:
            write_configuration(Path(folder), world, port)
            source, secrets = opened(Path(folder), clock)
            async with open_daemon(source, secrets, clock, console=console, resolve=_at_home) as daemon:
                await _watch(console, world, daemon, secrets, Path(folder), speed=speed, stay=stay)
    if picture is not None:
        picture.write_text(drawing(console), encoding="utf-8")


@asynccontextmanager
async def _published(world: World, clock: SystemClock) -> AsyncIterator[int]:
    """Serve the world's feeds and pages; yield the port."""
    listener = Listener(application(world, clock.now), "127.0.0.1:0")
    address = await listener.start()
    assert address is not None
    try:
        yield int(address.rstrip("/").rsplit(":", 1)[1])
    finally:
        await listener.stop()


async def _at_home(_host: str, _port: int) -> tuple[str, ...]:
    """Resolve every name of the invented world to this machine."""
    return ("127.0.0.1",)


async def _watch(
    console: Console, world: World, daemon: Daemon, secrets: Secrets, folder: Path, *, speed: float, stay: bool
) -> None:
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_, daemon.stop)
    async with open_pages(daemon, secrets) as source:
        pages = application_of_pages(source)
        listener = Listener(pages, source.settings.listen, closing=pages.changes.close)
        page = await listener.start()
        _introduce(console, world, page, stay)
        await daemon.run_once()
        world.begin(daemon.clock.now())
        began = time.monotonic()
        closing = asyncio.create_task(_close(console, world, daemon, folder, page, stay=stay))
        try:
            await daemon.run()
            if not closing.done():  # ended early, by Ctrl-C
                closing.cancel()
                _sum_up(console, await _day(world, daemon, folder, time.monotonic() - began))
        finally:
            await listener.stop()


async def _close(console: Console, world: World, daemon: Daemon, folder: Path, page: str | None, *, stay: bool) -> None:
    """Wait for the last news, sum up, and end the demo unless it is to stay."""
    began = time.monotonic()
    await asyncio.sleep(world.last_minute / world.speed + SETTLE)
    for _ in range(_PATIENCE):  # an alert may still wait for its console
        if not (await daemon.overview()).outbox.get("pending"):
            break
        await asyncio.sleep(1)
    _sum_up(console, await _day(world, daemon, folder, time.monotonic() - began))
    if not stay:
        daemon.stop()
        return
    where = (
        f"The pages stay at [link={page}]{page}[/link]. " if page else "Port 8080 is in use, so there are no pages. "
    )
    console.print(f"{where}Press Ctrl-C to end the demo.")


async def _day(world: World, daemon: Daemon, folder: Path, seconds: float) -> Day:
    """Read from the store what the day came to."""
    overview = await daemon.overview()
    minute = world.minute(overview.at)
    async with open_store(folder) as database:
        store = SqlAlerts(database)
        begun = overview.at - timedelta(days=1)
        alerts = await store.list(since=begun, topic=None, states=(), limit=_MOST)
        nearest = await store.near_misses(begun, 1)
    return Day(
        seconds=seconds,
        published=sum(piece.minute <= minute for outlet in world.outlets for piece in outlet.pieces),
        read=overview.articles,
        stories=overview.stories,
        alerts=sorted(alerts, key=lambda alert: alert.id),
        near=nearest[0] if nearest else None,
    )


def _introduce(console: Console, world: World, page: str | None, stay: bool) -> None:
    pieces = sum(len(outlet.pieces) for outlet in world.outlets)
    seconds = world.last_minute / world.speed + SETTLE
    lines = [
        f"[bold]A news day in {seconds:.0f} seconds.[/] {len(world.outlets)} invented outlets "
        f"publish {pieces} articles in three languages on this machine;",
        "the daemon polls their feeds, reads the pages, and alerts you to what concerns its three topics:",
        "[bold]China's mediation in the Ukraine war, the US-Russia reset, tariffs.[/] Ctrl-C stops it.",
    ]
    if page:
        kept = "stay open until you press Ctrl-C" if stay else "close with the demo (--stay keeps them open)"
        lines.append(f"The pages at [link={page}]{page}[/link] show the same; they {kept}.")
    console.print(Panel("\n".join(lines), title="Wirewatch demo", border_style="blue", expand=False))


def _sum_up(console: Console, day: Day) -> None:
    lines = [*closing_lines(day), "", *next_lines(command_name(), Path.cwd())]
    console.print(Panel("\n".join(lines), title="That was the day", border_style="blue", expand=False))
