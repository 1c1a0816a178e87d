"""How a message looks in Slack: Block Kit built from a domain message, within Slack's limits by construction.

Slack's limits (https://docs.slack.dev/reference/block-kit/blocks): 50 blocks, 3,000 characters a section, 150 a header;
beyond some 13,000 characters in all a message is refused although no document says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from monitor.adapters.slack.buttons import buttons, menu
from monitor.adapters.slack.escape import bold, escaped, link
from monitor.domain.alerts.alert import DeliveryKind, Evidence
from monitor.domain.alerts.evidence import ELLIPSIS
from monitor.domain.catalog import Severity
from monitor.domain.delivery.message import Card, CardReport, Message
from monitor.domain.topics.values import Field

MAX_BLOCKS = 50
MAX_SECTION = 2_900
MAX_TEXT = 3_500
"""Slack advises 4,000, and posts longer texts in pieces."""

_MAX_LINES = 11_000
_HEADLINE = 300
_MAX_OTHER_URL = 700  # three of them beside their headlines fit into one text of 3,000 characters
_LINE_HEADLINE = 160
_MATCHED = 60
_CONTEXT = 90
_QUOTES = 3
_EMOJI = {
    Severity.LOW: ":white_circle:",
    Severity.MEDIUM: ":large_blue_circle:",
    Severity.HIGH: ":large_orange_circle:",
    Severity.CRITICAL: ":red_circle:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What is sent: the text of notifications, and the blocks, which are none for a plain message."""

    text: str
    blocks: tuple[dict[str, Any], ...] = ()


def render(message: Message, *, plain: bool = False) -> Rendered:
    """Render the message for Slack.

    It is plain when requested, or when slack-sdk's own checks would refuse the blocks.
    """
    text = _text(message)
    if plain:
        return Rendered(text=text)
    try:
        blocks = tuple(block.to_dict() for block in _blocks(message))
    except SlackObjectFormationError:
        return Rendered(text=text)
    return Rendered(text=text, blocks=blocks[:MAX_BLOCKS])


def _blocks(message: Message) -> Iterator[Block]:
    if message.note:
        yield _context(f":warning: {escaped(message.note, 500)}")
    if message.kind is DeliveryKind.NOTICE:
        yield from _sections(
            ":wrench: " * (number == 0) + escaped(line, 1_000) for number, line in enumerate(message.lines)
        )
    elif message.kind in (DeliveryKind.REPLY, DeliveryKind.NEWS):
        yield from _answer(message)
    elif message.single:
        yield from _sections(escaped(line, 1_000) for line in message.lines)
        yield from _living(message.cards[0], interactive=message.interactive)
    else:
        yield from _digest(message)


def _living(card: Card, *, interactive: bool) -> Iterator[Block]:
    """Yield the one message of a story: headline, evidence, coverage, state."""
    yield _section(f"{_EMOJI[card.severity]} *{_headline(card.lead, _HEADLINE)}*")
    yield _context(_facts(card))
    quotes = list(_quotes(card))
    if quotes:
        yield _section("\n".join(f"> {quote}" for quote in quotes))
    if card.news:
        yield _section(f":new: {escaped(' · '.join(card.news.splitlines()), 700)}")
    yield _context(_coverage(card))
    state = _state(card)
    if state:
        yield _context(state)
    if interactive:
        yield buttons(card)


def _digest(message: Message) -> Iterator[Block]:
    """Yield stories by rank, under their topics, the topic of the first story first."""
    total = len(message.cards) + message.more
    yield HeaderBlock(text=PlainTextObject(text=f"{total} {'story' if total == 1 else 'stories'}"))
    yield from _sections(escaped(line, 500) for line in message.lines)
    for title, cards in _by_topic(message.cards):
        yield _section(f"*{escaped(title, 150)}*")
        for card in cards:
            accessory = menu(card) if message.interactive else None
            yield SectionBlock(text=_markdown(_entry(card)), accessory=accessory)
    if message.more:
        yield DividerBlock()
        yield _context(f"and {message.more} more in this thread")


def _answer(message: Message) -> Iterator[Block]:
    """Yield news of a story for its thread, or the rest of a digest."""
    if message.lines:
        if message.named:
            yield from _sections(f"*{_headline(card.lead, _LINE_HEADLINE)}*" for card in message.cards[:3])
        yield from _sections(f":new: {escaped(line, 1_000)}" for line in message.lines[:10])
        yield from (_context(_coverage(card)) for card in message.cards[:1])
    else:
        yield from _sections(_entry(card) for card in message.cards)


def _by_topic(cards: Sequence[Card]) -> Iterator[tuple[str, list[Card]]]:
    order = {topic: rank for rank, topic in reversed(list(enumerate(card.topic for card in cards)))}
    together = sorted(cards, key=lambda card: order[card.topic])  # stable: rank within a topic stays
    for _, group in groupby(together, key=lambda card: card.topic):
        members = list(group)
        yield members[0].topic_title, members


