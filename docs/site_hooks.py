"""Adapt pages for the documentation site; the files stay readable as they are."""

import re

_OUTSIDE = re.compile(
    r"\[([^\]]*)\]\((?:\.\./)+(?:CONTRIBUTING|CHANGELOG|SECURITY|LICENSE|README|tests|benchmarks|config|scripts|monitor|storage|compose)[^)]*\)"
)
"""A link to a file of the repository that is no page of the site."""


def on_page_markdown(markdown: str, **_: object) -> str:
    """Turn links that leave the site into plain words."""
    return _OUTSIDE.sub(r"\1", markdown)
