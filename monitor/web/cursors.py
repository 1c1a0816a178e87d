"""Cursors: where the next page of a list begins, as an opaque text."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from fastapi import HTTPException


def write_cursor(at: tuple[datetime, int] | None) -> str | None:
    """Return the text of a cursor; None at the end of a list."""
    if at is None:
        return None
    moment, number = at
    return urlsafe_b64encode(f"{moment.astimezone(UTC).isoformat()} {number}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """Return the cursor that a text holds; raises HTTPException for a text that is none."""
    if not text:
        return None
    try:
        moment, number = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(" ")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError
        return at, int(number)
    except ValueError:
        raise HTTPException(422, "this cursor is not one of ours: start from the first page") from None
