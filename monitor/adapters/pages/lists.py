"""Recognise pages that list the articles of others: front pages and overviews that answer for a removed article."""

from lxml.html import HtmlElement

from monitor.adapters.text.html_to_text import one_line

_ENTRIES = 4
"""Linked headings among the text of a list; articles seldom have more than two."""


def linked_headings(tree: HtmlElement) -> frozenset[str]:
    """Return the headings of a page that are links, as they read."""
    found = set()
    for heading in tree.iter("h1", "h2", "h3", "h4"):
        words = one_line(" ".join(heading.itertext()))
        linked = one_line(" ".join(" ".join(link.itertext()) for link in heading.iter("a")))
        if words and (linked == words or next(heading.iterancestors("a"), None) is not None):
            found.add(words)
    return frozenset(found)


def is_list(text: str, linked: frozenset[str]) -> bool:
    """Tell whether a third of a text's lines are headings that link elsewhere, four at least."""
    lines = [one_line(line.lstrip("-• ")) for line in text.split("\n")]
    entries = sum(line in linked for line in lines)
    return entries >= _ENTRIES and 3 * entries >= len(lines)
