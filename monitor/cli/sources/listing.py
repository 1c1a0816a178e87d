"""List the configured feeds and their health: `wirewatch feeds list`."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitor.app.configuration import ConfigurationInvalid
from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import feeds_health
from monitor.cli.common import awaited, config_option, json_option
from monitor.cli.sources.common import configured_feeds, secrets_option, shown_url
from monitor.config.environment import config_dir
from monitor.config.models.durations import duration_text
from monitor.domain.catalog import Feed
from monitor.domain.status.overview import FeedOverview
from monitor.domain.strings.spans import ago
from storage.sql.errors import StoreError

_WIDE = 300
"""Columns of a table that goes to a file or another program: nothing is folded."""


@click.command(
    "list",
    epilog="""\b
Examples:
  wirewatch feeds list
  wirewatch feeds list --failing
  wirewatch feeds list --json | jq -r .url
""",
)
@click.option("--failing", is_flag=True, help="Only the feeds that are in trouble.")
@secrets_option
@config_option
@json_option
@awaited
async def list_command(given: Path | None, as_json: bool, failing: bool, show_secrets: bool) -> None:
    """List the configured feeds: how each one does, when it was last read, and how it is polled."""
    health = await _health(given)
    found = [
        feed
        for feed in configured_feeds(config_dir(given))
        if not failing or (feed.key in health and health[feed.key].trouble)
    ]
    if as_json:
        for feed in found:
            seen = health.get(feed.key)
            pairs = {
                "key": feed.key,
                "url": shown_url(feed.url, secrets=show_secrets),
                "kind": feed.kind.value,
                "every": duration_text(feed.every) if feed.every else None,
                "full_text": feed.full_text,
                "language": feed.language,
                "tier": feed.tier,
                "tags": list(feed.tags),
                "enabled": feed.enabled,
                "health": {
                    "polled_at": _time(seen.polled_at),
                    "succeeded_at": _time(seen.succeeded_at),
                    "next_poll": _time(seen.due),
                    "trouble": seen.trouble,
                    "since": _time(seen.since),
                }
                if seen
                else None,
            }
            click.echo(json.dumps(pairs, ensure_ascii=False))
    elif found:
        _table(found, health, show_secrets)
    elif failing:
        click.echo("no feed is in trouble")
    else:
        click.echo("no feeds are configured; add one with `wirewatch feeds add URL`")


async def _health(given: Path | None) -> Mapping[str, FeedOverview]:
    try:
        return await feeds_health(given)
    except (StoreError, ConfigurationInvalid) as unread:
        click.echo(f"the health of the feeds is not known: {unread}", err=True)
        return {}


def _table(found: Sequence[Feed], health: Mapping[str, FeedOverview], secrets: bool) -> None:
    now = SystemClock().now()
    table = Table(
        "key", "health", "read", "every", "language", "tier", "address", "tags", box=None, header_style="bold"
    )
    for feed in found:
        seen = health.get(feed.key)
        table.add_row(
            escape(feed.key),
            _health_text(feed, seen, now),
            ago(seen.succeeded_at, now) if seen else "",
            duration_text(feed.every) if feed.every else "adapts",
            feed.language or "",
            str(feed.tier),
            escape(shown_url(feed.url, secrets=secrets)),
            escape(" ".join(feed.tags)),
        )
    Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False).print(table)


def _health_text(feed: Feed, seen: FeedOverview | None, now: datetime) -> str:
    if not feed.enabled:
        return "[dim]off[/]"
    if seen is None or seen.polled_at is None:
        return "[dim]not read yet[/]"
    if seen.trouble:
        since = f", since {ago(seen.since, now)}" if seen.since else ""
        return f"[red]{escape(seen.trouble)}{since}[/]"
    return "[green]ok[/]"


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
