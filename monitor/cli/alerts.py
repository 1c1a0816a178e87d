"""List alerts and decide about held deliveries: `wirewatch alerts`."""

import getpass
import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import click

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.cli.common import FOUND, awaited, config_option, json_option, leave
from monitor.cli.inspect.alert_list import list_alerts, show_alert
from monitor.domain.alerts.evidence import ELLIPSIS
from monitor.domain.strings.visible import visible
from monitor.domain.topics.values import Field
from monitor.steps.triage import body
from storage.views.deliveries import SqlSent
from storage.views.feedback import Label, SqlLabels

_BEGINNING = 500
"""Characters of a labelled article that are printed."""


@click.group()
def alerts() -> None:
    """List and show alerts, and decide about messages that are held."""


alerts.add_command(list_alerts)
alerts.add_command(show_alert)


@alerts.command(epilog="Example:  wirewatch alerts requeue 41 42")
@click.argument("ids", nargs=-1, required=True, type=int, metavar="ID...")
@config_option
@awaited
async def requeue(ids: tuple[int, ...], given: Path | None) -> None:
    """Send held or dead messages again. One that was held says that it may be a repeat."""
    async with open_store(given) as database:
        changed = await SqlSent(database).requeue(ids, SystemClock().now(), who=getpass.getuser())
    _changed(ids, changed, "will be sent again", "is neither held nor dead")


@alerts.command(epilog="Example:  wirewatch alerts release 41")
@click.argument("ids", nargs=-1, required=True, type=int, metavar="ID...")
@config_option
@awaited
async def release(ids: tuple[int, ...], given: Path | None) -> None:
    """Say that held messages did arrive: they count as sent and are not sent again."""
    async with open_store(given) as database:
        changed = await SqlSent(database).release(ids, SystemClock().now(), who=getpass.getuser())
    _changed(ids, changed, "counts as sent", "is not held")


@alerts.command(
    epilog="""\b
Examples:
  wirewatch alerts labels --topic tariffs      paste it into the topic: then it stays true
"""
)
@click.option("--topic", help="Only those of this topic.")
@json_option
@config_option
@awaited
async def labels(topic: str | None, as_json: bool, given: Path | None) -> None:
    """Print what people marked as not relevant, as `must_not_match` examples for the watchlist.

    `wirewatch check` tries them as they are stored; in the watchlist they are kept with the topic, for every machine.
    """
    async with open_store(given) as database:
        found = await SqlLabels(database).labels(topic)
    if as_json:
        for label in found:
            pairs = {
                "topic": label.topic,
                "article": label.article.id,
                "url": label.article.url,
                "author": label.author,
                "at": label.at.isoformat(),
                **_example(label),
            }
            click.echo(json.dumps(pairs, ensure_ascii=False))
    else:
        for key, of_topic in groupby(sorted(found, key=lambda label: label.topic), key=lambda label: label.topic):
            click.echo(f"# {key}\nmust_not_match:")
            for label in of_topic:
                click.echo(
                    f"  - {json.dumps(_example(label), ensure_ascii=False)}  # {label.author}, {label.at:%Y-%m-%d}"
                )


def _example(label: Label) -> dict[str, str]:
    """As a watchlist takes it: JSON is YAML. Of a long text the beginning, and what made the topic match."""
    text, language = body(label.article), label.article.language
    beginning = text[:_BEGINNING]
    quoted = (f"{hit.before}{hit.quote}{hit.after}" for hit in label.evidence if hit.field is Field.TEXT)
    passages = (passage.strip(ELLIPSIS) for passage in quoted)
    shown = f" {ELLIPSIS} ".join([beginning, *(passage for passage in passages if passage not in beginning)])
    example = {"title": visible(label.article.title), "text": visible(shown), "lang": language or ""}
    return {name: words for name, words in example.items() if words}


def _changed(ids: Sequence[int], changed: Sequence[int], done: str, refused: str) -> None:
    for delivery_id in ids:
        click.echo(f"{delivery_id} {done if delivery_id in changed else refused}")
    if set(ids) - set(changed):
        leave(FOUND, "not all could be changed; `wirewatch alerts list` shows their states")
