"""Read JSON-LD as sites write it: trailing commas, comments and CDATA around it, live updates inside it."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

_ARTICLE = ("Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BlogPosting", "LiveBlogPosting")
_LENGTH = 400_000
_NODES = 500
_UPDATES = 200
_BEFORE = re.compile(r"^(?:\s|\ufeff|<!--|-->|/[/*]|\*/|<!\[CDATA\[|>)+")
_BEHIND = re.compile(r"(?:\s|<!--|-->|/[/*]|\*/|<!\]\]>|\]\]>|;)+$")
"""What hides a script from old browsers and XML parsers, at either end."""
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)


def article_in(tree: HtmlElement) -> dict[str, Any]:
    """Return the first node of the page's JSON-LD that is an article; empty when there is none."""
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and len(script.text or "") < _LENGTH:
            for node in _nodes(loads(script.text or "")):
                kinds = node.get("@type")
                if any(is_article(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                    return node
    return {}


def is_article(kind: object) -> bool:
    """Tell whether a type is that of an article, by its name or its full address."""
    return isinstance(kind, str) and re.split(r"[/#:]", kind)[-1] in _ARTICLE


def loads(text: str) -> Any:  # noqa: ANN401  any JSON
    """Return the document, or None when it cannot be read even without what does not belong there."""
    stripped = _BEHIND.sub("", _BEFORE.sub("", text))
    for attempt in (stripped, _TRAILING_COMMA.sub(lambda found: found[1] or "", stripped), html.unescape(stripped)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def updates_of(article: dict[str, Any]) -> Iterator[str]:
    """Yield headline and text of each update of a live page (https://schema.org/liveBlogUpdate), as they stand."""
    updates = article.get("liveBlogUpdate")
    for update in (updates if isinstance(updates, list) else [updates])[:_UPDATES]:
        if isinstance(update, dict):
            parts = [update.get(key) for key in ("headline", "articleBody")]
            yield "\n".join(part for part in parts if isinstance(part, str))


def _nodes(document: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    waiting = [document]
    for _ in range(_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting += [node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node]
