"""Say what matches a text or page, and why: `wirewatch match`."""

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import click
from rich.console import Console

from monitor.app.tools.input_document import InputDocument
from monitor.app.tools.workbench import Workbench, open_workbench
from monitor.cli.common import awaited, config_option, json_option
from monitor.cli.documents import Documents, read_bytes
from monitor.cli.match_output import as_pairs, for_people
from monitor.config.models.fields import suggest
from monitor.domain.failures import Failure


@click.command(
    short_help="What matches these texts and why, near misses too.",
    epilog="""\b
Examples:
  wirewatch match article.txt
  wirewatch match saved-page.html --topic tariffs
  echo "Norland doubles its tariffs" | wirewatch match -
  wirewatch match --jsonl documents.jsonl --json > matches.jsonl
""",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--jsonl", is_flag=True, help="FILEs hold one JSON object a line: id, title, text, lang, outlet, ...")
@click.option("--topic", help="Only this topic; what it lacks is always said.")
@config_option
@json_option
@click.pass_context
@awaited
async def match(
    context: click.Context, files: tuple[Path, ...], jsonl: bool, topic: str | None, as_json: bool, given: Path | None
) -> None:
    """Say what matches the text or page in each FILE and why, near misses too.

    FILE `-` is standard input. The first line of a text is its title.
    """
    read = [Documents(path) for path in files] if jsonl else []
    sources = read or files
    console = Console(highlight=False, soft_wrap=True)
    async with open_workbench(given) as workbench:
        if topic is not None and workbench.catalog.topic(topic) is None:
            known = ", ".join(t.key for t in workbench.catalog.topics)
            hint = suggest(topic, [t.key for t in workbench.catalog.topics]) or f"; the topics are: {known}"
            raise click.UsageError(f"there is no topic {topic!r}{hint}")
        async for document in _documents(workbench, sources):
            matched, found = workbench.match(document, only=topic)
            if as_json:
                click.echo(json.dumps(as_pairs(document.id, matched, found)))
            else:
                for line in for_people(document.id, matched, found):
                    console.print(line)
    context.exit(1 if any(documents.left_out for documents in read) else 0)


async def _documents(workbench: Workbench, sources: Sequence[Documents | Path]) -> AsyncIterator[InputDocument]:
    for source in sources:
        if isinstance(source, Path):
            yield await from_file(workbench, source)
        else:
            for document in source:
                yield document


async def from_file(workbench: Workbench, path: Path) -> InputDocument:
    """Read a text or a page, from standard input for `-`; exit with a message when it cannot be read."""
    content = read_bytes(path)
    if content.lstrip()[:1] == b"<":
        text = await workbench.extract(content, path.absolute().as_uri())
        if isinstance(text, Failure):
            raise click.ClickException(f"{path}: {text}")
        return InputDocument(id=str(path), title=text.title, text=text.body, lang=text.language)
    title, _, body = content.decode("utf-8", "replace").strip().partition("\n")
    return InputDocument(id=str(path), title=title.strip(), text=body.strip())
