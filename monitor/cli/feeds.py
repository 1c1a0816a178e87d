"""List, edit and test the feeds of feeds.yml: `wirewatch feeds`."""

from pathlib import Path

import click

from monitor.cli.common import FOUND, config_option, json_option, leave, run
from monitor.cli.feeds_test import discover_command, is_document, report, show_entries, tried_feeds
from monitor.cli.sources.common import configured_feeds
from monitor.cli.sources.edit import add, disable, enable, remove
from monitor.cli.sources.listing import list_command
from monitor.cli.sources.opml import export, import_
from monitor.cli.sources.reading import reading_of, recipe_options
from monitor.config.environment import config_dir
from monitor.domain.catalog import Feed


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
  wirewatch feeds test https://www.example.org/feed.xml --entries
  wirewatch feeds test saved.xml --entries --json
  wirewatch feeds test https://ministry.example/press --kind list --entries

\b
Exit codes: 0 all work, 1 one at least does not.
"""
)
@click.argument("keys", nargs=-1, metavar="[KEY|FILE|URL]...")
@click.option("--entries", is_flag=True, help="Show how each entry is read, of a file, an address or a feed's key.")
@recipe_options
@config_option
@json_option
def test(keys: tuple[str, ...], entries: bool, given: Path | None, as_json: bool, **reading: str | None) -> None:
    """Request each configured feed once, or those given; store nothing, notify nobody.

    A FILE or a URL need not be configured: its entries are shown.
    """
    if entries or any(is_document(key) for key in keys):
        if not keys:
            raise click.UsageError("--entries needs a KEY, a FILE or a URL")
        configured = () if all(map(is_document, keys)) else configured_feeds(config_dir(given))
        known = {feed.key: feed for feed in configured}
        other = Feed(key="", url="", **reading_of(reading))
        targets = [(known[key].url, known[key]) if key in known else (key, other) for key in keys]
        show_entries(given, targets, as_json=as_json)
        return
    feeds = configured_feeds(config_dir(given))
    unknown = sorted(set(keys) - {feed.key for feed in feeds})
    if unknown:
        raise click.UsageError(f"there is no feed with the key {', '.join(unknown)}")
    chosen = [feed for feed in feeds if (feed.key in keys if keys else feed.enabled)]
    found = run(tried_feeds(given, chosen))
    report(found, as_json=as_json)
    failing = sum(tried.problem is not None for tried in found)
    if failing:
        leave(FOUND, f"{failing:,} of {len(found):,} feeds failed")
