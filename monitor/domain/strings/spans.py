"""Write spans of time as people say them."""

from datetime import datetime, timedelta


def in_words(span: timedelta) -> str:
    """Return a span in its largest whole unit: `42 s`, `5 min`, `3 h`, `2 d`."""
    seconds = max(0, round(span.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago `at` was, or an empty text when it never was."""
    return f"{in_words(now - at)} ago" if at is not None else ""
