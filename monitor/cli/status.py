"""Report from the store how the work stands: `wirewatch status` and `wirewatch health`."""

import dataclasses
import json
import socket
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitor.app.tools.store import read_overview_at, topic_sample
from monitor.cli.common import config_option, json_option, run
from monitor.config.environment import config_dir
from monitor.config.loader import load_files
from monitor.config.yaml.folder import read_files
from monitor.domain.feeds.coverage import quiet_by_failures, topic_text
from monitor.domain.status.health import lifeless, living, of_host, troubles
from monitor.domain.status.overview import Overview
from monitor.domain.strings.spans import ago


@click.command(
    epilog="""\b
Examples:
  wirewatch status
  wirewatch status --json | jq .troubles
  wirewatch status --topic tariffs
"""
)
@click.option("--topic", help="Only how this topic stands: its matches, and the health of its best sources.")
@config_option
@json_option
@click.pass_context
def status(context: click.Context, as_json: bool, given: Path | None, topic: str | None) -> None:
    """Show what runs, what is late or broken and since when. Exits with 1 when something is wrong."""
    if topic is not None:
        context.exit(_show_topic(given, topic, as_json=as_json))
    overview = run(read_overview_at(given))
    found = (*_refused_edit(given, overview), *troubles(overview))
    if as_json:
        click.echo(json.dumps({"ok": not found, "troubles": found, **dataclasses.asdict(overview)}, default=_plain))
    else:
        _show(overview, found)
    context.exit(1 if found else 0)


@click.command(epilog="\b\nExample, as Docker asks:\n  wirewatch health || echo unhealthy")
@click.option("--here", is_flag=True, help="Ask for the processes of this machine or container only.")
@config_option
@click.pass_context
def health(context: click.Context, here: bool, given: Path | None) -> None:
    """Say whether the daemon lives: exit 0, or 1 with the reason."""
    overview = run(read_overview_at(given))
    found = lifeless(of_host(overview, socket.gethostname()) if here else overview)
    click.echo("; ".join(found) or "the daemon runs")
    context.exit(1 if found else 0)


def _show_topic(given: Path | None, key: str, *, as_json: bool) -> int:
    """Show how a topic stands; return the exit code, 1 when it is quiet because its sources fail."""
    sample = run(topic_sample(given, key))
    if sample is None:
        raise click.UsageError(f"there is no topic with the key {key!r}; see `wirewatch topics list`")
    quiet = quiet_by_failures(sample)
    if as_json:
        sources = [{"source": source, "trouble": trouble} for source, trouble in sample.sources]
        facts = {"topic": key, "matches": sample.recent, "usual": sample.usual, "sources": sources, "quiet": quiet}
        click.echo(json.dumps({**facts, "text": topic_text(sample)}, ensure_ascii=False))
        return 1 if quiet else 0
    click.echo(topic_text(sample))
    for source, trouble in sample.sources:
        click.echo(f"  {source}: {trouble or 'ok'}")
    return 1 if quiet else 0


def _refused_edit(given: Path | None, overview: Overview) -> tuple[str, ...]:
    """Return what is wrong with an edit that the daemon has refused, or is about to, and has not reported yet."""
    folder = config_dir(given)
    files = read_files(folder)
    alive = living(overview)
    reported = [problem for worker in alive for problem in worker.problems]
    if any(worker.revision == files.revision for worker in alive) or any(
        problem.startswith("configuration refused") for problem in reported
    ):
        return ()
    errors = load_files(files).errors
    if not errors:
        return ()
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    consequence = "; the version before it stays in force" if alive else ""
    return (f"the configuration is not valid{consequence}: {errors[0]}{more}",)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _show(overview: Overview, found: tuple[str, ...]) -> None:
    console = Console(highlight=False)
    for trouble in found:
        console.print(f"[red]✗[/] {escape(trouble)}")
    if not found:
        console.print("[green]✓[/] no problems")
    for quiet in overview.coverage:
        console.print(f"[yellow]![/] {escape(quiet)}")
    sent = ", ".join(f"{count} {state}" for state, count in overview.outbox.items() if count) or "empty"
    console.print(f"{overview.articles:,} articles in {overview.stories:,} stories; outbox: {sent}")
    _table(
        console,
        ("step", "due", "oldest"),
        [
            *((queue.step, str(queue.due), ago(queue.oldest_due, overview.at)) for queue in overview.queues),
            ("deliver", str(overview.outbox.get("pending", 0)), ago(overview.outbox_oldest_due, overview.at)),
        ],
    )
    alive = living(overview)
    _table(
        console,
        (f"process ({len(alive)} alive)", "version", "seen", "configuration"),
        [
            (w.name, w.version, ago(w.seen_at, overview.at) + ("" if w in alive else " (gone)"), w.revision[:12])
            for w in overview.workers
        ],
    )
    if overview.recovered:
        jobs = "job" if overview.recovered == 1 else "jobs"
        console.print(f"{overview.recovered:,} {jobs} recovered from processes that died")
    _table(
        console,
        ("feed in trouble", "why", "since"),
        [(f.key, f.trouble or "", ago(f.since, overview.at)) for f in overview.feeds if f.trouble],
    )


def _table(console: Console, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if rows:
        table = Table(*heads, box=None, header_style="dim", pad_edge=False)
        for row in rows:
            table.add_row(*(escape(cell) for cell in row))
        console.print(table)
