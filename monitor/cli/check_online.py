"""Ask Slack and every feed whether they work: `wirewatch check --online`."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from monitor.app.tools.check_slack import credentials_work
from monitor.cli.feeds_test import tried_feeds
from monitor.domain.catalog import Catalog, Channel


async def online_problems(given: Path | None, catalog: Catalog) -> list[tuple[str, str]]:
    """What does not work, as (where, what): nothing is posted, and every feed that is switched on is asked once."""
    problems: list[tuple[str, str]] = []
    if any(receiver.channel is Channel.SLACK for receiver in catalog.receivers):
        problems += [("slack", finding.text) async for finding in credentials_work(given) if not finding.works]
    feeds = [feed for feed in catalog.feeds if feed.enabled]
    tried = await tried_feeds(given, feeds)
    return [*problems, *((f"feed {one.feed.key}", one.problem) for one in tried if one.problem)]


def show_online(problems: list[tuple[str, str]], *, as_json: bool) -> None:
    """One problem a line, or as JSON."""
    for line in _lines(problems, as_json):
        click.echo(line)


def _lines(problems: list[tuple[str, str]], as_json: bool) -> Iterator[str]:
    for where, what in problems:
        told = {"where": where, "level": "error", "check": "online", "message": what}
        yield json.dumps(told, ensure_ascii=False) if as_json else f"{where}: {what}"
