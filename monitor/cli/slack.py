"""Test the connection to Slack: `wirewatch slack`."""

from pathlib import Path

import click

from monitor.app.tools.check_slack import try_slack
from monitor.cli.common import FOUND, config_option, run


@click.group()
def slack() -> None:
    """Try out the connection to Slack."""


@slack.command(
    epilog="""\b
Examples:
  wirewatch slack test             every Slack receiver
  wirewatch slack test desk duty   these
"""
)
@click.argument("receivers", nargs=-1, metavar="[RECEIVER]...")
@config_option
@click.pass_context
def test(context: click.Context, receivers: tuple[str, ...], given: Path | None) -> None:
    """Post a test message and say what is missing: tokens, scopes, channels. Exits with 1 when something is."""
    context.exit(FOUND if run(_test(given, receivers)) else 0)


async def _test(given: Path | None, receivers: tuple[str, ...]) -> int:
    missing = 0
    async for finding in try_slack(given, receivers):
        click.echo(f"{click.style('✓', fg='green') if finding.works else click.style('✗', fg='red')} {finding.text}")
        missing += not finding.works
    return missing
