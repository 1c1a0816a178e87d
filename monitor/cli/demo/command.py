"""Run the demo: an invented news world on loopback, and the real daemon watching it."""

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
from monitor.cli.common import run
from monitor.cli.demo.configuration import write_configuration
from monitor.cli.demo.pages import application
from monitor.cli.demo.world import World, build
from monitor.config.secrets import Secrets
from monitor.domain.status.overview import Overview
from monitor.web.listener import Listener
from monitor.web.server import application as application_of_pages

SPEED = 1.0
"""World minutes a second: half an hour of news in half a minute."""

SETTLE = 4.0
"""Seconds given to the last news to arrive."""


@click.command(
    short_help="A news day in a minute, on this machine alone.",
    epilog="\b\nExamples:\n  wirewatch demo\n  wirewatch demo --speed 3",
)
@click.option(
    "--speed", default=SPEED, show_default=True, type=click.FloatRange(0.1, 20), help="News minutes a second."
)
@click.option("--stay", is_flag=True, help="Keep running at the end, to look at the status page.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Keep what is shown as an SVG file.")
def demo(speed: float, stay: bool, picture: Path | None) -> None:
    """Watch a news day in a minute: invented outlets on this machine, the real daemon, alerts on the console.

    Nothing is set up, nothing leaves this machine, and nothing is kept.
    """
    configure(style="text", level="error")
    console = Console(highlight=False) if picture is None else _recording()
    run(_demo(console, speed, stay))
    if picture is not None:
        picture.write_text(_FONTS.sub("", console.export_svg(title="wirewatch demo")), encoding="utf-8")


_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Rich would have every viewer fetch a font from elsewhere."""


def _recording() -> Console:
    return Console(highlight=False, record=True, force_terminal=True, color_system="truecolor", width=110)


async def _demo(console: Console, speed: float, stay: bool) -> None:
    clock = SystemClock()
    world = build(clock.now(), speed)
    with TemporaryDirectory(prefix="wirewatch-demo-") as folder:
        async with _published(world, clock) as port:
            write_configuration(Path(folder), world, port)
            source, secrets = opened(Path(folder), clock)
            async with open_daemon(source, secrets, clock, console=console, resolve=_at_home) as daemon:
                await _watch(console, world, daemon, secrets, speed, stay)


@asynccontextmanager
async def _published(world: World, clock: SystemClock) -> AsyncIterator[int]:
    """Serve the world's feeds and pages; the port."""
    listener = Listener(application(world, clock.now), "127.0.0.1:0")
    address = await listener.start()
    assert address is not None
    try:
        yield int(address.rstrip("/").rsplit(":", 1)[1])
    finally:
        await listener.stop()


async def _at_home(_host: str, _port: int) -> tuple[str, ...]:
    """Every name of the invented world is this machine."""
    return ("127.0.0.1",)


async def _watch(console: Console, world: World, daemon: Daemon, secrets: Secrets, speed: float, stay: bool) -> None:
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_, daemon.stop)
    async with open_pages(daemon, secrets) as source:
        pages = application_of_pages(source)
        listener = Listener(pages, source.settings.listen, closing=pages.changes.close)
        page = await listener.start()
        _introduce(console, world, page)
        await daemon.run_once()
        world.begin(daemon.clock.now())
        if not stay:
            loop.call_later(world.last_minute / speed + SETTLE, daemon.stop)
        began = time.monotonic()
        try:
            await daemon.run()
            _sum_up(console, world, await daemon.overview(), time.monotonic() - began)
        finally:
            await listener.stop()


def _introduce(console: Console, world: World, page: str | None) -> None:
    pieces = sum(len(outlet.pieces) for outlet in world.outlets)
    lines = [
        f"[bold]A news day in {world.last_minute / world.speed:.0f} seconds.[/] {len(world.outlets)} invented outlets "
        f"publish {pieces} articles in three languages on this machine;",
        "the daemon polls their feeds, reads the pages, and tells you what concerns its three topics:",
        "[bold]China's mediation in the Ukraine war, the US-Russia reset, tariffs.[/] Ctrl-C stops it.",
    ]
    if page:
        lines.append(f"The status page, meanwhile: [link={page}]{page}[/link]")
    console.print(Panel("\n".join(lines), title="Wirewatch demo", border_style="blue", expand=False))


def _sum_up(console: Console, world: World, overview: Overview, seconds: float) -> None:
    minute = world.minute(overview.at)
    published = sum(piece.minute <= minute for outlet in world.outlets for piece in outlet.pieces)
    told = {alert.title for alert in overview.alerts}
    lines = [
        f"In {seconds:.0f} seconds {published} articles were published and {overview.articles} read; they tell "
        f"{overview.stories} stories. You were told of [bold]{len(told)}[/].",
        "A wire copy, two more languages and an edited article changed messages that were already there;",
        "an electricity tariff and a china shop woke nobody.",
        "",
        "[bold]Next[/]",
        "  wirewatch check                 is the configuration in config/ valid?",
        "  wirewatch run                   watch the real news; alerts appear here",
        "  config/watchlists/*.yml         edit a topic while it runs: it is live within seconds",
        "  docs/slack.md                   Slack in five minutes",
    ]
    console.print(Panel("\n".join(lines), title="That was the day", border_style="blue", expand=False))
