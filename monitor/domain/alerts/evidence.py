"""Hits become evidence: quoted with their surroundings, the best few, no two of them the same words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

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


_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_JOINED = 12
"""Characters between two matched words that are marked as one: a short word or two."""

_LONGEST = 240
"""Characters from the first to the last marked word of a quote; what lies further apart does not stand together."""


def telling_evidence(title: str, text: str, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
    """Return the one quote that tells most: the sentence with the most different terms, all of them marked.

    The headline, which people see anyway, is quoted only where no sentence of the text holds as many.
    """
    best: tuple[tuple[int, int, int], list[Hit]] | None = None
    for field, source in ((Field.TEXT, text), (Field.TITLE, title)):
        for group in _by_sentence(source, [hit for hit in hits if hit.field is field]):
            value = (len({hit.term for hit in group}), len({hit.quote.casefold() for hit in group}), -group[0].start)
            if best is None or value[:2] > best[0][:2]:
                best = value, group
    if best is None:
        return ()
    group = best[1]
    source = title if group[0].field is Field.TITLE else text
    return (_joined(source, group),)


def _by_sentence(source: str, hits: Sequence[Hit]) -> Iterator[list[Hit]]:
    """Yield the hits of each sentence, none of them further than `_LONGEST` from the first."""
    ends = [found.start() for found in _SENTENCE.finditer(source)]
    group: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        crossed = group and any(group[0].start < end <= hit.start for end in ends)
        if group and (crossed or hit.end - group[0].start > _LONGEST):
            yield group
            group = []
        group.append(hit)
    if group:
        yield group


def _joined(source: str, group: Sequence[Hit]) -> Evidence:
    """Quote a sentence's hits as one: overlaps merged, neighbours joined, the rest between them left unmarked."""
    spans: list[list[int]] = []
    for hit in group:
        if spans and hit.start <= spans[-1][1] + _JOINED and "\n" not in source[spans[-1][1] : hit.start]:
            spans[-1][1] = max(spans[-1][1], hit.end)
        else:
            spans.append([hit.start, hit.end])
    start, end = spans[0][0], spans[-1][1]
    whole = Hit(term=", ".join(dict.fromkeys(hit.term for hit in group)), field=group[0].field, start=start, end=end,
                quote=source[start:end])  # fmt: skip
    gaps = tuple((a[1] - start, b[0] - start) for a, b in pairwise(spans))
    # the quote ends where its sentence does: the next one tells nothing of why it matched
    breaks = list(_SENTENCE.finditer(source))
    first = max((found.end() for found in breaks if found.end() <= start), default=0)
    last = min((found.start() for found in breaks if found.start() >= end), default=len(source))
    quoted = _quote(source, whole)
    if start - first <= CONTEXT:
        quoted = replace(quoted, before=source[first:start])
    if last - end <= CONTEXT:
        quoted = replace(quoted, after=source[end:last])
    return replace(quoted, gaps=gaps)


def _repeats(hit: Hit, shown: Hit, fresh_only: bool) -> bool:
    if fresh_only and hit.term == shown.term:
        return True
    near = hit.field is shown.field and abs(hit.start - shown.start) < CONTEXT
    return near or hit.quote.casefold() == shown.quote.casefold()


def _quote(source: str, hit: Hit) -> Evidence:
    before = source[max(0, hit.start - CONTEXT) : hit.start]
    after = source[hit.end : hit.end + CONTEXT]
    if hit.start > CONTEXT:
        # half a word at the edge is left out; text without spaces (Chinese) is cut where it must
        before = ELLIPSIS + before.split(" ", 1)[-1]
    if hit.end + CONTEXT < len(source):
        after = after.rsplit(" ", 1)[0] + ELLIPSIS
    return Evidence(
        term=hit.term,
        field=hit.field,
        before=before,
        quote=source[hit.start : hit.end],
        after=after,
    )
