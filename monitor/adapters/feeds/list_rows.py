"""Find the row of each link of a list page: the part of the page that speaks of it alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.adapters.feeds.entries import absolute
from monitor.adapters.text.html_to_text import one_line
from monitor.domain.feeds.canonical_url import is_web_address

_SAVED = "https://saved-page.invalid/"
"""Stands for the site of a saved page that does not name it."""
_LEVELS = 12
"""Elements around a link that are looked at: rows of cards are five to eight deep."""
_SIBLINGS = 4
"""Elements beside a row in which its date may stand."""
_OUTER = frozenset(("body", "html", "main", "table", "tbody", "ul", "ol", "dl", "-undef"))
_DATES = "time[datetime], time, [class*=date], [class*=Date], [class*=time], [class*=Time], [itemprop=datePublished]"
_LONGEST_DATE = 120
"""Characters of an element that can be a date with the words around it."""


@dataclass(slots=True)
class Row:
    """The links to one address, the element around them, and the elements beside it."""

    url: str
    links: list[LexborNode]
    box: LexborNode
    beside: list[LexborNode] = field(default_factory=list)

    def text_of(self, selector: str) -> str:
        """Return the text a selector chooses in the row, or beside it."""
        node = self._first(selector)
        return one_line(node.text(separator=" ")) if node is not None else ""

    def date_of(self, selector: str | None) -> str:
        """Return the date as the row gives it: by the selector, else where dates usually stand; "" for none."""
        node = self._first(selector or _DATES)
        if node is not None:
            for name in ("datetime", "content", "data-date", "data-time", "data-timestamp"):
                if value := (node.attributes.get(name) or "").strip():
                    return value
            text = one_line(node.text(separator=" "))
            return text[:_LONGEST_DATE] if selector or len(text) <= _LONGEST_DATE else ""
        if selector:
            return ""
        return next((text for text in self._short_texts() if _looks_like_a_date(text)), "")

    def heading(self) -> str:
        """Return the row's heading, "" for none."""
        return self.text_of("h1, h2, h3, h4, h5, h6")

    def _first(self, selector: str) -> LexborNode | None:
        for node in (self.box, *self.beside):
            if node.css_matches(selector) and node is not self.box:
                return node
            found = node.css_first(selector)
            if found is not None:
                return found
        return None

    def _short_texts(self) -> list[str]:
        texts = [one_line(node.text(deep=False)) for node in self.box.css("*")]
        texts += [one_line(node.text(separator=" ")) for node in self.beside]
        texts.append(one_line(self.box.text(deep=False)))
        return [text for text in texts if 6 <= len(text) <= 40]


def base_of(tree: LexborHTMLParser, url: str) -> str:
    """Return the address by which a page's links are completed; a saved page names its own, if any does."""
    named = [("base[href]", "href")]
    if not is_web_address(url):
        named += [("link[rel=canonical][href]", "href"), ("meta[property='og:url'][content]", "content")]
    for selector, attribute in named:
        node = tree.css_first(selector)
        address = absolute(node.attributes.get(attribute) or "", url) if node is not None else None
        if address is not None:
            return address
    return url if is_web_address(url) else _SAVED


def rows_of(chosen: Sequence[tuple[LexborNode, str]]) -> list[Row]:
    """Return a row for each address, in the order of the page."""
    links: dict[str, list[LexborNode]] = {}
    around: dict[int, set[str]] = {}
    for link, url in chosen:
        links.setdefault(url, []).append(link)
        for node in _ancestors(link):
            around.setdefault(node.mem_id, set()).add(url)
    rows = [Row(url=url, links=own, box=_box(own[0], around)) for url, own in links.items()]
    taken = {row.box.mem_id for row in rows}
    before = bool(rows) and _is_preceded(rows, taken)
    for row in rows:
        row.beside = _neighbours(row.box, taken, before=before)
    return rows


def _ancestors(node: LexborNode) -> list[LexborNode]:
    found: list[LexborNode] = [node]
    while len(found) < _LEVELS and (parent := found[-1].parent) is not None and parent.tag != "html":
        found.append(parent)
    return found


def _box(link: LexborNode, around: dict[int, set[str]]) -> LexborNode:
    """Return the largest element around a link in which no link to another address is chosen."""
    box = link
    for node in _ancestors(link)[1:]:
        if len(around.get(node.mem_id, ())) > 1 or node.tag in _OUTER:
            break
        box = node
    return box


def _is_preceded(rows: Sequence[Row], taken: set[int]) -> bool:
    """Return whether what belongs to a row stands before it: the last row has nothing behind it then."""
    first, last = rows[0].box, rows[-1].box
    return bool(_neighbours(first, taken, before=True)) and not _neighbours(last, taken, before=False)


def _neighbours(box: LexborNode, taken: set[int], *, before: bool) -> list[LexborNode]:
    found: list[LexborNode] = []
    node = box.prev if before else box.next
    while node is not None and len(found) < _SIBLINGS and node.mem_id not in taken:
        if not (node.tag or "-").startswith(("-", "!", "script", "style")):
            found.append(node)
        node = node.prev if before else node.next
    return found


def _looks_like_a_date(text: str) -> bool:
    """Return whether a short text is mostly a date: a year and a day, few words."""
    digits = sum(character.isdigit() for character in text)
    return digits >= 5 and 2 * digits >= len(text.replace(" ", "")) - 10
