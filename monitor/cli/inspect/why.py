"""`wirewatch why`: why people were notified of an article, or why not."""

import json
from pathlib import Path

import click

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.app.tools.why import Explainer, as_pairs
from monitor.app.tools.workbench import open_workbench
from monitor.cli.common import awaited, config_option, json_option
from monitor.domain.status.explanation import Explanation


@click.command(
    short_help="Why an article alerted, or why it did not.",
    epilog="""\b
Examples:
  wirewatch why https://kestrel.example/world/talks
  wirewatch why 4711
  wirewatch why "machine tool tariffs meridianpost"
""",
)
@click.argument("article", metavar="URL_OR_ID", nargs=-1, required=True)
@click.option("--no-fetch", is_flag=True, help="Do not fetch an address that was never seen.")
@config_option
@json_option
@awaited
async def why(article: tuple[str, ...], no_fetch: bool, given: Path | None, as_json: bool) -> None:
    """Answer in one sentence, then list what happened to the article.

    URL_OR_ID is an article's number, its address in any spelling, or words of its title and outlet. An address that was
    never seen is fetched and tried on the topics.
    """
    async with open_workbench(given) as bench, open_store(given) as database:
        catalog, matcher = bench.topics.current()
        explainer = Explainer(
            database=database, catalog=catalog, matcher=matcher, read_page=None if no_fetch else bench.read_page
        )
        explanation = await explainer.explain(" ".join(article), SystemClock().now())
    if as_json:
        click.echo(json.dumps(as_pairs(explanation), ensure_ascii=False))
        return
    for line in lines(explanation):
        click.echo(line)


def lines(explanation: Explanation) -> list[str]:
    """Return the explanation for people: the sentence first, then what it rests on."""
    shown = [explanation.answer]
    history = explanation.history
    if history:
        article = history.article
        shown += ["", f"{article.title} ({article.outlet}), article {article.id}"]
        if history.story:
            reports = len(history.story.members)
            shown.append(f"story {history.story.id}, {reports} report{'s' if reports > 1 else ''}")
    elif explanation.fetched_title:
        shown += ["", f"{explanation.fetched_title} (fetched now)"]
    shown += [f"  {line}" for line in explanation.receivers]
    if explanation.topics:
        shown += ["", "Topics by the configuration in force:"]
        for one in explanation.topics[:5]:
            verdict = "matches" if one.matched else "misses "
            reason = ", ".join(one.parts) if one.matched else one.missing
            shown.append(f"  {verdict} {one.topic}: {one.score:.2f} of {one.threshold:g}; {reason}")
    if history and history.lines:
        shown += ["", "What happened:"]
        shown += [f"  {line.at:%d %b %H:%M:%S} {line.note.step}: {line.note.text}" for line in history.lines]
    if explanation.source_states:
        shown += ["", "Its source, within a day:"]
        shown += [f"  {line}" for line in explanation.source_states]
    return shown
