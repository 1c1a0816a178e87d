"""Read the article text from a page, inside a worker."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unicodedata import normalize

from lxml.html import HtmlElement

from monitor.adapters.pages.lists import is_list, linked_headings
from monitor.adapters.pages.metadata import Facts, facts_of
from monitor.adapters.pages.teasers import without_teasers
from monitor.adapters.pages.tree import tree_of
from monitor.adapters.pages.walls import SHORT, is_same_title, letters, wall
from monitor.adapters.text.charsets import decode_page
from monitor.adapters.text.html_to_text import lines, storable
from monitor.adapters.text.limits import TEXT, TITLE, cut
from monitor.domain.articles.agencies import agency_credited, credit_in
from monitor.domain.articles.article import Method, Text
from monitor.domain.articles.doubts import PAYWALL
from monitor.domain.failures import Failure, Reason


@contextmanager
def _without(name: str) -> Iterator[None]:
    """Make a module look as if it were not installed while others are imported."""
    before = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
        if before is not None:
            sys.modules[name] = before


with _without("py3langid"):  # trafilatura's optional language filter brings numpy, 20 MB a worker, and is not used
    from trafilatura import bare_extraction
    from trafilatura.settings import Document, Extractor

    from monitor.adapters.pages.furniture import cleaned, without_furniture

PAGE_BYTES = 5 << 20
"""Larger pages are refused: reading them takes longer and more memory than any article is worth."""
_SHORT = 500
"""Characters below which other ways to the text are tried."""
_FEW = 120
"""Characters below which a page has no article text."""
_MUCH_MORE = 1.5
_SAME_END = 60
"""Letters at the end of a live update by which it is found in the text."""

_RECALL = Extractor(output_format="python", fast=True, recall=True, comments=False)
_BALANCED = Extractor(output_format="python", comments=False)
_SIGNATURES = ((b"%PDF-", "a PDF file"), (b"\x1f\x8b", "a compressed file"), (b"PK\x03\x04", "a zip file"))


def read_page(body: bytes, url: str, charset: str | None, now: datetime, title: str = "") -> Text | Failure:
    """Return the article in the page `body`, or why there is none. Opens nothing.

    `title` is what the feed calls the article.
    """
    kind = next((name for start, name in _SIGNATURES if body.startswith(start)), None)
    if kind or not body.strip():
        return Failure(reason=Reason.NOT_A_PAGE, detail=kind or "an empty answer", permanent=True)
    if len(body) > PAGE_BYTES:
        return Failure(reason=Reason.TOO_LARGE, detail=f"{len(body):,} bytes", permanent=True)
    markup = decode_page(body, charset)
    tree, flattened = tree_of(markup)
    if tree is None:
        return Failure(reason=Reason.NOT_A_PAGE, detail="no web page", permanent=True)
    facts = facts_of(tree, now)
    linked = linked_headings(tree)
    text, shown = _article_text(tree, markup, facts)
    if is_list(text, linked) and not (title and is_same_title(facts.title, title)):
        return Failure(reason=Reason.NOT_A_PAGE, detail="a list of articles", permanent=True)
    what = wall(url=url, title=facts.title, text=text, page=shown, free=facts.free, expected=title)
    if what:
        return Failure(reason=Reason.WALL, detail=what, permanent=True)
    if letters(text) < _FEW:
        return Failure(reason=Reason.NO_TEXT, detail=f"only {len(text)} characters of text")
    return _text(text, facts, flattened=flattened)


def _text(text: str, facts: Facts, *, flattened: bool) -> Text:
    doubts = ["deep nesting repaired"] if flattened else []
    if not facts.free and letters(text) < SHORT:
        doubts.append(PAYWALL)
    if len(text) > TEXT:
        doubts.append(f"cut at {TEXT:,} characters")
    body = cut(text, TEXT)
    return Text(
        title=cut(facts.title, TITLE),
        body=body,
        method=Method.PAGE,
        published=facts.published,
        author=facts.author,
        credit=credit_in(body) or (facts.author if agency_credited(facts.author) else None),
        doubts=tuple(doubts),
    )


def _article_text(tree: HtmlElement, markup: str, facts: Facts) -> tuple[str, str]:
    """Return the article's text and, when it is short, all that the page shows.

    `tree` is used up.
    """
    text, shown = _extracted(without_furniture(cleaned(tree)), _RECALL), ""
    if len(text) < _SHORT:
        whole, _ = tree_of(markup)
        assert whole is not None, "it was a page before"
        seen = whole.itertext("p", "h1", "h2", "div", "span", "noscript", "li", "a", "label")
        shown = lines(" ".join(seen))
        text = max(text, _extracted(cleaned(whole), _BALANCED), key=len)
    if len(facts.body) > max(_SHORT, _MUCH_MORE * len(text)):
        text, shown = facts.body, ""
    known = re.sub(r"\W+", "", text)
    missing = [update for update in facts.updates if re.sub(r"\W+", "", update)[-_SAME_END:] not in known]
    text = "\n".join([text, *missing])
    return without_teasers(text), shown if len(text) < _SHORT else ""


def _extracted(tree: HtmlElement, options: Extractor) -> str:
    found = bare_extraction(tree, options=options)
    return lines(storable(normalize("NFC", found.text or ""))) if isinstance(found, Document) else ""
