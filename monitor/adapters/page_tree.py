"""A page's markup as a tree, whole: libxml2 silently drops what lies deeper than 256 elements."""

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>|^\s*<!DOCTYPE[^>]{0,300}>", re.IGNORECASE)
_ELEMENT = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,30})((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>")
_SCRIPTS = re.compile(r"<(script|style|svg|template|noscript)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_INLINE = frozenset(
    (
        "a",
        "abbr",
        "b",
        "cite",
        "code",
        "em",
        "font",
        "i",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
    )
)
_DEEPEST = 150
"""Elements this deep are opened no further when a page is flattened: half of what libxml2 takes."""
_TOO_DEEP = "Excessive depth"


def tree_of(markup: str) -> tuple[HtmlElement | None, bool]:
    """The page's tree, None when there is no element in it, and whether it had to be flattened to be whole."""
    cleaned = _DECLARATION.sub("", _UNREADABLE.sub("", markup), count=1)
    tree, complete = _parsed(cleaned)
    if complete:
        return tree, False
    return _parsed(_flattened(_SCRIPTS.sub(" ", cleaned)))[0], True


def _parsed(markup: str) -> tuple[HtmlElement | None, bool]:
    parser = HTMLParser(remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=False)
    try:
        tree = document_fromstring(markup, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None, True
    return tree, not any(_TOO_DEEP in entry.message for entry in parser.error_log)


def _flattened(markup: str) -> str:
    """The same text in at most `_DEEPEST` levels: what is nested deeper keeps its words and loses its boxes."""
    pieces: list[str] = []
    depth = position = 0
    for match in _ELEMENT.finditer(markup):
        name = match[2].lower()
        if name in _VOID or match[3].endswith("/"):
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth + bool(match[1]) > _DEEPEST:
            between = markup[position : match.start()]
            # one break for a whole run of boxes: extraction slows down with each
            again = not between.strip() and pieces[-1:] == ["<br>"]
            if not again:
                pieces += [between] if name in _INLINE else [between, "<br>"]
            position = match.end()
    return "".join([*pieces, markup[position:]])
