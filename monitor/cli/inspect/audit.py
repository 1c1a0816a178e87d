"""`wirewatch audit`: what people did, newest first."""

import json
from datetime import timedelta
from pathlib import Path

import click

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.cli.common import awaited, config_option, json_option
from monitor.cli.durations import Duration
from storage.history.audit import SqlAudit


@click.command(
    short_help="Who did what: clicks, silences, merges, configuration.",
    epilog="""\b
Examples:
  wirewatch audit --since 1d
  wirewatch audit --subject topic:tariffs --json > tariffs.jsonl
""",
)
@click.option("--since", type=Duration(), default="7d", show_default=True, help="How far to look back.")
@click.option("--subject", help="Only entries about this, such as topic:tariffs or story:5.")
@click.option("--who", help="Only entries of this person or process.")
@config_option
@json_option
@awaited
async def audit(since: timedelta, subject: str | None, who: str | None, given: Path | None, as_json: bool) -> None:
    """List what people and processes did, newest first. The log is append-only."""
    async with open_store(given) as database:
        start = SystemClock().now() - since
        entries = tuple(await SqlAudit(database).entries(start, subject=subject, who=who))
    for entry in entries:
        if as_json:
            pairs = {
                "at": entry.at.isoformat(),
                "who": entry.who,
                "origin": entry.origin,
                "action": entry.action,
                "subject": entry.subject,
                "details": entry.details,
            }
            click.echo(json.dumps(pairs, ensure_ascii=False))
            continue
        details = ", ".join(f"{name}: {value}" for name, value in entry.details.items())
        who = f"{entry.at:%Y-%m-%d %H:%M:%S} {entry.who} ({entry.origin})"
        click.echo(f"{who} {entry.action} {entry.subject}  {details}".rstrip())
    if not entries and not as_json:
        click.echo("Nothing was done in that time.")
