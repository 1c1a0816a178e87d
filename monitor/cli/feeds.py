"""List and edit the feeds of feeds.yml: `wirewatch feeds`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from monitor.cli.common import FOUND, INVALID, config_option, json_option, leave, run, show
from monitor.cli.feeds_test import discover_command, report, tried_feeds
from monitor.config.edit_feeds import checked_feed, with_feeds, write_file
from monitor.config.environment import config_dir
from monitor.config.loader import load
from monitor.config.models.durations import duration_text
from monitor.config.opml import Outline, feed_key, read_opml, write_opml
from monitor.config.yaml.folder import FEEDS_FILE, UnreadableFile, read_one
from monitor.domain.catalog import Feed

_WIDE = 300
"""Columns of a table that goes to a file or another program: nothing is folded."""

_LONG = 200
"""Imports longer than this show a progress bar."""


@click.group()
def feeds() -> None:
    """List and edit the feeds of feeds.yml; OPML in and out."""


@feeds.command(name="list", epilog="Example:  wirewatch feeds list --json | jq -r .url")
@config_option
@json_option
def list_(given: Path | None, as_json: bool) -> None:
    """List the feeds that are configured."""
    found = _configured(config_dir(given))
    if as_json:
        for feed in found:
            click.echo(json.dumps(_pairs(feed), ensure_ascii=False))
        return
    table = Table("key", "language", "tier", "every", "address", "tags", box=None, header_style="bold")
    for feed in found:
        every = "off" if not feed.enabled else duration_text(feed.every) if feed.every else "adapts"
        table.add_row(feed.key, feed.language or "", str(feed.tier), every, feed.url, " ".join(feed.tags))
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)


@feeds.command(
    epilog="""\b
Examples:
  wirewatch feeds add https://news.example.org/rss.xml
  wirewatch feeds add https://news.example.org/rss.xml --key example --language en --every 15m --tag economy
"""
)
@click.argument("url")
@click.option("--key", help="Name in logs and on the status page.  [default: from the address]")
@click.option("--language", help="Language code, such as en or zh.")
@click.option("--every", help="Fixed polling interval, such as 15m.  [default: adapts]")
@click.option("--tier", type=click.IntRange(1, 3), default=2, show_default=True, help="1 major outlet .. 3 minor.")
@click.option("--tag", "tags", multiple=True, help="A word that queries can ask for; may be repeated.")
@config_option
def add(
    url: str,
    key: str | None,
    language: str | None,
    every: str | None,
    tier: int,
    tags: tuple[str, ...],
    given: Path | None,
) -> None:
    """Add the feed at URL to feeds.yml; the comments and the order of the file stay."""
    folder = config_dir(given)
    known = _configured(folder)
    key = key or feed_key(Outline(url=url), [feed.key for feed in known])
    for feed in known:
        if feed.key == key:
            raise click.UsageError(f"there is already a feed with the key {key!r}: {feed.url}")
        if feed.url == url:
            raise click.UsageError(f"the feed {feed.key!r} already has this address")
    pairs = {"key": key, "url": url, "language": language, "every": every, "tier": tier, "tags": list(tags)}
    new = checked_feed(pairs)
    if isinstance(new, str):
        raise click.UsageError(new)
    _write(folder, [new])
    click.echo(f"added {new.key}: {new.url}")


@feeds.command(name="import", epilog="Example:  wirewatch feeds import subscriptions.opml --tag imported")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--tag", "tags", multiple=True, help="A tag for every imported feed; may be repeated.")
@config_option
def import_(file: Path, tags: tuple[str, ...], given: Path | None) -> None:
    """Add the feeds of an OPML FILE to feeds.yml; those already there are left out and named."""
    folder = config_dir(given)
    known = _configured(folder)
    content = read_one(file)
    outlines = read_opml(str(file), content) if isinstance(content, bytes) else []
    if not isinstance(outlines, list):
        leave(INVALID, str(outlines))
    if not outlines:
        leave(INVALID, f"{file}: there are no feeds in it")
    new = _new_feeds(outlines, known, tags, str(file))
    if new:
        _write(folder, new)
    click.echo(f"{len(new):,} of {len(outlines):,} feeds added")


@feeds.command(
    epilog="""\b
Examples:
  wirewatch feeds export > feeds.opml
  wirewatch feeds export feeds.opml
"""
)
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@config_option
def export(file: Path | None, given: Path | None) -> None:
    """Write the feeds as OPML to FILE, or to standard output."""
    found = _configured(config_dir(given))
    text = write_opml(found)
    if file is None:
        click.echo(text, nl=False)
        return
    if trouble := write_file(file, text.encode("utf-8")):
        leave(INVALID, f"{file}: {trouble}")
    click.echo(f"{len(found):,} feeds written to {file}")


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
    known = _configured(config_dir(given))
    unknown = sorted(set(keys) - {feed.key for feed in known})
    if unknown:
        raise click.UsageError(f"there is no feed with the key {', '.join(unknown)}")
    chosen = [feed for feed in known if (feed.key in keys if keys else feed.enabled)]
    found = run(tried_feeds(given, chosen))
    report(found, as_json=as_json)
    failing = sum(tried.problem is not None for tried in found)
    if failing:
        leave(FOUND, f"{failing:,} of {len(found):,} feeds do not work")


feeds.add_command(discover_command)


def _configured(folder: Path) -> tuple[Feed, ...]:
    """Return the feeds of a valid feeds.yml; exit with 2 when that file has problems."""
    loaded = load(folder)
    name = str(folder / FEEDS_FILE)
    wrong = [problem for problem in loaded.errors if problem.place.file in (name, str(folder))]
    if wrong:
        show(wrong, as_json=False)
        leave(INVALID, f"{name}: mend it first")
    return loaded.feeds


def _new_feeds(outlines: Sequence[Outline], known: Sequence[Feed], tags: tuple[str, ...], file: str) -> list[Feed]:
    keys, urls = {feed.key for feed in known}, {feed.url for feed in known}
    new: list[Feed] = []
    quiet = len(outlines) < _LONG
    for outline in track(outlines, "reading", console=Console(stderr=True), disable=quiet, transient=True):
        where = f"{file}:{outline.line}"
        if outline.url in urls:
            click.echo(f"{where}: already there: {outline.url}", err=True)
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


def _write(folder: Path, new: Sequence[Feed]) -> None:
    path = folder / FEEDS_FILE
    content = read_one(path) or b""
    if isinstance(content, UnreadableFile):
        leave(INVALID, f"{path}: {content.reason}")
    changed = with_feeds(str(path), content, new)
    if isinstance(changed, tuple):
        show(changed, as_json=False)
        leave(INVALID, f"{path}: mend it first")
    if trouble := write_file(path, changed):
        leave(INVALID, f"{path}: {trouble}")


def _pairs(feed: Feed) -> dict[str, object]:
    return {
        "key": feed.key,
        "url": feed.url,
        "every": duration_text(feed.every) if feed.every else None,
        "full_text": feed.full_text,
        "language": feed.language,
        "tier": feed.tier,
        "tags": list(feed.tags),
        "enabled": feed.enabled,
    }
