"""`wirewatch backtest`: the alerts that another configuration would have raised."""

import json
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from monitor.app.runtime.clock import SystemClock
from monitor.app.runtime.story_window import WINDOW
from monitor.app.tools.backtest import AlertDifference, Backtest, Effect
from monitor.app.tools.backtest.configurations import UnknownRevision, catalog_at, folder_of
from monitor.app.tools.store import open_store
from monitor.cli.common import INVALID, awaited, config_option, json_option, leave
from monitor.cli.durations import Duration
from monitor.config.environment import config_dir
from storage.views.archive import SqlArchive

SHOWN = 20
"""Alerts listed for each topic and direction; --json lists all."""


@click.command(
    short_help="Compare the alerts of two configurations over the archive.",
    epilog="""\b
Examples:
  wirewatch backtest --against edited/
  wirewatch backtest --against HEAD~1 --since 30d --topic tariffs
""",
)
@click.option("--since", type=Duration(), default="7d", show_default=True, help="How far to look back.")
@click.option("--against", required=True, help="The other configuration: a folder, or a git revision of --config.")
@click.option("--topic", help="Compare this topic only, changed or not.")
@config_option
@json_option
@awaited
async def backtest(since: timedelta, against: str, topic: str | None, given: Path | None, as_json: bool) -> None:
    """Replay the stored articles under two configurations and show the alerts gained and lost.

    The configuration in --config (which also names the database) comes first; --against is the edited one. Where the
    daemon has already taken up --against, it is the other way round. Nothing is sent and nothing is written.
    """
    config = config_dir(given)
    try:
        with folder_of(against, config) as other:
            effect = await _effect(config, other, since, topic)
    except UnknownRevision as unknown:
        leave(INVALID, f"wirewatch: {unknown}")
    for difference in effect.differences if as_json else ():
        click.echo(json.dumps(as_pairs(difference), ensure_ascii=False))
    if as_json:
        click.echo(json.dumps({"summary": summary(effect)}))
    else:
        show(effect)


async def _effect(config: Path, other: Path, since: timedelta, topic: str | None) -> Effect:
    before, after = catalog_at(config), catalog_at(other)
    if topic and not (before.topic(topic) or after.topic(topic)):
        leave(INVALID, f"wirewatch: no topic is named {topic!r} in either configuration")
    async with open_store(config) as database:
        archive = SqlArchive(database)
        if await archive.newest_revision() == after.revision:
            before, after = after, before
        start = SystemClock().now() - since
        bar = Progress(
            TextColumn("backtest"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        with bar:
            task = bar.add_task("backtest", total=await archive.count(start - WINDOW))
            comparing = Backtest(archive=archive, before=before, after=after, topic=topic)
            return await comparing.run(start, start - WINDOW, lambda done: bar.advance(task, done))


def as_pairs(difference: AlertDifference) -> dict[str, object]:
    """Return one differing alert as `--json` prints it."""
    return {
        "topic": difference.topic,
        "change": "gained" if difference.gained else "lost",
        "article": difference.article,
        "title": difference.title,
        "url": difference.url,
        "published": difference.published.isoformat(),
        "outlet": difference.outlet,
        "score_before": difference.score_before,
        "score_after": difference.score_after,
        "reason": difference.reason,
    }


def summary(effect: Effect) -> dict[str, object]:
    """Return the totals as `--json` prints them last."""
    return {
        "articles": effect.articles,
        "since": effect.since.isoformat(),
        "without_text": effect.without_text,
        "topics": {
            key: {"before": one.before, "after": one.after, "gained": one.gained, "lost": one.lost}
            for key, one in effect.topics.items()
        },
    }


def show(effect: Effect) -> None:
    """Print the effect for people."""
    click.echo(f"{effect.articles:,} articles since {effect.since:%Y-%m-%d %H:%M} UTC")
    if effect.without_text:
        click.echo(
            f"{effect.without_text:,} of them have no text any more (retention.text): matched by the words of the feed"
        )
    if not effect.topics:
        click.echo("No topic differs between the two configurations.")
    for key, topic in effect.topics.items():
        click.echo(
            f"\n{key}: {topic.before} alerts before, {topic.after} after ({topic.gained} gained, {topic.lost} lost)"
        )
        for gained, sign in ((True, "+"), (False, "-")):
            listed = [one for one in effect.differences if one.topic == key and one.gained is gained]
            for one in listed[:SHOWN]:
                click.echo(f"  {sign} {one.published:%d %b %H:%M} {one.outlet}: {one.title}")
                click.echo(f"      score {_score(one.score_before)} -> {_score(one.score_after)}; {one.reason}")
            if len(listed) > SHOWN:
                click.echo(f"  {sign} and {len(listed) - SHOWN} more (--json lists all)")


def _score(score: float | None) -> str:
    return "none" if score is None else f"{score:g}"
