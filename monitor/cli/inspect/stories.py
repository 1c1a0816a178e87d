"""List, show, join and split stories: `wirewatch stories`."""

import getpass
import json
from datetime import datetime, timedelta
from pathlib import Path

import click

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.cli.common import FOUND, awaited, config_option, json_option, leave
from monitor.cli.durations import DURATION
from monitor.domain.status.story_view import StoryCard, StoryFilter
from monitor.domain.strings.visible import visible
from storage.stories.rearrange import Rearranged, SqlStoryChanges
from storage.views.stories import alerted_stories, story_view


@click.group()
def stories() -> None:
    """List stories that alerted and show their reports; join two, or split articles off."""


@stories.command("list", epilog="Example:  wirewatch stories list --since 7d --topic tariffs")
@click.option("--since", type=DURATION, default="7d", show_default=True, help="How far back, such as 12h or 7d.")
@click.option("--topic", default="", help="Only stories that alerted for this topic.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Show at most this many.")
@json_option
@config_option
@awaited
async def list_stories(since: timedelta, topic: str, limit: int, as_json: bool, given: Path | None) -> None:
    """List stories that alerted, the latest change first."""
    async with open_store(given) as database:
        now = SystemClock().now()
        wanted = StoryFilter(topic=topic, since=now - since)
        found = await database.read(lambda connection: alerted_stories(connection, wanted, now, limit=limit))
    for card in found.cards:
        if as_json:
            click.echo(json.dumps(_card_pairs(card), ensure_ascii=False))
            continue
        click.echo(
            f"{card.id:>6}  {card.changed_at:%Y-%m-%d %H:%M}  {card.severity.word:<8}  {', '.join(card.topics)}  "
            f"{visible(card.title)}  ({card.reports} reports, {card.independent} independent, {card.state})"
        )
    if not found.cards and not as_json:
        click.echo("no story alerted in that time")


@stories.command("show", epilog="Example:  wirewatch stories show 12")
@click.argument("story_id", type=int, metavar="ID")
@json_option
@config_option
@awaited
async def show_story(story_id: int, as_json: bool, given: Path | None) -> None:
    """Show the reports of a story: outlet, time, copy of which, independent or not, and what was new."""
    async with open_store(given) as database:
        now = SystemClock().now()
        found = await database.read(lambda connection: story_view(connection, story_id, now))
    if found is None:
        leave(FOUND, f"there is no story {story_id}; see `wirewatch stories list`")
    if as_json:
        pairs = {
            **_card_pairs(found.card),
            "first_seen": found.first_seen.isoformat(),
            "last_seen": found.last_seen.isoformat(),
            "reports": [
                {
                    "article": report.article_id,
                    "outlet": report.outlet,
                    "title": report.title,
                    "url": report.url,
                    "at": _time(report.at),
                    "published": _time(report.published),
                    "copy_of": report.copy_of,
                    "independent": report.independent,
                    "reason": report.reason,
                    "new": list(report.new),
                }
                for report in found.reports
            ],
        }
        click.echo(json.dumps(pairs, ensure_ascii=False))
        return
    click.echo(visible(found.card.title))
    click.echo(f"story {found.card.id} · {found.first_seen:%Y-%m-%d %H:%M} to {found.last_seen:%Y-%m-%d %H:%M} UTC")
    for report in found.reports:
        role = f"copy of article {report.copy_of}" if report.copy_of else "independent" if report.independent else ""
        facts = " · ".join(filter(None, (role, visible(report.reason), *map(visible, report.new))))
        where = f"{report.article_id:>6}  {report.at:%m-%d %H:%M}  {visible(report.outlet)}"
        click.echo(f"  {where}: {visible(report.title)}\n          {facts}")


@stories.command("merge", epilog="Example:  wirewatch stories merge 12 15")
@click.argument("first", type=int, metavar="ID")
@click.argument("second", type=int, metavar="ID")
@json_option
@config_option
@awaited
async def merge_stories(first: int, second: int, as_json: bool, given: Path | None) -> None:
    """Join two stories of one event; the older one stays."""
    async with open_store(given) as database:
        done = await SqlStoryChanges(database).join(first, second, getpass.getuser(), SystemClock().now())
    _report(done, as_json=as_json)


@stories.command("split", epilog="Example:  wirewatch stories split 12 340 341")
@click.argument("story_id", type=int, metavar="ID")
@click.argument("articles", type=int, nargs=-1, required=True, metavar="ARTICLE...")
@json_option
@config_option
@awaited
async def split_stories(story_id: int, articles: tuple[int, ...], as_json: bool, given: Path | None) -> None:
    """Move articles of a story into a story of their own."""
    async with open_store(given) as database:
        done = await SqlStoryChanges(database).split(story_id, articles, getpass.getuser(), SystemClock().now())
    _report(done, as_json=as_json)


def _report(done: Rearranged, *, as_json: bool) -> None:
    if done.refused:
        leave(FOUND, done.refused)
    if as_json:
        click.echo(json.dumps({"story": done.story, "moved": done.moved}))
    else:
        click.echo(f"moved {done.moved} {'article' if done.moved == 1 else 'articles'} into story {done.story}")


def _card_pairs(card: StoryCard) -> dict[str, object]:
    return {
        "id": card.id,
        "title": card.title,
        "topics": list(card.topics),
        "severity": card.severity.word,
        "state": card.state,
        "changed_at": _time(card.changed_at),
        "outlets": card.outlets,
        "independent": card.independent,
        "reports": card.reports,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
