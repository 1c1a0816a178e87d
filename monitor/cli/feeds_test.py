"""Test feeds and discover those of a site: `wirewatch feeds test` and `wirewatch feeds discover`."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.feed_entries import ReadDocument, read_document
from monitor.app.tools.try_feeds import Tried, discover, try_feeds
from monitor.cli.common import FOUND, config_option, json_option, leave, run
from monitor.config.addresses import web_address
from monitor.domain.catalog import Feed, ListRecipe, SourceKind
from monitor.domain.failures import Failure
from monitor.domain.strings.redaction import redact_all
from monitor.domain.strings.spans import ago

_WIDE = 200
"""Columns of a table that goes to a file or another program."""
_SUMMARY = 300
"""Characters of a summary on a terminal: three or four lines."""


async def tried_feeds(given: Path | None, feeds: Sequence[Feed]) -> list[Tried]:
    """Ask each feed once, with a progress bar on a terminal; in the order of `feeds`."""
    found: list[Tried] = []
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("requesting feeds", total=len(feeds))
        async for tried in try_feeds(given, feeds):
            found.append(tried)
            bar.update(task, advance=1)
    order = {feed.key: number for number, feed in enumerate(feeds)}
    return sorted(found, key=lambda tried: order[tried.feed.key])


def report(found: Sequence[Tried], *, as_json: bool) -> None:
    """One object a line, or a table with what fails at the end, where it is seen."""
    if as_json:
        for tried in found:
            pairs = {
                "key": tried.feed.key or None,
                "url": tried.feed.url,
                "kind": tried.feed.kind.value,
                "list": asdict(tried.feed.recipe) if tried.feed.recipe else None,
                "ok": tried.problem is None,
                "title": tried.title,
                "entries": tried.entries,
                "newest": tried.newest.isoformat() if tried.newest else None,
                "moved_to": tried.moved_to,
                "doubts": list(tried.doubts),
                "problem": tried.problem,
            }
            click.echo(json.dumps(pairs, ensure_ascii=False))
        return
    now = SystemClock().now()
    table = Table("feed", "entries", "newest", "what is wrong or doubtful", box=None, header_style="bold")
    for tried in sorted(found, key=lambda tried: tried.problem is not None):
        wrong = f"[red]{escape(tried.problem)}[/]" if tried.problem else escape("; ".join(_doubts(tried)))
        table.add_row(
            escape(tried.feed.key or redact_all(tried.feed.url)), f"{tried.entries:,}", ago(tried.newest, now), wrong
        )
    Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False).print(table)


def is_document(target: str) -> bool:
    """Tell an address or an existing file from the key of a feed."""
    return "://" in target or "/" in target or Path(target).is_file()


def show_entries(given: Path | None, targets: Sequence[tuple[str, Feed]], *, as_json: bool) -> None:
    """Show how the entries of each document are read; exit with 1 when one cannot be.

    A target is a path or an address, and the source that says how the document there is read.
    """
    failed = 0
    for target, feed in targets:
        try:
            found = run(read_document(given, target, feed))
        except OSError as error:
            found = None
            click.echo(f"{target}: cannot be read: {error.strerror}", err=True)
        if isinstance(found, Failure):
            click.echo(f"{redact_all(target)}: {found}", err=True)
        if isinstance(found, ReadDocument):
            if found.recipe is not None and feed.recipe is None:
                click.echo(f"{redact_all(target)}: read by the recipe  list: {recipe_text(found.recipe)}", err=True)
            _show_document(target, found, as_json=as_json)
        else:
            failed += 1
    if failed:
        sys.exit(FOUND)


def _show_document(target: str, found: ReadDocument, *, as_json: bool) -> None:
    if as_json:
        for entry, outlet in found.entries:
            pairs = {
                "id": entry.guid or entry.link,
                "title": entry.title,
                "url": entry.url,
                "published": entry.published.isoformat() if entry.published else None,
                "summary": entry.summary,
                "tags": list(entry.tags),
                "language": entry.language,
                "outlet": outlet,
            }
            click.echo(json.dumps(pairs, ensure_ascii=False))
        return
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    console.print(f"[bold]{escape(found.feed.title or redact_all(target))}[/]  {len(found.entries):,} entries")
    for doubt in found.feed.doubts:
        console.print(f"  [yellow]{escape(doubt)}[/]")
    for entry, outlet in found.entries:
        when = f"{entry.published:%Y-%m-%d %H:%M} UTC" if entry.published else "no date"
        console.print(f"[bold]{escape(entry.title or '(no title)')}[/]")
        facts = f"{when}  {outlet}  {entry.url or 'no address'}"
        console.print(f"  [dim]{escape(facts)}[/]")
        if entry.summary:
            console.print(f"  {escape(entry.summary[:_SUMMARY])}")


@click.command(
    "discover",
    epilog="""\b
Examples:
  wirewatch feeds discover https://news.example.org
  wirewatch feeds discover news.example.org --json | jq -r .url

\b
Exit codes: 0 sources were found, 1 none.
""",
)
@click.argument("site")
@config_option
@json_option
def discover_command(site: str, given: Path | None, as_json: bool) -> None:
    """List the sources that the SITE at an address offers, each tried once: feeds, news sitemaps, the page as a list.

    Add one with `wirewatch feeds add URL`, with --kind and --links as shown.
    """
    found = run(discover(given, web_address(site)))
    if isinstance(found, Failure):
        leave(FOUND, f"{site}: {found}")
    if not found:
        leave(FOUND, f"{site}: it offers no feed or sitemap, none is where they usually are, and it is no list page")
    report(found, as_json=as_json)


def recipe_text(recipe: ListRecipe) -> str:
    """Return a recipe as feeds.yml has it, on one line."""
    pairs = {name: value for name, value in asdict(recipe).items() if value is not None}
    return "{" + ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in pairs.items()) + "}"


def _doubts(tried: Tried) -> list[str]:
    moved = [f"moved for good to {tried.moved_to}"] if tried.moved_to and tried.moved_to != tried.feed.url else []
    kind = [] if tried.feed.key or tried.feed.kind is SourceKind.FEED else [f"kind: {tried.feed.kind}"]
    recipe = [f"list: {recipe_text(tried.feed.recipe)}"] if kind and tried.feed.recipe else []
    return [*kind, *recipe, *moved, *tried.doubts]
