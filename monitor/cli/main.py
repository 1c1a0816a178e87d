"""The command group that all commands join."""

import click

from monitor import __version__
from monitor.cli.check import check
from monitor.cli.demo.command import demo
from monitor.cli.extract import extract
from monitor.cli.feeds import feeds
from monitor.cli.match import match
from monitor.cli.replay import replay
from monitor.cli.run import run_command
from monitor.cli.status import health, status
from monitor.cli.topics import topics


@click.group()
@click.version_option(__version__, prog_name="wirewatch")
def main() -> None:
    """Wirewatch watches the news for people who must not miss a development."""


for command in (run_command, check, demo, match, extract, replay, feeds, topics, status, health):
    main.add_command(command)
