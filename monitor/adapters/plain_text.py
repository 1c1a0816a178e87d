"""Markup to plain text: what a browser would show of a fragment of HTML, without scripts, styles and tags."""

import html
import re

from selectolax.lexbor import LexborHTMLParser

_TAG = re.compile(r"<(?:[A-Za-z/!?][^<>]*|!--)>?")
_COMPLETE_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--|<!\[CDATA\[")
_BLOCK = re.compile(
    r"<(?=/?(?:p|div|br|hr|li|ul|ol|dl|dt|dd|tr|td|th|table|h[1-6]|blockquote|pre|section|article|header|footer"
    r"|figure|figcaption|address|aside|main|nav|form|option)\b)",
    re.IGNORECASE,
)
_UNSEEN = ["script", "style", "noscript", "template", "head", "title", "iframe", "object", "svg", "math", "textarea"]
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_HIDDEN = re.compile(r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*", re.IGNORECASE)
_MANY_TAGS = 5_000
"""Building a tree is quadratic in nesting: 66,000 nested elements take a minute. Beyond this tags are just cut out."""
_PASSES = 3
"""HTML is found escaped twice in feeds, seldom more often."""


def storable(text: str) -> str:
    """Without NUL, control characters, surrogates and noncharacters, which databases and XML refuse."""
    return _UNSTORABLE.sub("", text)


def one_line(text: str) -> str:
    """All white space, line ends too, as single spaces."""
    return " ".join(text.split())


def lines(text: str) -> str:
    """Runs of spaces as one, blank lines dropped, nothing at either end."""
    return "\n".join(line for line in map(one_line, text.splitlines()) if line)


def plain(markup: str) -> str:
    """The text of an HTML fragment, ill-formed or escaped twice as it may be; paragraphs on lines of their own.

    Storable, if the markup itself is.
    """
    text = markup
    for _ in range(_PASSES):
        if "<" in text and _COMPLETE_TAG.search(text):
            text = _shown(text)
        elif "&" in text:
            unescaped = html.unescape(text)
            if unescaped == text:
                break
            text = unescaped
        else:
            break
    if "<" in text and _COMPLETE_TAG.search(text):
        text = _TAG.sub(" ", text)
    return lines(storable(text) if "&" in markup else text)


def _shown(markup: str) -> str:
    if markup.count("<") > _MANY_TAGS:
        return _TAG.sub(" ", _HIDDEN.sub(" ", markup))
    tree = LexborHTMLParser(_BLOCK.sub("\n<", markup.replace("<![CDATA[", "").replace("]]>", "")))
    body = tree.body
    if body is None:
        return ""
    tree.strip_tags(_UNSEEN)
    return body.text() or ""
