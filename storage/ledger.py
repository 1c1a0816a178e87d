"""The ledger: written inside the transaction that did what it tells of, read back as the story of one article."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from monitor.domain.ledger import Note
from storage.schema import ledger

_APPEND = ledger.insert().inline()


def write_notes(connection: Connection, article_id: int, notes: Sequence[Note], now: datetime) -> None:
    """Append lines about an article."""
    _write(connection, {"article_id": article_id, "feed_key": None}, notes, now)


def write_feed_notes(connection: Connection, feed_key: str, notes: Sequence[Note], now: datetime) -> None:
    """Append lines about a feed."""
    _write(connection, {"article_id": None, "feed_key": feed_key}, notes, now)


def _write(connection: Connection, about: dict[str, object], notes: Sequence[Note], now: datetime) -> None:
    rows = [{**about, "at": now, "step": note.step, "text": note.text, "facts": note.facts} for note in notes]
    if rows:
        connection.execute(_APPEND, rows)
