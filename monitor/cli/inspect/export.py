"""`wirewatch export`: the stored articles as documents for replay and match."""

import json
from datetime import timedelta
from pathlib import Path

import click

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.cli.common import awaited, config_option
from monitor.cli.durations import Duration
from monitor.steps.triage import body
from storage.views.archive import SqlArchive


@click.command(
    short_help="Write the stored articles as JSON lines.",
    epilog="""\b
Examples:
  wirewatch export --since 30d > month.jsonl
  wirewatch replay month.jsonl --config edited/
""",
)
@click.option("--since", type=Duration(), default="7d", show_default=True, help="How far to look back.")
@config_option
@awaited
async def export(since: timedelta, given: Path | None) -> None:
    """Write each stored article as one JSON object a line, in the order of arrival, on standard output.

    The objects are documents that `wirewatch replay` and `wirewatch match --jsonl` read. Article texts belong to their
    outlets: do not publish the file.
    """
    async with open_store(given) as database:
        async for article in SqlArchive(database).since(SystemClock().now() - since):
            published = article.published or article.first_seen
            pairs = {
                "id": str(article.id),
                "title": article.title,
                "text": body(article),
                "url": article.url,
                "published": published.isoformat(),
                "lang": article.language,
                "outlet": article.outlet,
            }
            click.echo(json.dumps(pairs, ensure_ascii=False))
