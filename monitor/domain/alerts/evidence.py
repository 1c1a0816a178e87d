"""Hits become evidence: quoted with their surroundings, the best few, no two of them the same words."""

from collections.abc import Sequence

from monitor.domain.alerts.alert import Evidence
from monitor.domain.topics.values import Field, Hit

CONTEXT = 80
"""Characters shown on each side of a quote: about a line of a Slack message in all."""

ELLIPSIS = "…"

MOST = 4
"""Quotes in an alert; more would push the message past a screen of a phone."""


def evidence(title: str, text: str, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
    """At most `MOST` quotes, title first, each from another place and preferring terms not yet shown."""
    chosen: list[Hit] = []
    for fresh_only in (True, False):
        for hit in sorted(hits, key=lambda h: (h.field is not Field.TITLE, h.start)):
            if len(chosen) == MOST:
                break
            if not any(_repeats(hit, shown, fresh_only) for shown in chosen):
                chosen.append(hit)
    chosen.sort(key=lambda h: (h.field is not Field.TITLE, h.start))
    return tuple(_quote(title if hit.field is Field.TITLE else text, hit) for hit in chosen)


def _repeats(hit: Hit, shown: Hit, fresh_only: bool) -> bool:
    if fresh_only and hit.term == shown.term:
        return True
    near = hit.field is shown.field and abs(hit.start - shown.start) < CONTEXT
    return near or hit.quote.casefold() == shown.quote.casefold()


def _quote(source: str, hit: Hit) -> Evidence:
    before = source[max(0, hit.start - CONTEXT) : hit.start]
    after = source[hit.end : hit.end + CONTEXT]
    return Evidence(
        term=hit.term,
        field=hit.field,
        before=ELLIPSIS + _from_word(before) if hit.start > CONTEXT else before,
        quote=source[hit.start : hit.end],
        after=_to_word(after) + ELLIPSIS if hit.end + CONTEXT < len(source) else after,
    )


def _from_word(text: str) -> str:
    """Cut a leading half word; text without spaces (Chinese) stays as it is."""
    return text.split(" ", 1)[-1] if " " in text else text


def _to_word(text: str) -> str:
    return text.rsplit(" ", 1)[0] if " " in text else text
