"""Clean feed text of what parsers choke on: bad references, controls, junk.

feedparser raises, and loses the whole feed, on references to characters that do not exist (feedparser issues 591
and 599), so they are settled before it looks; so is the charset, in `charsets`.
"""

import re
from collections.abc import Iterator
from html.entities import html5

from monitor.adapters.text.html_to_text import storable

_DECLARATION = re.compile(r"<\?xml\b[^>]{0,500}\?>")
_GOOD = r"3[2-9]|[4-9][0-9]|[1-9][0-9]{2,3}|[xX](?:[2-9A-Fa-f][0-9A-Fa-f]|[1-9A-Ca-c][0-9A-Fa-f]{2,3})"
_NUMERIC = re.compile(rf"&#(?!(?:{_GOOD});)(?:[xX]([0-9A-Fa-f]*)|([0-9]*))(;?)")
"""Every numeric reference but the common good ones."""
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31};)")
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_ODD = re.compile(rf"&(?!(?:amp|lt|gt|quot|apos|#(?:{_GOOD}));)")
"""Whatever one of the three others may change: most texts have none of it."""
_LEADING = re.compile(r"<(?:\?xml|rss|feed|rdf:RDF|RDF|channel)\b", re.IGNORECASE)
_JUNK_BEFORE = 8_192
"""Characters of warnings and banners that servers print before a document."""
_PROLOGUE = 65_536
"""Characters among which the root element must begin."""
_ROOT_NAME = re.compile(r"<([A-Za-z_][\w.:-]{0,60})")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*", re.IGNORECASE)


def trimmed(text: str) -> str:
    """Strip a document of its declaration, leading junk and space around it."""
    start = _LEADING.search(text, 0, _JUNK_BEFORE)
    if start and not text[: start.start()].lstrip().lower().startswith(("<!doctype html", "<html")):
        # a doctype or a stylesheet before the root is no junk
        text = text[start.start() :] if "<!" not in text[: start.start()] else text
    return (_DECLARATION.sub("", text[:2_048]) + text[2_048:]).strip()


def root_name(text: str) -> str:
    """Return the name of the root element in lower case, "" when none begins.

    Each part of the prologue is passed over once: one pattern for all of it took seconds for 24 comments.
    """
    at, end = 0, min(len(text), _PROLOGUE)
    while at < end:
        if text[at].isspace():
            at += 1
        elif text.startswith("<!--", at):
            at = _behind("-->", text, at + 4)
        elif text.startswith("<?", at):
            at = _behind(">", text, at)
        elif doctype := _DOCTYPE.match(text, at):
            subset = text.startswith("[", doctype.end())
            at = _behind(">", text, _behind("]", text, doctype.end()) if subset else doctype.end())
        else:
            root = _ROOT_NAME.match(text, at)
            return root[1].lower() if root else ""
    return ""


def _behind(mark: str, text: str, start: int) -> int:
    found = text.find(mark, start, _PROLOGUE)
    return len(text) if found < 0 else found + len(mark)


def clean(text: str) -> str:
    """Drop unstorable characters and repair references no parser knows."""
    text = storable(text)
    if "&" in text:
        text = "<![CDATA[".join(_references(text.split("<![CDATA["), known="<!ENTITY" in text))
    return text.strip()


def _references(pieces: list[str], *, known: bool) -> Iterator[str]:
    """Repair the references of each piece.

    All but the first begin with a CDATA section, in which no reference is one.
    """
    yield _repaired(pieces[0], known=known)
    for piece in pieces[1:]:
        section, end, after = piece.partition("]]>")
        yield section + end + _repaired(after, known=known)


def _repaired(text: str, *, known: bool) -> str:
    if "&" not in text or not _ODD.search(text):
        return text
    text = _NAMED.sub(_named, _NUMERIC.sub(_numeric, text))
    return text if known else _BARE.sub("&amp;", text)


def _numeric(match: re.Match[str]) -> str:
    digits, base = (match[1], 16) if match[1] is not None else (match[2], 10)
    if not digits:
        return match[0].replace("&", "&amp;", 1)
    # int() refuses thousands of digits, and no character has more than seven
    code = int(digits[-9:], base) if not digits[:-9].strip("0") else 0x110000
    if not _is_character(code):
        return "\ufffd"
    return match[0] if match[3] else match[0] + ";"


def _is_character(code: int) -> bool:
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF


def _named(match: re.Match[str]) -> str:
    character = html5.get(match[1])
    if character is None:
        return match[0]
    return {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(character, character)
