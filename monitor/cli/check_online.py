"""Ask Slack and every feed whether they work: `wirewatch check --online`."""

import json
from pathlib import Path

import click

from monitor.adapters.slack.check import SlackCheckResult
from monitor.app.tools.check_slack import credentials_work
from monitor.app.tools.try_feeds import Tried
from monitor.cli.feeds_test import report, tried_feeds
from monitor.domain.catalog import Catalog, Channel


async def online_answers(given: Path | None, catalog: Catalog) -> tuple[list[SlackCheckResult], list[Tried]]:
    """Return what Slack and each enabled feed answered; nothing is posted. A progress bar shows on a terminal."""
    slack = []
    if any(receiver.channel is Channel.SLACK for receiver in catalog.receivers):
        slack = [result async for result in credentials_work(given)]
    return slack, await tried_feeds(given, [feed for feed in catalog.feeds if feed.enabled])


def failures(slack: list[SlackCheckResult], feeds: list[Tried]) -> int:
    """Count the answers that are a problem."""
    return sum(not result.works for result in slack) + sum(tried.problem is not None for tried in feeds)


def show_online(slack: list[SlackCheckResult], feeds: list[Tried], *, as_json: bool) -> None:
    """Print every answer: Slack's line by line, the feeds as a table, or all as JSON."""
    if not as_json:
        for result in slack:
            mark = click.style("✓", fg="green") if result.works else click.style("✗", fg="red")
            click.echo(f"{mark} slack: {result.text}")
        if not slack:
            click.echo("no receiver is on Slack: nothing to ask there")
        report(feeds, as_json=False)
        return
    answers = [("slack", result.works, result.text) for result in slack]
    for tried in feeds:
        said = tried.problem or "; ".join([f"{tried.entries} entries", *tried.doubts])
        answers.append((f"feed {tried.feed.key}", tried.problem is None, said))
    for where, works, what in answers:
        line = {"where": where, "level": "ok" if works else "error", "check": "online", "message": what}
        click.echo(json.dumps(line, ensure_ascii=False))
