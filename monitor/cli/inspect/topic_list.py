"""List the topics with their counts: `wirewatch topics list`."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitor.app.configuration import ConfigurationInvalid, opened, opened_store_url
from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.cli.common import config_option, json_option, run
from monitor.cli.durations import DURATION
from monitor.domain.catalog import Catalog, Topic
from monitor.domain.volume.history import LEARNING
from storage.sql.database import Database
from storage.sql.errors import StoreError
from storage.views.topic_counts import SqlTopicCounts, TopicCounts
from storage.volume.counts import SqlStoryCounts

_WIDE = 200
"""Columns of a table that goes to a file or another program."""


@click.command(
    "list",
    epilog="""\b
Examples:
  wirewatch topics list
  wirewatch topics list --since 30d --json
""",
)
@click.option("--since", type=DURATION, default="7d", show_default=True, help="How far back to count.")
@config_option
@json_option
def list_topics(since: timedelta, given: Path | None, as_json: bool) -> None:
    """List the topics: severity, receivers, owner, and how often each matched, nearly matched and alerted."""
    catalog, counts, begins = run(_read(given, since))
    rows = [(topic, counts.get(topic.key, TopicCounts())) for topic in catalog.topics]
    if as_json:
        for topic, count in rows:
            click.echo(json.dumps(_pairs(catalog, topic, count) | _learning(topic, begins), ensure_ascii=False))
        return
    if not rows:
        click.echo("there are no topics; write one into config/watchlists/")
        return
    heads = ("key", "title", "severity", "receivers", "owner", "matches", "near misses", "alerts", "not relevant")
    table = Table(*heads, box=None, header_style="bold", pad_edge=False)
    for topic, count in rows:
        pairs = _pairs(catalog, topic, count)
        numbers = (count.matches, count.near, count.alerts, count.irrelevant)
        table.add_row(
            *(escape(text) for text in (topic.key, topic.title, topic.severity.word)),
            escape(", ".join(_receivers(catalog, topic)) or "none"),
            escape(str(pairs["owner"] or "")),
            *(f"{number:,}" for number in numbers),
        )
    Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False).print(table)
    for topic in catalog.topics:
        if (until := _learning(topic, begins)["spikes_from"]) is not None:
            click.echo(f"{topic.key}: too young for spikes, which are told from {until} on")


async def _read(
    given: Path | None, since: timedelta
) -> tuple[Catalog, Mapping[str, TopicCounts], Mapping[str, datetime]]:
    source, _ = opened(given)
    catalog = source.current()
    for problem in source.problems:
        if not problem.warning:
            click.echo(f"{problem} (left out of this list)", err=True)
    path = Database.path_of(opened_store_url(given))
    if path is not None and not path.is_file():
        return catalog, {}, {}
    try:
        async with open_store(given) as database:
            counts = await SqlTopicCounts(database).since(SystemClock().now() - since)
            spiky = [topic for topic in catalog.topics if topic.volume.spike is not None]
            return catalog, counts, await SqlStoryCounts(database).begins(spiky)
    except (StoreError, ConfigurationInvalid) as unread:
        click.echo(f"the counts are not known: {unread}", err=True)
        return catalog, {}, {}


def _learning(topic: Topic, begins: Mapping[str, datetime]) -> dict[str, str | None]:
    """Return from when on a topic may have a spike; None where it may have one now, or has no such rule."""
    now = SystemClock().now()
    until = begins.get(topic.key, now) + LEARNING
    return {"spikes_from": f"{until:%Y-%m-%d %H:%M} UTC" if topic.volume.spike and until > now else None}


def _receivers(catalog: Catalog, topic: Topic) -> tuple[str, ...]:
    watchlist = next((w for w in catalog.watchlists if w.name == topic.watchlist), None)
    return topic.receivers or (watchlist.receivers if watchlist else ())


def _pairs(catalog: Catalog, topic: Topic, count: TopicCounts) -> dict[str, object]:
    watchlist = next((w for w in catalog.watchlists if w.name == topic.watchlist), None)
    return {
        "key": topic.key,
        "title": topic.title,
        "description": topic.description or None,
        "owner": topic.owner or (watchlist.owner if watchlist else "") or None,
        "watchlist": topic.watchlist,
        "severity": topic.severity.word,
        "threshold": topic.threshold,
        "receivers": list(_receivers(catalog, topic)),
        "matches": count.matches,
        "near": count.near,
        "alerts": count.alerts,
        "not_relevant": count.irrelevant,
    }
