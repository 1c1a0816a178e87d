"""Documents as people hand them in: JSON lines, text files, saved pages."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from monitor.app.given import Given


def read_jsonl(path: Path) -> Iterator[Given]:
    """The documents of a JSON-lines file; raises click.ClickException naming file and line when one is not usable."""
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _given(line, f"{path}:{number}")
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be read: {error.strerror}") from None


def _given(line: str, where: str) -> Given:
    try:
        told = json.loads(line)
    except ValueError as error:
        raise click.ClickException(f"{where}: not JSON: {error}") from None
    if not isinstance(told, dict) or told.get("id") in (None, ""):
        raise click.ClickException(f"{where}: expected an object with an id, and title or text")
    for name in ("title", "text", "url", "lang", "outlet"):
        if not isinstance(told.get(name, ""), str | None):
            raise click.ClickException(f"{where}: {name} must be text")
    return Given(
        id=str(told["id"]),
        title=told.get("title") or "",
        text=told.get("text") or "",
        url=told.get("url") or None,
        published=_time(told.get("published"), where),
        lang=told.get("lang") or None,
        outlet=told.get("outlet") or None,
    )


def _time(told: object, where: str) -> datetime | None:
    if told in (None, ""):
        return None
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        raise click.ClickException(f"{where}: published must be ISO 8601, such as 2026-03-01T09:30:00Z") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