def _entry(card: Card) -> str:
    """Return a story in two lines."""
    first = f"{_EMOJI[card.severity]} {_headline(card.lead, _LINE_HEADLINE)}"
    found = f" · {_matched(card)}" if card.evidence else ""
    done = [
        f":white_check_mark: {escaped(card.acknowledged_by, 30)}" if card.acknowledged_by else "",
        f":no_entry_sign: {escaped(card.doubted_by, 30)}" if card.doubted_by else "",
        ":mute:" if card.mute else "",
    ]
    state = "".join(f" · {part}" for part in done if part)
    return f"{first}\n{escaped(card.lead.outlet, 60)} · {_when(card.lead.at)} · {_counts(card)}{found}{state}"


def _matched(card: Card) -> str:
    """Return the matched words, for lists that have no room for sentences."""
    quotes = dict.fromkeys(evidence.quote.casefold() for evidence in card.evidence[:_QUOTES])
    return bold(", ".join(quotes), "", "", _MATCHED)


def _headline(report: CardReport, limit: int, max_url: int = 1_000) -> str:
    return link(report.url, report.headline, limit, max_url=max_url)


def _facts(card: Card) -> str:
    language = f" · {escaped(card.lead.language, 10).upper()}" if card.lead.language else ""
    return (
        f"{escaped(card.lead.outlet, 80)} · {_when(card.lead.at)}{language} · *{escaped(card.topic_title, 150)}* · "
        f"{card.severity.word} · score {card.score:.1f}"
    )


def _quotes(card: Card) -> Iterator[str]:
    """Yield the words found in the headline, then sentences of the text."""
    in_headline = [evidence for evidence in card.evidence if _is_of(evidence, card.lead.headline)]
    if in_headline:
        yield "In the headline: " + ", ".join(bold(evidence.quote, "", "", 100) for evidence in in_headline[:_QUOTES])
    others = [evidence for evidence in card.evidence if evidence not in in_headline]
    yield from map(_quote, others[:_QUOTES])


def _is_of(evidence: Evidence, headline: str) -> bool:
    words = f"{evidence.before}{evidence.quote}{evidence.after}".strip(ELLIPSIS)
    return evidence.field is Field.TITLE and words in headline


def _quote(evidence: Evidence) -> str:
    before = escaped(evidence.before[-_CONTEXT:], 2 * _CONTEXT)
    after = escaped(evidence.after[:_CONTEXT], 2 * _CONTEXT)
    gap_before = " " if evidence.before[-1:].isspace() else ""
    gap_after = " " if evidence.after[:1].isspace() else ""
    matched = bold(evidence.quote, evidence.before[-1:], evidence.after[:1], 200)
    return f"{before}{gap_before}{matched}{gap_after}{after}"


def _coverage(card: Card) -> str:
    others = " · ".join(
        f"{link(report.url, f'{report.outlet}: {report.headline}', 140, max_url=_MAX_OTHER_URL)}"
        for report in card.others
    )
    return f"{_counts(card)}. Also: {others}" if others else _counts(card)


def _counts(card: Card) -> str:
    if card.outlets == 1:
        return "1 outlet"
    return f"{card.outlets} outlets, {card.independent} independent"


def _state(card: Card) -> str:
    """Return who did what with the alert, and when."""
    parts = []
    if card.acknowledged_by:
        parts.append(f":white_check_mark: Acknowledged by {_who(card.acknowledged_by, card.acknowledged_at)}")
    if card.doubted_by:
        parts.append(f":no_entry_sign: Not relevant, says {_who(card.doubted_by, card.doubted_at)}")
    if card.mute:
        what = "Story" if card.mute.story_id else "Topic" if card.mute.topic else "Everything"
        parts.append(f":mute: {what} muted by {escaped(card.mute.author, 80)} until {_when(card.mute.until)}")
    return " · ".join(parts)


def _who(name: str, moment: datetime | None) -> str:
    return escaped(name, 80) + (f", {_when(moment)}" if moment else "")


def _when(moment: datetime) -> str:
    """Return the moment in UTC and in words."""
    return f"{moment.day} {moment:%b %H:%M} UTC"


def _text(message: Message) -> str:
    """Return the message in words, for notifications, screen readers and plain messages."""
    lines = [escaped(line, 600) for line in (message.note, *message.lines) if line]
    lines += [
        f"{card.severity.word.capitalize()}: {_headline(card.lead, 200, 300)} ({escaped(card.lead.outlet, 60)}, "
        f"{escaped(card.topic_title, 80)})"
        for card in message.cards[:5]
    ]
    more = max(0, len(message.cards) - 5) + message.more
    if more:
        lines.append(f"and {more} more")
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(kept) + len(line) > MAX_TEXT:
            break
        kept.append(line)
    return "\n".join(kept) or "(no text)"


def _sections(lines: Iterable[str]) -> Iterator[Block]:
    """Yield as few sections as the lines fit into, and no more lines than fit into a message."""
    held: list[str] = []
    used = 0
    for line in filter(None, lines):
        used += len(line) + 1
        if used > _MAX_LINES:
            held.append("…")
            break
        if held and sum(map(len, held)) + len(held) + len(line) > MAX_SECTION:
            yield _section("\n".join(held))
            held = []
        held.append(line)
    if held:
        yield _section("\n".join(held))


def _section(text: str) -> Block:
    return SectionBlock(text=_markdown(text))


def _context(text: str) -> Block:
    return ContextBlock(elements=[_markdown(text)])


def _markdown(text: str) -> MarkdownTextObject:
    # verbatim: Slack adds no links or mentions of its own to what stands here
    return MarkdownTextObject(text=text, verbatim=True)
