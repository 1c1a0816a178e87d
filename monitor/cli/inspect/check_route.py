"""Tell where a document would go: `wirewatch check --route FILE`."""

import json
from dataclasses import dataclass
from pathlib import Path

import click

from monitor.app.tools.input_document import InputDocument
from monitor.app.tools.workbench import open_workbench
from monitor.cli.documents import document_of
from monitor.cli.match import from_file
from monitor.domain.alerts.judge import severity
from monitor.domain.alerts.receivers import receivers_of
from monitor.domain.catalog import Severity
from monitor.domain.strings.visible import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A topic that the document matches, and the receivers of its alert."""

    topic: str
    severity: Severity
    outlet: str
    language: str | None
    receivers: tuple[str, ...] = ()


async def destinations(given: Path | None, file: Path) -> tuple[InputDocument, list[Destination]]:
    """Match the document in `file` (text, page or one JSON object) and return where each alert would go."""
    async with open_workbench(given) as workbench:
        document = document_of(file) if file.suffix in (".json", ".jsonl") else await from_file(workbench, file)
        matched, found = workbench.match(document)
        reached = []
        for match in found.matches:
            topic = workbench.catalog.topic(match.topic)
            if topic is None:
                continue
            alert = Destination(
                topic=topic.key,
                severity=severity(topic, match.score, ()),
                outlet=matched.outlet,
                language=matched.language,
            )
            receivers = receivers_of(topic, workbench.catalog, alert)
            names = tuple(receiver.name for receiver in receivers if alert.severity >= receiver.min_severity)
            reached.append(
                Destination(
                    topic=alert.topic,
                    severity=alert.severity,
                    outlet=alert.outlet,
                    language=alert.language,
                    receivers=names,
                )
            )
        return document, reached


def show_destinations(document: InputDocument, found: list[Destination], *, as_json: bool) -> None:
    """Print each topic with its receivers."""
    if as_json:
        for one in found:
            pairs = {"topic": one.topic, "severity": one.severity.word, "receivers": list(one.receivers)}
            line = {"id": document.id, "lang": one.language, "outlet": one.outlet, **pairs}
            click.echo(json.dumps(line, ensure_ascii=False))
        return
    click.echo(visible(document.title) or document.id)
    for one in found:
        facts = ", ".join(filter(None, (one.severity.word, one.language, one.outlet)))
        click.echo(f"  {one.topic} ({facts}) goes to {', '.join(one.receivers) or 'no receiver'}")
    if not found:
        click.echo("  matches no topic, so it goes nowhere")
