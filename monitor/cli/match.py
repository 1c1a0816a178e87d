"""Say what matches a text or page, and why: `wirewatch match`."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from monitor.app.tools.input_document import InputDocument
from monitor.app.tools.workbench import Workbench, open_workbench
from monitor.cli.common import config_option, json_option, run
from monitor.cli.documents import Documents
from monitor.cli.match_output import as_pairs, for_people
from monitor.domain.failures import Failure
from monitor.domain.topics.values import Matches


@click.command(
    short_help="What matches these texts and why, near misses too.",
    epilog="""\b
Examples:
  wirewatch match article.txt
  wirewatch match saved-page.html --topic tariffs
  wirewatch match --jsonl documents.jsonl --json > matches.jsonl
""",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--jsonl", is_flag=True, help="FILEs hold one JSON object a line: id, title, text, lang, outlet, ...")
@click.option("--topic", help="Only this topic.")
@config_option
@json_option
@click.pass_context
def match(
    context: click.Context, files: tuple[Path, ...], jsonl: bool, topic: str | None, as_json: bool, given: Path | None
) -> None:
    """Say what matches the text or page in each FILE and why, near misses too.

    The first line of a text file is its title.
    """
    read = [Documents(path) for path in files] if jsonl else []
    run(_match(read or files, topic, as_json, given))
    context.exit(1 if any(documents.left_out for documents in read) else 0)


async def _match(sources: Sequence[Documents | Path], topic: str | None, as_json: bool, given: Path | None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    async with open_workbench(given) as workbench:
        if topic is not None and workbench.catalog.topic(topic) is None:
            known = ", ".join(t.key for t in workbench.catalog.topics)
            raise click.UsageError(f"there is no topic {topic!r}; the topics are: {known}")
        async for document in _documents(workbench, sources):
            matched, found = workbench.match(document)
            if topic is not None:
                found = _only(topic, found)
            if as_json:
                click.echo(json.dumps(as_pairs(document.id, matched, found)))
            else:
                for line in for_people(document.id, matched, found):
                    console.print(line)


def _only(topic: str, found: Matches) -> Matches:
    return replace(
        found,
        matches=tuple(match for match in found.matches if match.topic == topic),
        near=tuple(near for near in found.near if near.topic == topic),
    )


async def _documents(workbench: Workbench, sources: Sequence[Documents | Path]) -> AsyncIterator[InputDocument]:
    for source in sources:
        if isinstance(source, Path):
            yield await _from_file(workbench, source)
        else:
            for document in source:
                yield document


async def _from_file(workbench: Workbench, path: Path) -> InputDocument:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be read: {error.strerror}") from None
    if content.lstrip()[:1] == b"<":
        text = await workbench.extract(content, path.absolute().as_uri())
        if isinstance(text, Failure):
            raise click.ClickException(f"{path}: {text}")
        return InputDocument(id=str(path), title=text.title, text=text.body, lang=text.language)
    title, _, body = content.decode("utf-8", "replace").strip().partition("\n")
    return InputDocument(id=str(path), title=title.strip(), text=body.strip())
