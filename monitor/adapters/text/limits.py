"""Limit the texts kept of feeds and pages."""

from monitor.domain.strings.graphemes import cut_at

TITLE = 1_000
SUMMARY = 20_000
TEXT = 200_000
LABEL = 200
"""Caps in characters. Feeds and pages carry megabytes in any field; nothing kept is longer than these."""


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters, and never half of what readers see as one."""
    return text if len(text) <= limit else text[: cut_at(text, limit)].rstrip()
