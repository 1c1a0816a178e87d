"""Read the items of a damaged feed one by one: a bad item costs only itself."""

import re
from collections.abc import Iterator, Sequence

from monitor.adapters.feeds.entries import ENTRIES, RawEntry, RawFeed
from monitor.adapters.feeds.xml_feed import read_xml

_START = re.compile(r"<((?:[A-Za-z][\w.-]{0,20}:)?(?:item|entry))(?=[\s>])", re.IGNORECASE)
_ROOT = re.compile(r"<(?:rss|feed|rdf:RDF|RDF)\b[^<>]{0,5000}>", re.IGNORECASE)
_NAMESPACE = re.compile(r"""\sxmlns(?::[\w.-]{1,40})?\s*=\s*(?:"[^"<]{0,300}"|'[^'<]{0,300}')""")
_ATOM = ' xmlns="http://www.w3.org/2005/Atom"'
_FIRST_TRIES = 64
"""Items read together at first; a group that cannot be read is halved until the bad item stands alone."""


def item_starts(text: str) -> int:
    """Count the items that begin in the document, not those that a text quotes."""
    return sum(1 for _ in _START.finditer(_without_quoted(text)))


def _without_quoted(text: str) -> str:
    """Blank CDATA sections and comments; an open one ends where the next begins."""
    for start, end in (("<![CDATA[", "]]>"), ("<!--", "-->")):
        first, *pieces = text.split(start)
        text = first + "".join(" " * len(start) + _blanked(piece, end) for piece in pieces)
    return text


def _blanked(piece: str, end: str) -> str:
    inside, closing, rest = piece.partition(end)
    return " " * len(inside + closing) + rest if closing else piece


def salvage(text: str) -> RawFeed | None:
    """Read the items apart; None when not one can be read."""
    pieces = list(_pieces(text))[:ENTRIES]
    if not pieces:
        return None
    head = _head(text, pieces[0])
    groups = (pieces[start : start + _FIRST_TRIES] for start in range(0, len(pieces), _FIRST_TRIES))
    entries = [entry for group in groups for entry in _read_group(head, group)]
    return RawFeed(entries=entries, sound=False) if entries else None


def _read_group(head: str, group: Sequence[str]) -> list[RawEntry]:
    found = read_xml(head + "".join(group) + _tail(head))
    if found is not None and (len(found.entries) >= len(group) or len(group) == 1):
        return list(found.entries)
    if len(group) == 1:
        return []
    middle = len(group) // 2
    return _read_group(head, group[:middle]) + _read_group(head, group[middle:])


def _pieces(text: str) -> Iterator[str]:
    starts = list(_START.finditer(_without_quoted(text)))
    ends = [*(match.start() for match in starts[1:]), len(text)]
    for match, end in zip(starts, ends, strict=False):
        piece = text[match.start() : end]
        closing = re.search(rf"</{re.escape(match[1])}\s*>", piece, re.IGNORECASE)
        yield piece[: closing.end()] if closing else _closed(piece, match[1])


def _closed(piece: str, name: str) -> str:
    """End an item that never ends behind its last complete element."""
    body = piece[: piece.rfind(">") + 1]
    if body.rfind("<![CDATA[") > body.rfind("]]>"):
        body += "]]>"
    return f"{body}</{name}>"


def _head(text: str, first: str) -> str:
    root = _ROOT.search(text)
    spaces = "".join(dict.fromkeys(_NAMESPACE.findall(root[0]))) if root else ""
    if re.match(r"<(?:[\w.-]+:)?entry", first, re.IGNORECASE):
        return f"<feed{spaces or _ATOM}>"
    if root and "RDF" in root[0][:9]:
        return f"<rdf:RDF{spaces}>"
    return f'<rss version="2.0"{spaces}><channel>'


def _tail(head: str) -> str:
    if head.startswith("<feed"):
        return "</feed>"
    return "</rdf:RDF>" if head.startswith("<rdf") else "</channel></rss>"
