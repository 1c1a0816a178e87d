"""List, edit and test the feeds of feeds.yml: `wirewatch feeds`."""

from pathlib import Path

import click

from monitor.cli.common import FOUND, config_option, json_option, leave, run
from monitor.cli.feeds_test import discover_command, report, tried_feeds
from monitor.cli.sources.common import configured_feeds
from monitor.cli.sources.edit import add, disable, enable, remove
from monitor.cli.sources.listing import list_command
from monitor.cli.sources.opml import export, import_
from monitor.config.environment import config_dir


@click.group()
def feeds() -> None:
    """List, edit and test the feeds of feeds.yml; OPML in and out."""


for command in (list_command, add, remove, disable, enable, discover_command, import_, export):
    feeds.add_command(command)


@feeds.command(
    epilog="""\b
Examples:
  wirewatch feeds test
  wirewatch feeds test north south --json

\b
Exit codes: 0 all work, 1 one at least does not.
"""
)
@click.argument("keys", nargs=-1)
@config_option
@json_option
def test(keys: tuple[str, ...], given: Path | None, as_json: bool) -> None:
    """Ask each configured feed once, or those with these KEYS; nothing is stored and nobody is told."""
    known = configured_feeds(config_dir(given))
    unknown = sorted(set(keys) - {feed.key for feed in known})
    if unknown:
        raise click.UsageError(f"there is no feed with the key {', '.join(unknown)}")
    chosen = [feed for feed in known if (feed.key in keys if keys else feed.enabled)]
    found = run(tried_feeds(given, chosen))
    report(found, as_json=as_json)
    failing = sum(tried.problem is not None for tried in found)
    if failing:
        leave(FOUND, f"{failing:,} of {len(found):,} feeds do not work")
