"""`wirewatch run`: the daemon."""

import asyncio
import logging
import os
import signal
from pathlib import Path

import click

from monitor import __version__
from monitor.adapters.logs import configure
from monitor.app.clock import SystemClock
from monitor.app.daemon import Daemon, open_daemon
from monitor.app.opening import opened
from monitor.cli.configured import UNUSABLE, config_option, leave, run
from monitor.config.environment import config_dir
from monitor.config.shipped import install_defaults, is_unconfigured
from monitor.web.listener import Listener
from monitor.web.server import Source, application

log = logging.getLogger(__name__)


@click.command(
    "run",
    epilog="""\b
Examples:
  wirewatch run
  wirewatch run --once --config /etc/wirewatch
""",
)
@click.option("--once", is_flag=True, help="Poll every due feed, pass on what comes of it, and exit.")
@config_option
def run_command(once: bool, given: Path | None) -> None:
    """Run the daemon until it is told to stop (Ctrl-C or SIGTERM)."""
    run(_run(once, given))


async def _run(once: bool, given: Path | None) -> None:
    folder = config_dir(given)
    if folder.is_dir() and is_unconfigured(folder):
        _install(folder)
    clock = SystemClock()
    source, secrets = opened(given, clock)
    configure(
        style=source.settings.logging.format,
        level=source.settings.logging.level,
        secrets=secrets.values(),
    )
    for problem in source.problems:
        (log.warning if problem.warning else log.error)("configuration: %s", problem)
    async with open_daemon(source, secrets, clock) as daemon:
        if once:
            await daemon.run_once()
        else:
            await _serve(daemon, source.settings.web.listen)


def _install(folder: Path) -> None:
    """A first start: the folder is there, but empty."""
    installed = install_defaults(folder)
    if installed.trouble:
        leave(UNUSABLE, f"wirewatch: {installed}; put a configuration there, or let user {os.getuid()} write to it")
    click.echo(str(installed), err=True)


async def _serve(daemon: Daemon, listen: str) -> None:
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_, daemon.stop)
    listener = Listener(application(web_source(daemon)), listen)
    page = await listener.start()
    catalog = daemon.vitals.topics.current()[0]
    log.info(
        "wirewatch %s watches %d feeds for %d topics%s",
        __version__,
        sum(feed.enabled for feed in catalog.feeds),
        len(catalog.topics),
        f"; status page: {page}" if page else "",
    )
    try:
        await daemon.run()
    finally:
        await listener.stop()
        log.info("stopped")


def web_source(daemon: Daemon) -> Source:
    """What the web pages ask of the daemon."""
    return Source(
        alive=daemon.vitals.stalled,
        ready=daemon.unready,
        overview=daemon.overview,
        metrics=daemon.metrics,
        now=daemon.clock.now,
    )
