"""Show what the daemon reads from a page: `wirewatch extract`."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from monitor.app.tools.workbench import Workbench, open_workbench
from monitor.cli.common import awaited, config_option, json_option
from monitor.cli.documents import read_bytes
from monitor.domain.articles.article import Text
from monitor.domain.failures import Failure


@click.command(
    short_help="What is read from these pages: title, text, date.",
    epilog="""\b
Examples:
  wirewatch extract https://www.example.org/news/article
  wirewatch extract saved-page.html --json
""",
)
@click.argument("pages", nargs=-1, required=True, metavar="FILE_OR_URL...")
@config_option
@json_option
@click.pass_context
@awaited
async def extract(context: click.Context, pages: tuple[str, ...], as_json: bool, given: Path | None) -> None:
    """Show title, text, language, date, method and doubts of each page; a plain text is taken as it is."""
    failed = 0
    async with open_workbench(given) as workbench:
        for page in pages:
            text = await _read(workbench, page)
            failed += isinstance(text, Failure)
            if as_json:
                click.echo(json.dumps(_as_json(page, text)))
            else:
                _show(page, text)
    context.exit(1 if failed else 0)


async def _read(workbench: Workbench, page: str) -> Text | Failure:
    if "://" in page:
        return await workbench.read_page(page)
    path = Path(page)
    content = read_bytes(path)
    if content.lstrip()[:1] != b"<":  # a plain text, as `match` takes it: its first line is the title
        title, _, body = content.decode("utf-8", "replace").strip().partition("\n")
        return workbench.plain_text(title.strip(), body.strip())
    return await workbench.extract(content, path.absolute().as_uri())


def _as_json(page: str, text: Text | Failure) -> dict[str, object]:
    if isinstance(text, Failure):
        return {"page": page, "error": str(text)}
    return {
        "page": page,
        "title": text.title,
        "text": text.body,
        "language": text.language,
        "published": text.published.isoformat() if text.published else None,
        "author": text.author,
        "credit": text.credit,
        "method": text.method.value,
        "doubts": list(text.doubts),
    }


def _show(page: str, text: Text | Failure) -> None:
    console = Console(highlight=False)
    if isinstance(text, Failure):
        console.print(f"[bold]{escape(page)}[/]\n  [red]{escape(str(text))}[/]")
        return
    console.print(f"[bold]{escape(text.title or '(no title)')}[/]  [dim]{escape(page)}[/]")
    facts = {
        "language": text.language,
        "published": text.published and f"{text.published:%Y-%m-%d %H:%M} UTC",
        "author": text.author,
        "credit": text.credit,
        "method": text.method.value,
        "doubts": "; ".join(text.doubts),
        "length": f"{len(text.body):,} characters",
    }
    console.print("[dim]" + escape("  ".join(f"{name}: {fact}" for name, fact in facts.items() if fact)) + "[/]")
    # Many pages repeat the headline in their first line.
    body = text.body.removeprefix(text.title).lstrip("\n") if text.title else text.body
    console.print(escape(body) + "\n")
