"""Read documents that people hand in as JSON lines."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import click

from monitor.app.tools.input_document import InputDocument

STDIN = Path("-")
"""The name by which standard input is asked for."""


class Unusable(Exception):
    """A line that holds no document; the message says why."""


def read_bytes(path: Path) -> bytes:
    """Read a file, or standard input for `-`; exit with a message when it cannot be read."""
    try:
        return sys.stdin.buffer.read() if path == STDIN else path.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be read: {error.strerror}") from None


class Documents:
    """The documents of a JSON-lines file or of standard input (`-`).

    A line that holds none is named on stderr, counted, and left out.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.left_out = 0

    def __iter__(self) -> Iterator[InputDocument]:
        if self._path == STDIN:
            yield from self._read(sys.stdin)
            return
        try:
            with self._path.open(encoding="utf-8", errors="surrogateescape") as lines:
                yield from self._read(lines)
        except OSError as error:
            raise click.ClickException(f"{self._path}: cannot be read: {error.strerror}") from None

    def _read(self, lines: Iterable[str]) -> Iterator[InputDocument]:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{self._path}:{number}"
            try:
                yield _given(line, where)
            except Unusable as unusable:
                self.left_out += 1
                click.echo(f"{where}: left out: {unusable}", err=True)


def document_of(path: Path) -> InputDocument:
    """Read the first document of a JSON-lines file; exit with a message when there is none."""
    found = next(iter(Documents(path)), None)
    if found is None:
        raise click.ClickException(f"{path}: there is no document in it")
    return found


def _given(line: str, where: str) -> InputDocument:
    try:
        told = json.loads(line)
    except ValueError as error:
        raise Unusable(f"not JSON: {error}") from None
    if not isinstance(told, dict) or told.get("id") in (None, ""):
        raise Unusable("expected an object with an id, and title or text")
    for name in ("title", "text", "url", "lang", "outlet"):
        if not isinstance(told.get(name, ""), str | None):
            raise Unusable(f"{name} must be text")
    return InputDocument(
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
        try:
            at = datetime.fromisoformat(str(told))
        except ValueError:  # not ISO 8601: perhaps a date as mail and RSS write it (RFC 5322)
            at = parsedate_to_datetime(str(told))
    except (ValueError, OverflowError):
        click.echo(f"{where}: published is not ISO 8601, such as 2026-03-01T09:30:00Z: taken as unknown", err=True)
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
