"""The command group that all commands join."""

import click

from monitor import __version__


@click.group()
@click.version_option(__version__, prog_name="wirewatch")
def main() -> None:
    """Wirewatch watches the news for people who must not miss a development."""
