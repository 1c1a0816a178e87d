"""Propose a recipe for a page that lists news: the links that look alike and read like headlines."""

import re
from collections import defaultdict
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.adapters.feeds.entries import absolute
from monitor.adapters.feeds.list_rows import base_of, rows_of
from monitor.adapters.text.charsets import decode_page
from monitor.adapters.text.html_to_text import one_line
from monitor.domain.catalog import ListRecipe

FEWEST = 3
"""Links that look alike: two may be the columns of a footer."""
_LOOKED_AT = 3_000
_HEADLINE = 20
"""Characters from which a link reads like a headline; menus are shorter, and Chinese headlines count double."""
_CLASS = re.compile(r"-?[A-Za-z_][\w-]*")
_CHANGING = re.compile(r"\d{3}|active|current|first|last|odd|even|selected|^css-|^sc-|__[A-Za-z0-9]{5,}$")
"""Classes that differ from row to row, or from one version of a site to the next."""
_ASIDE = frozenset(("nav", "footer", "header", "aside"))


def proposed_recipe(body: bytes, url: str, charset: str | None) -> ListRecipe | None:
    """Return the recipe that chooses the most and longest headlines of a page, None when there are none."""
    tree = LexborHTMLParser(decode_page(body, charset))
    url = base_of(tree, url)
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for node in tree.css("a[href]")[:_LOOKED_AT]:
        address = absolute(node.attributes.get("href") or "", url)
        text = one_line(node.text(separator=" "))
        if address is None or not text or urlsplit(address).path in ("", "/") or _is_aside(node):
            continue
        groups[_selector(node)].setdefault(address, text)
    scored = [(_score(links), selector) for selector, links in groups.items() if len(links) >= FEWEST]
    best, selector = max(scored, default=(0.0, ""))
    if best <= 0:
        return None
    rows = rows_of([(node, absolute(node.attributes.get("href") or "", url) or "") for node in tree.css(selector)])
    dated = next((date for row in rows[:FEWEST] if (date := _date_selector(row.box))), None)
    return ListRecipe(links=selector, date=dated)


def _score(links: dict[str, str]) -> float:
    long = sum(min(_width(text), 120) for text in links.values() if _width(text) >= _HEADLINE)
    headlines = sum(_width(text) >= _HEADLINE for text in links.values())
    return float(long) if 2 * headlines >= len(links) and headlines >= FEWEST else 0.0


def _width(text: str) -> int:
    return sum(2 if character >= "\u2e80" else 1 for character in text)


def _is_aside(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in _ASIDE:
            return True
        parent = parent.parent
    return False


def _selector(link: LexborNode) -> str:
    """Return the selector of a link by its element and the two or three around it, with classes that last."""
    steps = [_step(link)]
    node = link.parent
    while node is not None and node.tag not in ("body", "html", "-undef") and len(steps) < 4:
        steps.append(_step(node))
        if (name := node.attributes.get("id")) and _CLASS.fullmatch(name) and not _CHANGING.search(name):
            steps[-1] = f"#{name}"
            break
        node = node.parent
    return " > ".join(reversed(steps))


def _step(node: LexborNode) -> str:
    names = (node.attributes.get("class") or "").split()
    lasting = [name for name in names if _CLASS.fullmatch(name) and not _CHANGING.search(name)]
    return f"{node.tag}.{lasting[0]}" if lasting else node.tag or ""


def _date_selector(box: LexborNode) -> str | None:
    found = box.css_first("time, [class*=date]")
    return (_step(found) if found.tag != "time" else "time") if found is not None else None
