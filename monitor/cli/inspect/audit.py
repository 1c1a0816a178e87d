"""`wirewatch audit`: what people did, newest first."""

import json
from datetime import timedelta
from pathlib import Path

import click

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.cli.common import config_option, json_option, run
from monitor.cli.durations import Duration
from storage.history.audit import AuditEntry, SqlAudit


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
def audit(since: timedelta, subject: str | None, who: str | None, given: Path | None, as_json: bool) -> None:
    """List what people and processes did, newest first. The log is append-only."""
    entries = run(_entries(since, subject, who, given))
    for entry in entries:
        click.echo(json.dumps(_as_pairs(entry), ensure_ascii=False) if as_json else _line(entry))
    if not entries and not as_json:
        click.echo("Nothing was done in that time.")


async def _entries(
    since: timedelta, subject: str | None, who: str | None, given: Path | None
) -> tuple[AuditEntry, ...]:
    async with open_store(given) as database:
        start = SystemClock().now() - since
        return tuple(await SqlAudit(database).entries(start, subject=subject, who=who))


def _as_pairs(entry: AuditEntry) -> dict[str, object]:
    return {
        "at": entry.at.isoformat(),
        "who": entry.who,
        "origin": entry.origin,
        "action": entry.action,
        "subject": entry.subject,
        "details": entry.details,
    }


def _line(entry: AuditEntry) -> str:
    details = ", ".join(f"{name}: {value}" for name, value in entry.details.items())
    return (
        f"{entry.at:%Y-%m-%d %H:%M:%S} {entry.who} ({entry.origin}) {entry.action} {entry.subject}  {details}".rstrip()
    )
