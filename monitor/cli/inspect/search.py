"""`wirewatch search`: full text over the archive."""

import json
from dataclasses import replace
from datetime import timedelta
from math import inf
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from monitor.app.configuration import opened
from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.search import search_query, search_words_of
from monitor.app.tools.store import open_store
from monitor.cli.common import FOUND, INVALID, awaited, config_option, json_option, leave
from monitor.cli.durations import DURATION
from monitor.domain.articles.searchable import SearchRefused
from monitor.domain.status.search_view import SearchFilter, SearchHit, SearchPage
from storage.search.index import SearchIndex

MOST = 1_000


@click.command(
    epilog="""\b
Examples:
  wirewatch search tariff steel
  wirewatch search '"peace talks" -football' --since 7d
  wirewatch search --query 'tariff* AND NOT electric*' --outlet kestrel.example --json
""",
)
@click.argument("text", nargs=-1, required=True)
@click.option("--since", type=DURATION, help="Only articles of the last days, such as 7d.")
@click.option("--topic", default="", help="Only articles that matched this topic.")
@click.option("--outlet", default="", help="Only articles of this outlet, such as kestrel.example.")
@click.option("--lang", default="", help="Only articles in this language, such as zh.")
@click.option("--query", "as_query", is_flag=True, help="Read TEXT in the topic language; vocabularies may be used.")
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="Articles shown at most.")
@config_option
@json_option
@awaited
async def search(
    text: tuple[str, ...],
    since: timedelta | None,
    topic: str,
    outlet: str,
    lang: str,
    as_query: bool,
    limit: int,
    given: Path | None,
    as_json: bool,
) -> None:
    """Find articles of the archive, newest first.

    TEXT is words (from four letters on, each also finds longer words that begin so), "phrases in quotation marks",
    -words that must not occur, and OR. Exit code 1: nothing was found.
    """
    wanted = SearchFilter(
        since=SystemClock().now() - since if since is not None else None, topic=topic, outlet=outlet, language=lang
    )
    try:
        page = await _search(" ".join(text), wanted, limit, given, as_query=as_query)
    except SearchRefused as refused:
        leave(INVALID, f"wirewatch: {refused}")
    console = Console(highlight=False, soft_wrap=True)
    for hit in page.hits:
        if as_json:
            click.echo(json.dumps(as_pairs(hit), ensure_ascii=False))
            continue
        console.print(Text(f"{hit.at:%Y-%m-%d %H:%M} UTC  {hit.outlet}  article {hit.article_id}", style="dim"))
        console.print(_marked(hit.title, "bold"))
        console.print(_marked(hit.snippet, ""))
        console.print()
    if not page.hits:
        leave(FOUND, "nothing found")


async def _search(text: str, wanted: SearchFilter, limit: int, given: Path | None, *, as_query: bool) -> SearchPage:
    async with open_store(given) as database:
        if as_query:
            catalog = opened(given)[0].current()
            return search_query(database, catalog, text, wanted, limit, read_for=inf)
        index = SearchIndex(database)
        if waiting := await index.waiting():
            if waiting > 1_000:
                click.echo(f"indexing {waiting:,} articles first ...", err=True)
            await index.index_all()
        hits: list[SearchHit] = []
        while True:  # a filter can make a page short
            page = search_words_of(database, text, wanted, limit - len(hits))
            hits += page.hits
            if page.next is None or len(hits) >= limit:
                return SearchPage(hits=tuple(hits), next=page.next)
            wanted = replace(wanted, before=page.next)


def _marked(stretches: tuple[tuple[str, bool], ...], style: str) -> Text:
    line = Text("  ")
    for stretch, is_found in stretches:
        line.append(stretch, style="bold yellow" if is_found else style)
    return line


def as_pairs(hit: SearchHit) -> dict[str, object]:
    """Return an article found as `search --json` prints it."""
    return {
        "article": hit.article_id,
        "story": hit.story_id,
        "title": "".join(stretch for stretch, _ in hit.title),
        "snippet": "".join(stretch for stretch, _ in hit.snippet),
        "url": hit.url,
        "outlet": hit.outlet,
        "published": hit.at.isoformat(),
        "language": hit.language,
        "topics": list(hit.topics),
        "score": hit.score,
    }
