"""Say in words what the text an article was judged by lacks."""

from collections.abc import Sequence

from monitor.domain.articles.article import Method

PAYWALL = "paywall stub"
"""The doubt of a page of which the rest must be paid for."""

NOT_FOUND_PAGE = "a page that says the article was not found"
"""The detail of a page that answers 200 and is a wall all the same."""

_HARMLESS = ("deep nesting",)
"""Doubts that do not matter to a reader: a repaired layout."""


def doubt_in_words(method: str | None, doubts: Sequence[str], body: str | None) -> str:
    """Return one sentence about a text's doubts; empty where they do not matter to a reader.

    A text of the feed alone is counted in words: "behind a paywall: judged by the feed's 38 words".
    """
    lacking = [doubt for doubt in doubts if not doubt.startswith(_HARMLESS)]
    if not lacking:
        return ""
    words = len((body or "").split())
    source = "the feed's" if method == Method.FEED.value else "the page's"
    if not words:
        source = "the headline alone"
    named = ["behind a paywall" if doubt == PAYWALL else doubt for doubt in lacking]
    counted = f" {words} {'word' if words == 1 else 'words'}" if words else ""
    return f"{', '.join(named)}: judged by {source}{counted}"
