"""Parse a page whole: libxml2 silently drops what lies deeper than 256 elements."""

import re

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, document_fromstring

_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32), 127])
_NONCHARACTERS = re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])")
"""U+FDD0 to U+FDEF, U+FFFE and U+FFFF in UTF-8."""
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,300}\?>|^\s*<!DOCTYPE[^>]{0,300}>", re.IGNORECASE)
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
# lxml.html's own parser asks a Python function for the class of each element: a tenth of the time a page takes.
_CLASSES = etree.ElementDefaultClassLookup(element=HtmlElement, comment=HtmlComment)


def tree_of(markup: str) -> tuple[HtmlElement | None, bool]:
    """Return the page's tree, None without elements, and whether it was flattened."""
    # without the characters that XML refuses; bytes are searched several times faster than text
    readable = _NONCHARACTERS.sub(b"", markup.encode(errors="ignore").translate(None, _CONTROLS))
    cleaned = _DECLARATION.sub(b"", readable, count=1)
    tree, complete = _parsed(cleaned)
    if complete:
        return tree, False
    return _parsed(_flattened(_SCRIPTS.sub(" ", cleaned.decode())).encode())[0], True


def _parsed(markup: bytes) -> tuple[HtmlElement | None, bool]:
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=False
    )
    parser.set_element_class_lookup(_CLASSES)
    try:
        tree = document_fromstring(markup, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None, True
    return tree, not any(_TOO_DEEP in entry.message for entry in parser.error_log)


def _flattened(markup: str) -> str:
    """Keep the text in at most `_DEEPEST` levels; deeper boxes are dropped."""
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
