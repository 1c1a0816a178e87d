"""Write the ledger, inside the transaction that did what a line says; it is read back as an article's history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from monitor.domain.ledger import Note
from storage.schema.content import ledger

_APPEND = ledger.insert().inline()


def write_notes(connection: Connection, article_id: int, notes: Sequence[Note], now: datetime) -> None:
    """Append lines about an article."""
    write_note_rows(connection, note_rows(article_id, notes, now))


def write_feed_notes(connection: Connection, feed_key: str, notes: Sequence[Note], now: datetime) -> None:
    """Append lines about a feed."""
    write_note_rows(connection, _rows({"article_id": None, "feed_key": feed_key}, notes, now))


def note_rows(article_id: int, notes: Sequence[Note], now: datetime) -> list[dict[str, Any]]:
    """Return lines about an article as rows."""
    return _rows({"article_id": article_id, "feed_key": None}, notes, now)


def write_note_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows."""
    if rows:
        connection.execute(_APPEND, rows)


def _rows(about: dict[str, object], notes: Sequence[Note], now: datetime) -> list[dict[str, Any]]:
    return [{**about, "at": now, "step": note.step, "text": note.text, "facts": note.facts} for note in notes]
