"""The command group that all commands join."""

import click

from monitor import __version__
from monitor.cli.check import check
from monitor.cli.feeds import feeds


@click.group()
@click.version_option(__version__, prog_name="wirewatch")
def main() -> None:
    """Wirewatch watches the news for people who must not miss a development."""


main.add_command(check)
main.add_command(feeds)
