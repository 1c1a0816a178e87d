"""Run documents through matching, stories and alert decisions: `wirewatch replay`."""

import json
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from monitor.app.tools.replay import Replayed
from monitor.app.tools.workbench import open_workbench
from monitor.cli.common import awaited, config_option, json_option
from monitor.cli.documents import Documents
from monitor.cli.match_output import as_pairs


@click.command(
    short_help="Run documents through the daemon's code, in order.",
    epilog="""\b
Examples:
  wirewatch replay archive.jsonl
  wirewatch replay archive.jsonl --json | jq 'select(.alerts != [])'
""",
)
@click.argument("documents", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@config_option
@json_option
@click.pass_context
@awaited
async def replay(context: click.Context, documents: Path, as_json: bool, given: Path | None) -> None:
    """Run the documents of a JSON-lines file, in order, through the very code the daemon uses.

    Nothing is sent and nothing is kept. The clock is set by each document's `published`.
    """
    read = Documents(documents)
    with documents.open("rb") as lines:
        total = sum(1 for line in lines if line.strip())
    bar = Progress(
        TextColumn("replaying"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tally = ReplayTotals()
    with bar:
        task = bar.add_task("replay", total=total)
        async with open_workbench(given) as workbench, workbench.replay() as replaying:
            async for done in replaying.run(read):
                tally.count(done)
                if as_json:
                    pairs = {
                        **as_pairs(done.id, done.document, done.verdict.matches),
                        "story": done.story,
                        "copy_of": done.copy_of,
                        "alerts": [{"topic": change.topic, "kind": change.kind.value} for change in done.alerts],
                        "why": [note.text for note in done.verdict.notes],
                    }
                    click.echo(json.dumps(pairs))
                else:
                    _show(done, bar.console)
                bar.advance(task)
    if not as_json:
        tally.show()
    context.exit(1 if read.left_out else 0)


def _show(done: Replayed, console: Console) -> None:
    for change in done.alerts:
        colour = "green" if change.kind.value == "new" else "cyan"
        news = f" [dim]{escape(change.news)}[/]" if change.news else ""
        console.print(
            f"[{colour}]{change.kind.value:6}[/] [bold]{change.topic}[/] {escape(done.document.title[:90])} "
            f"[dim]({escape(done.id)}, story {done.story})[/]{news}",
            highlight=False,
        )


class ReplayTotals:
    """Counts of a replay."""

    def __init__(self) -> None:
        self._documents = self._copies = 0
        self._stories: set[int] = set()
        self._alerts: Counter[tuple[str, str]] = Counter()

    def count(self, done: Replayed) -> None:
        """Add one document."""
        self._documents += 1
        self._copies += done.copy_of is not None
        self._stories.add(done.story)
        self._alerts.update((change.topic, change.kind.value) for change in done.alerts)

    def show(self) -> None:
        """Print the totals on standard output."""
        counts = (
            (self._documents, "document", "documents"),
            (len(self._stories), "story", "stories"),
            (self._copies, "copy", "copies"),
        )
        click.echo(", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts))
        for topic in sorted({topic for topic, _ in self._alerts}):
            click.echo(f"  {topic}: {self._alerts[topic, 'new']} new, {self._alerts[topic, 'update']} updates")
