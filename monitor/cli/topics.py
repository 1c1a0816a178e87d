"""List topics and help with writing them: `wirewatch topics`."""

import re
from datetime import UTC, datetime
from pathlib import Path

import click

from monitor.adapters.pages.read import read_page
from monitor.adapters.text.language import LangidDetector
from monitor.adapters.text.word_frequencies import word_frequencies
from monitor.cli.inspect.topic_example import example
from monitor.cli.inspect.topic_improve import improve
from monitor.cli.inspect.topic_list import list_topics
from monitor.cli.inspect.topic_release import release
from monitor.domain.failures import Failure
from monitor.domain.topics.authoring.suggest import as_yaml, found_again, suggest
from monitor.domain.topics.values import Document

_ENOUGH = 3
"""Examples below which a term that all share says little about the subject."""


@click.group()
def topics() -> None:
    """List topics and get help with writing them."""


topics.add_command(list_topics)
topics.add_command(release)
topics.add_command(example)
topics.add_command(improve)


@topics.command(
    "suggest",
    epilog="""\b
Examples:
  wirewatch topics suggest examples/*.txt
  wirewatch topics suggest --key lithium saved-page.html notes.txt > config/watchlists/lithium.yml
""",
)
@click.argument("paths", metavar="FILES...", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--key", default="new-topic", show_default=True, help="What the topic is to be called.")
@click.option("--lang", help="The language of the examples, such as en.  [default: told from each text]")
def suggest_topic(paths: tuple[Path, ...], key: str, lang: str | None) -> None:
    """Propose a vocabulary and a query from example articles (texts or saved pages): YAML to paste and prune.

    Terms are those that the examples share and that the language at large seldom uses. Three to ten examples from
    different outlets serve best; a term must stand in more than a third of them.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", key):
        raise click.UsageError("--key takes lower-case letters, digits and hyphens, a letter first")
    examples = [_example(path, lang) for path in paths]
    if len(examples) < _ENOUGH:
        click.echo(
            f"with fewer than {_ENOUGH} examples chance words look typical: add some from other outlets", err=True
        )
    proposal = suggest(examples, word_frequencies)
    for line in as_yaml(proposal, key):
        click.echo(line)
    click.echo(f"This query matches {found_again(proposal, examples)} of the {len(examples)} examples.", err=True)


def _example(path: Path, lang: str | None) -> Document:
    try:
        content = path.read_bytes()
        saved = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be read: {error.strerror}") from None
    if content.lstrip()[:1] == b"<":
        page = read_page(content, path.absolute().as_uri(), None, saved)
        if isinstance(page, Failure):
            raise click.ClickException(f"{path}: {page.reason.value}: {page.detail}")
        title, text = page.title, page.body
    else:
        title, _, text = content.decode("utf-8", "replace").strip().partition("\n")
    return Document(title=title, text=text, language=lang or LangidDetector().detect(f"{title}\n{text}"))
