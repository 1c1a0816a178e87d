"""Add, remove, switch off and switch on feeds: `wirewatch feeds add|remove|disable|enable`."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.try_feeds import matching_topics
from monitor.cli.common import FOUND, config_option, leave, run
from monitor.cli.feeds_test import tried_feeds
from monitor.cli.sources.common import configured_feeds, named_feeds, write_feeds
from monitor.cli.sources.reading import reading_of, recipe_options
from monitor.config.addresses import completed
from monitor.config.edit_feeds import checked_feed, with_enabled, with_feeds, without_feeds
from monitor.config.environment import config_dir
from monitor.config.opml import Outline, feed_key
from monitor.domain.catalog import Feed
from monitor.domain.strings.redaction import redact_all
from monitor.domain.strings.spans import ago
from monitor.domain.strings.visible import visible

_HEADLINES = 3
"""Headlines shown of a feed that is added: enough to see that it is the right one."""


@click.command(
    epilog="""\b
Examples:
  wirewatch feeds add https://news.example.org/rss.xml
  wirewatch feeds add https://ministry.example/press --kind list --links "ul.releases a"
  wirewatch feeds add news.example.org/rss.xml --key example --language en --every 15m --tag economy

\b
Exit codes: 0 added, 1 the address is no feed that can be read, 2 wrong usage or feeds.yml cannot be edited.
"""
)
@click.argument("url")
@click.option("--key", help="Name in logs and on the status page.  [default: from the address]")
@click.option("--language", help="Language code, such as en or zh.")
@click.option("--every", help="Fixed polling interval, such as 15m.  [default: adapts]")
@click.option("--tier", type=click.IntRange(1, 3), default=2, show_default=True, help="1 major outlet .. 3 minor.")
@click.option("--tag", "tags", multiple=True, help="A word that queries can ask for; may be repeated.")
@recipe_options
@click.option("--no-try", is_flag=True, help="Add the address without requesting it first.")
@config_option
def add(
    url: str,
    key: str | None,
    language: str | None,
    every: str | None,
    tier: int,
    tags: tuple[str, ...],
    no_try: bool,
    given: Path | None,
    **reading: str | None,
) -> None:
    """Add the feed at URL to feeds.yml; comments and order of the file stay.

    The feed is requested once first, and what it would bring is shown. Nothing is added when it cannot be read.
    """
    folder = config_dir(given)
    known = configured_feeds(folder)
    url = completed(url)
    key = key or feed_key(Outline(url=url), [feed.key for feed in known])
    for feed in known:
        if feed.key == key:
            raise click.UsageError(f"there is already a feed with the key {key!r}: {redact_all(feed.url)}")
        if feed.url == url:
            raise click.UsageError(f"the feed {feed.key!r} already has this address")
    read = reading_of(reading)
    recipe = {name: value for name, value in asdict(read["recipe"]).items() if value} if read["recipe"] else None
    pairs: dict[str, object] = {"key": key, "url": url, "kind": read["kind"].value, "list": recipe}
    pairs |= {"language": language, "every": every, "tier": tier, "tags": list(tags)}
    new = checked_feed(pairs)
    if isinstance(new, str):
        raise click.UsageError(new)
    if not no_try:
        _try(given, new)
    write_feeds(folder, lambda name, content: with_feeds(name, content, [new]))
    click.echo(f"added {new.key}: {redact_all(new.url)}")


@click.command(epilog="Example:  wirewatch feeds remove north south")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@config_option
def remove(keys: tuple[str, ...], given: Path | None) -> None:
    """Remove feeds from feeds.yml; comments around them stay.

    Articles, stories and alerts that came from them are kept.
    """
    folder = config_dir(given)
    found = named_feeds(folder, keys)
    write_feeds(folder, lambda name, content: without_feeds(name, content, keys))
    for feed in found:
        click.echo(f"removed {feed.key}: {redact_all(feed.url)}")


@click.command(epilog="Example:  wirewatch feeds disable north")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@config_option
def disable(keys: tuple[str, ...], given: Path | None) -> None:
    """Stop polling feeds, keeping them in feeds.yml."""
    _switch(keys, given, enabled=False)


@click.command(epilog="Example:  wirewatch feeds enable north")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@config_option
def enable(keys: tuple[str, ...], given: Path | None) -> None:
    """Poll feeds again that were switched off in feeds.yml."""
    _switch(keys, given, enabled=True)


def _switch(keys: tuple[str, ...], given: Path | None, *, enabled: bool) -> None:
    folder = config_dir(given)
    found = named_feeds(folder, keys)
    changing = [feed.key for feed in found if feed.enabled is not enabled]
    if changing:
        write_feeds(folder, lambda name, content: with_enabled(name, content, changing, enabled=enabled))
    state = "on" if enabled else "off"
    for feed in found:
        click.echo(f"{feed.key} is {'now' if feed.key in changing else 'already'} {state}")


def _try(given: Path | None, feed: Feed) -> None:
    """Show what a feed brings, or exit with 1 when it cannot be read."""
    (tried,) = run(tried_feeds(given, [feed]))
    if tried.problem is not None:
        click.echo(f"{redact_all(feed.url)}: {tried.problem}", err=True)
        site = f"{feed.url.split('/')[0]}//{feed.url.split('/')[2]}"
        leave(
            FOUND,
            f"not added. `wirewatch feeds discover {redact_all(site)}` looks for the site's feeds; "
            "--no-try adds the address all the same.",
        )
    newest = f", the newest {ago(tried.newest, SystemClock().now())}" if tried.newest else ""
    click.echo(f"{visible(tried.title) or '(no title)'}: {tried.entries} entries{newest}")
    for entry in tried.latest[:_HEADLINES]:
        click.echo(f"  - {visible(entry.title) or '(no headline)'}")
    if tried.moved_to and tried.moved_to != tried.feed.url:
        click.echo(f"  moved for good to {redact_all(tried.moved_to)}: better add that address")
    for doubt in tried.doubts:
        click.echo(f"  {doubt}")
    topics = Counter(run(matching_topics(given, tried)))
    found = ", ".join(f"{topic} ({count})" for topic, count in topics.most_common()) or "none"
    click.echo(f"  topics that match these entries by headline and summary: {found}")
