"""`wirewatch topics example`: keep an article as an example that a topic must, or must not, match."""

from pathlib import Path

import click

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.add_example import AddedExample, add_example, example_yaml
from monitor.app.tools.store import open_store
from monitor.app.tools.why import Explainer
from monitor.app.tools.workbench import open_workbench
from monitor.cli.common import FOUND, INVALID, awaited, config_option, leave
from monitor.config.environment import config_dir
from monitor.domain.status.explanation import Explanation
from monitor.domain.topics.values import Document
from monitor.steps.triage import document


@click.command(
    "example",
    epilog="""\b
Examples:
  wirewatch topics example tariffs 4711
  wirewatch topics example tariffs https://kestrel.example/dentists --not
""",
)
@click.argument("key")
@click.argument("article", metavar="URL_OR_ID")
@click.option("--not", "negative", is_flag=True, help="The topic must not match it.")
@config_option
@awaited
async def example(key: str, article: str, negative: bool, given: Path | None) -> None:
    """Keep an article as an example: its text goes into examples/, a reference into the topic.

    `wirewatch check` and every later edit try it. Where the folder cannot be written, the YAML to paste is printed.
    """
    async with open_workbench(given) as bench, open_store(given) as database:
        catalog, matcher = bench.topics.current()
        explainer = Explainer(database=database, catalog=catalog, matcher=matcher, read_page=bench.read_page)
        explanation = await explainer.explain(article, SystemClock().now())
    topic = catalog.topic(key)
    if topic is None:
        known = ", ".join(one.key for one in catalog.topics)
        leave(INVALID, f"wirewatch: no topic is named {key!r}; the topics are {known}")
    name, text = _document(explanation)
    if not text.text and not text.title:
        leave(FOUND, f"wirewatch: {explanation.answer}")
    try:
        added = add_example(config_dir(given), catalog, topic, name, text, relevant=not negative)
    except OSError as error:
        click.echo(f"wirewatch: the folder cannot be written ({error.strerror}); paste this into {key}:", err=True)
        click.echo(example_yaml(text, relevant=not negative))
        return
    if not isinstance(added, AddedExample):
        for problem in added:
            click.echo(str(problem), err=True)
        leave(INVALID, "wirewatch: nothing was changed")
    click.echo(f"{added.text} is named in {added.watchlist}")


def _document(explanation: Explanation) -> tuple[str, Document]:
    """Return a name for the example's file, and the text of the article or of the page fetched now."""
    if explanation.history is not None:
        article = explanation.history.article
        return str(article.id), document(article)
    name = "".join(character if character.isalnum() else "-" for character in explanation.fetched_title.lower())
    return name[:40].strip("-") or "page", Document(
        title=explanation.fetched_title,
        text=explanation.fetched_text,
        language=explanation.fetched_language,
        outlet=explanation.fetched_outlet,
    )
