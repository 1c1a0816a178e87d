"""Test the connection to Slack: `wirewatch slack`."""

from pathlib import Path

import click

from monitor.app.tools.check_slack import try_slack
from monitor.cli.common import FOUND, awaited, config_option


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
@awaited
async def test(context: click.Context, receivers: tuple[str, ...], given: Path | None) -> None:
    """Post a test message and say what is missing: tokens, scopes, channels. Exits with 1 when something is."""
    missing = 0
    async for finding in try_slack(given, receivers):
        click.echo(f"{click.style('✓', fg='green') if finding.works else click.style('✗', fg='red')} {finding.text}")
        missing += not finding.works
    context.exit(FOUND if missing else 0)
