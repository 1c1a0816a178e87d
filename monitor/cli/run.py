"""Run the daemon and cluster workers: `wirewatch run` and `wirewatch worker`."""

import asyncio
import logging
import os
import signal
from pathlib import Path

import click

from monitor import __version__
from monitor.adapters.logs import configure
from monitor.app.configuration import opened
from monitor.app.daemon import Daemon, open_daemon
from monitor.app.pages import open_pages
from monitor.app.runtime.clock import SystemClock
from monitor.app.steps import EXTRACTIONS
from monitor.cli.common import UNUSABLE, awaited, config_option, leave
from monitor.config.defaults import install_defaults, is_unconfigured
from monitor.config.environment import config_dir
from monitor.config.reload import ConfigSource
from monitor.config.secrets import Secrets, known_secrets
from monitor.web.listener import Listener
from monitor.web.server import application

log = logging.getLogger(__name__)


@click.command(
    "run",
    epilog="""\b
Examples:
  wirewatch run
  wirewatch run --once --config /etc/wirewatch
  wirewatch run --engine cluster     # leads a cluster of `wirewatch worker` processes on PostgreSQL
""",
)
@click.option("--once", is_flag=True, help="Poll every due feed, pass on what comes of it, and exit.")
@click.option(
    "--engine",
    type=click.Choice(["local", "cluster"]),
    help="All in this process, or shared with others over PostgreSQL.  [default: as in wirewatch.yml, else local]",
)
@config_option
@awaited
async def run_command(once: bool, engine: str | None, given: Path | None) -> None:
    """Run the daemon until it is stopped (Ctrl-C or SIGTERM)."""
    if once and engine == "cluster":
        raise click.UsageError("--once ends when nothing is due, a cluster never does: use it with --engine local")
    stop = _stop_on_signals()
    source, secrets, clock = _opened(given)
    if (engine or ("local" if once else source.settings.engine)) == "cluster":
        from monitor.app.cluster import open_cluster_member  # with PostgreSQL's driver, 11 MB that SQLite needs not

        member = open_cluster_member(source, secrets, clock, leads=True, stop=stop)
    else:
        member = open_daemon(source, secrets, clock, stop=stop)
    async with member as daemon:
        if once:
            # cut short by a signal: what is under way is still due afterwards
            round_ = asyncio.create_task(daemon.run_once())
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait([round_, stopped], return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            if stop.is_set():
                round_.cancel()
                await asyncio.wait([round_])
                log.warning("stopped before the round was over")
            else:
                await round_
        elif not stop.is_set():
            await _serve(daemon, secrets)
    log.info("stopped")


@click.command(
    "worker",
    epilog="""
Examples, beside one `wirewatch run --engine cluster` on the same PostgreSQL:
  wirewatch worker
  wirewatch worker --concurrency 32
""",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 256),
    default=EXTRACTIONS,
    show_default=True,
    help="Article pages read at once.",
)
@config_option
@awaited
async def worker_command(concurrency: int, given: Path | None) -> None:
    """Take a share of the work of a cluster (PostgreSQL), until told to stop."""
    from monitor.app.cluster import open_cluster_member  # as above

    stop = _stop_on_signals()
    source, secrets, clock = _opened(given)
    async with open_cluster_member(source, secrets, clock, leads=False, extractions=concurrency, stop=stop) as daemon:
        log.info("wirewatch %s takes its share as %s", __version__, daemon.health.name)
        await daemon.run()
        log.info("stopped")


def _opened(given: Path | None) -> tuple[ConfigSource, Secrets, SystemClock]:
    """Open the configuration, filling an empty folder first, and start logging."""
    folder = config_dir(given)
    if folder.is_dir() and is_unconfigured(folder):
        installed = install_defaults(folder)
        if installed.trouble:
            leave(UNUSABLE, f"wirewatch: {installed}; put a configuration there, or let user {os.getuid()} write to it")
        click.echo(str(installed), err=True)
    clock = SystemClock()
    source, secrets = opened(given, clock)
    configure(
        style=source.settings.logging.format,
        level=source.settings.logging.level,
        secrets=known_secrets(secrets, source.settings),
    )
    for problem in source.problems:
        (log.warning if problem.warning else log.error)("configuration: %s", problem)
    return source, secrets, clock


def _stop_on_signals() -> asyncio.Event:
    """Set by SIGTERM and Ctrl-C from now on, also while the daemon is still starting."""
    stop = asyncio.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_, stop.set)
    return stop


async def _serve(daemon: Daemon, secrets: Secrets) -> None:
    async with open_pages(daemon, secrets) as source:
        pages = application(source)
        listener = Listener(pages, source.settings.listen, closing=pages.changes.close)
        page = await listener.start()
        catalog = daemon.health.topics.current()[0]
        log.info(
            "wirewatch %s watches %d feeds for %d topics%s",
            __version__,
            sum(feed.enabled for feed in catalog.feeds),
            len(catalog.topics),
            f"; pages: {page}" if page else "",
        )
        try:
            await daemon.run()
        finally:
            await listener.stop()
