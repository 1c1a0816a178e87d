"""Import and export feeds as OPML: `wirewatch feeds import|export`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from monitor.cli.common import INVALID, config_option, leave
from monitor.cli.sources.common import configured_feeds, secrets_option, shown_url, write_feeds
from monitor.config.edit_feeds import checked_feed, with_feeds, write_file
from monitor.config.environment import config_dir
from monitor.config.opml import Outline, feed_key, read_opml, write_opml
from monitor.config.yaml.folder import read_one
from monitor.domain.catalog import Feed
from monitor.domain.strings.redaction import redact_all

_LONG = 200
"""Imports longer than this show a progress bar."""


@click.command("import", epilog="Example:  wirewatch feeds import subscriptions.opml --tag imported")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--tag", "tags", multiple=True, help="A tag for every imported feed; may be repeated.")
@config_option
def import_(file: Path, tags: tuple[str, ...], given: Path | None) -> None:
    """Add the feeds of an OPML FILE to feeds.yml; those already there are left out and named."""
    folder = config_dir(given)
    known = configured_feeds(folder)
    content = read_one(file)
    outlines = read_opml(str(file), content) if isinstance(content, bytes) else []
    if not isinstance(outlines, list):
        leave(INVALID, str(outlines))
    if not outlines:
        leave(INVALID, f"{file}: there are no feeds in it")
    new = _new_feeds(outlines, known, tags, str(file))
    if new:
        write_feeds(folder, lambda name, content: with_feeds(name, content, new))
    click.echo(f"{len(new):,} of {len(outlines):,} feeds added")


@click.command(
    epilog="""\b
Examples:
  wirewatch feeds export > feeds.opml
  wirewatch feeds export feeds.opml
"""
)
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@secrets_option
@config_option
def export(file: Path | None, force: bool, show_secrets: bool, given: Path | None) -> None:
    """Write the feeds as OPML to FILE, or to standard output.

    Passwords and keys in addresses are hidden unless --show-secrets is given.
    """
    if file is not None and file.exists() and not force:
        leave(INVALID, f"{file} exists: --force replaces it")
    found = configured_feeds(config_dir(given))
    written = [replace(feed, url=shown_url(feed.url, secrets=show_secrets)) for feed in found]
    hidden = sum(feed.url != original.url for feed, original in zip(written, found, strict=True))
    if hidden:
        click.echo(
            f"{hidden:,} addresses hold passwords or keys, which are hidden; --show-secrets writes them", err=True
        )
    text = write_opml(written)
    if file is None:
        click.echo(text, nl=False)
        return
    if trouble := write_file(file, text.encode("utf-8")):
        leave(INVALID, f"{file}: {trouble}")
    click.echo(f"{len(found):,} feeds written to {file}")


def _new_feeds(outlines: Sequence[Outline], known: Sequence[Feed], tags: tuple[str, ...], file: str) -> list[Feed]:
    keys, urls = {feed.key for feed in known}, {feed.url for feed in known}
    new: list[Feed] = []
    quiet = len(outlines) < _LONG
    for outline in track(outlines, "reading", console=Console(stderr=True), disable=quiet, transient=True):
        where = f"{file}:{outline.line}"
        if outline.url in urls:
            click.echo(f"{where}: already there: {redact_all(outline.url)}", err=True)
            continue
        pairs = {"key": feed_key(outline, keys), "url": outline.url, "tags": list(tags)}
        feed = checked_feed(pairs)
        if isinstance(feed, str):
            click.echo(f"{where}: left out: {feed}", err=True)
            continue
        language = checked_feed(pairs | {"language": (outline.language or "").lower()})
        new.append(feed if isinstance(language, str) else language)
        keys.add(feed.key)
        urls.add(feed.url)
    return new
