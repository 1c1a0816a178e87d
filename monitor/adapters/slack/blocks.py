"""How a message looks in Slack: Block Kit built from a domain message, within Slack's limits by construction.

Slack's limits (https://docs.slack.dev/reference/block-kit/blocks): 50 blocks, 3,000 characters a section, 150 a header;
beyond some 13,000 characters in all a message is refused although no document says so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
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
from monitor.adapters.slack.escape import bold, escaped, formatted, link
from monitor.domain.alerts.alert import DeliveryKind, Evidence
from monitor.domain.alerts.evidence import ELLIPSIS
from monitor.domain.catalog import Severity
from monitor.domain.delivery.message import Card, CardReport, Message
from monitor.domain.strings.marked import plain
from monitor.domain.topics.values import Field

MAX_BLOCKS = 50
MAX_SECTION = 2_900
MAX_TEXT = 3_500
"""Slack advises 4,000, and posts longer texts in pieces."""

_MAX_LINES = 11_000
_HEADLINE = 300
_LINE_HEADLINE = 160
_OTHER_HEADLINE = 140
_MATCHED = 60
_CONTEXT = 90
_WORDS_IN_HEADLINE = 6
_TAGS = 6
_MARKS = {
    Severity.LOW: ":white_small_square:",
    Severity.MEDIUM: ":small_blue_diamond:",
    Severity.HIGH: ":large_orange_diamond:",
    Severity.CRITICAL: ":red_circle:",
}
"""A mark for each severity, told apart by shape and size as well as by colour."""


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
    elif message.kind is DeliveryKind.VOLUME:
        yield _section(f":bar_chart: *{escaped(message.title, _HEADLINE)}*")
        yield from _sections(escaped(line, 1_000) for line in message.lines)
        yield from _sections(
            f"• {_headline(report, _LINE_HEADLINE)} ({escaped(report.outlet, 60)}, {_when(report.at)})"
            for report in message.links
        )
    elif message.kind in (DeliveryKind.REPLY, DeliveryKind.NEWS):
        # news of a story for its thread, or the rest of a digest
        if not message.lines:
            yield from _sections(_entry(card) for card in message.cards)
            return
        if message.named:
            yield from _sections(f"*{_headline(card.lead, _LINE_HEADLINE)}*" for card in message.cards[:3])
        yield from _sections(f":new: {formatted(line, 1_000)}" for line in message.lines[:10])
        yield from (_context(f"{_counts(card)} · story {card.story_id}") for card in message.cards[:1])
    elif message.single:
        yield from _sections(escaped(line, 1_000) for line in message.lines)
        yield from _living(message.cards[0], interactive=message.interactive)
    else:
        yield from _list(message)


def _living(card: Card, *, interactive: bool) -> Iterator[Block]:
    """Yield the one message of a story: headline, evidence, coverage, state."""
    yield _section(f"{_MARKS[card.severity]} *{_headline(card.lead, _HEADLINE)}*")
    yield _context(_facts(card))
    quote = _quote_of(card)
    if quote:
        yield _section(f"> {quote}")
    if card.doubt:
        yield _context(f":grey_question: {escaped(card.doubt, 200)}")
    if card.news:
        yield _section(f":new: {escaped(' · '.join(card.news.splitlines()), 700)}")
    # each further report is a text of its own: their links do not fit into one
    others = (link(report.url, f"{report.outlet}: {report.headline}", _OTHER_HEADLINE) for report in card.others)
    yield _context(f"{_counts(card)} · story {card.story_id}", *(f"also {other}" for other in others))
    state = _state(card)
    if state:
        yield _context(state)
    if interactive:
        yield from buttons(card)


def _list(message: Message) -> Iterator[Block]:
    """Yield stories by rank, under their topics, the topic of the first story first."""
    total = len(message.cards) + message.more
    counted = f"{total} {'story' if total == 1 else 'stories'}"
    yield HeaderBlock(text=PlainTextObject(text=": ".join(filter(None, (message.title, counted)))))
    period = f"{_when(message.period[0])} to {_when(message.period[1])}" if message.period else ""
    summary = " · ".join(filter(None, (period, escaped(message.summary, 600))))
    if summary:
        yield _context(summary)
    yield from _sections(escaped(line, 500) for line in message.lines)
    # a story of several topics stands under its most severe one; the sort is stable: rank within a topic stays
    order = {topic: rank for rank, topic in reversed(list(enumerate(card.tags[0].topic for card in message.cards)))}
    together = sorted(message.cards, key=lambda card: order[card.tags[0].topic])
    for _, group in groupby(together, key=lambda card: card.tags[0].topic):
        cards = list(group)
        yield _section(f"*{escaped(cards[0].tags[0].title, 150)}*")
        for card in cards:
            accessory = menu(card) if message.interactive else None
            yield SectionBlock(text=_markdown(_entry(card)), accessory=accessory)
    if message.more:
        yield DividerBlock()
        yield _context(f"and {message.more} more in this thread")


def _entry(card: Card) -> str:
    """Return a story in two lines."""
    first = f"{_MARKS[card.severity]} {_headline(card.lead, _LINE_HEADLINE)}"
    quotes = list(dict.fromkeys(word.casefold() for evidence in card.evidence for word in _matched(evidence)))
    also = ", ".join(f"{escaped(tag.title, 60)}" for tag in card.tags[1:_TAGS])
    done = [
        f":white_check_mark: {escaped(card.acknowledged_by, 30)}" if card.acknowledged_by else "",
        *(f":no_entry_sign: {escaped(tag.doubted_by, 30)}" for tag in card.tags[:2] if tag.doubted_by),
        ":mute:" if card.mute else "",
        f":grey_question: {escaped(card.doubt, 80)}" if card.doubt else "",
    ]
    parts = (
        card.severity.word.capitalize(),
        escaped(card.lead.outlet, 60),
        _when(card.lead.at),
        _counts(card),
        bold(", ".join(quotes), "", "", _MATCHED) if quotes else "",
        f"also {also}" if also else "",
        f"story {card.story_id}",
        *done,
    )
    return f"{first}\n" + " · ".join(filter(None, parts))


def _matched(evidence: Evidence) -> Iterator[str]:
    return (piece.strip() for piece, matches in evidence.pieces if matches)


def _headline(report: CardReport, limit: int, max_url: int = 1_000) -> str:
    return link(report.url, report.headline, limit, max_url=max_url)


def _facts(card: Card) -> str:
    """Return severity, outlet, time of publication, language, topics, and the score beside its threshold."""
    several = len(card.tags) > 1
    topics = ", ".join(
        f"*{escaped(tag.title, 150)}*" + (f" ({tag.severity.word})" if several else "") for tag in card.tags[:_TAGS]
    )
    score = f"score {card.score:.1f}" if card.score is not None else ""
    if score and card.threshold is not None:
        score += f" of {card.threshold:.1f}"
    parts = (
        f"*{card.severity.word.capitalize()}*",
        escaped(card.lead.outlet, 80),
        _when(card.lead.at),
        escaped(card.lead.language, 10).upper() if card.lead.language else "",
        topics,
        score,
    )
    return " · ".join(filter(None, parts))


def _quote_of(card: Card) -> str:
    """Return why it fired: one quote of the lead report, under its outlet's name, the matched words marked."""
    if not card.evidence:
        return ""
    evidence = card.evidence[0]
    words = f"{evidence.before}{evidence.quote}{evidence.after}".strip(ELLIPSIS)
    if evidence.field is Field.TITLE and words in card.lead.headline:
        found = list(dict.fromkeys(_matched(evidence)))[:_WORDS_IN_HEADLINE]
        return "Matched in the headline: " + ", ".join(bold(word, "", "", 100) for word in found)
    parts = [(evidence.before[-_CONTEXT:], False), *evidence.pieces, (evidence.after[:_CONTEXT], False)]
    shown = []
    for number, (piece, matches) in enumerate(parts):
        if matches:
            before, after = parts[number - 1][0] if number else "", parts[number + 1][0]
            shown.append(bold(piece, before[-1:], after[:1], 200))
        elif piece:
            # `escaped` strips: the spaces beside the marked words stay
            said = escaped(piece, 3 * _CONTEXT)
            shown.append(" " * piece[0].isspace() + said + " " * (piece[-1].isspace() and bool(said)))
    return f"{escaped(card.lead.outlet, 80)}: {''.join(shown).strip()}"


def _counts(card: Card) -> str:
    if card.outlets == 1:
        return "1 outlet"
    return f"{card.outlets} outlets, {card.independent} independent"


def _state(card: Card) -> str:
    """Return who did what with the story, and when."""
    parts = []
    if card.acknowledged_by:
        parts.append(f":white_check_mark: Acknowledged by {_who(card.acknowledged_by, card.acknowledged_at)}")
    for tag in card.tags:
        if tag.doubted_by:
            about = f" to {escaped(tag.title, 80)}" if len(card.tags) > 1 else ""
            parts.append(f":no_entry_sign: Not relevant{about}, says {_who(tag.doubted_by, tag.doubted_at)}")
    if card.mute:
        what = "Story" if card.mute.story_id else "Topic" if card.mute.topic else "Everything"
        parts.append(f":mute: {what} muted by {escaped(card.mute.author, 80)} until {_when(card.mute.until)}")
    return " · ".join(parts)


def _who(name: str, moment: datetime | None) -> str:
    return escaped(name, 80) + (f", {_when(moment)}" if moment else "")


def _when(moment: datetime) -> str:
    """Return the moment as Slack's date token, which shows each reader their own zone.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting; UTC for clients that cannot. All foreign
    text is escaped, so that no headline can forge one.
    """
    utc = moment.astimezone(UTC)
    return f"<!date^{int(utc.timestamp())}^{{date_short_pretty}} {{time}}|{utc.day} {utc:%b %H:%M} UTC>"


def _text(message: Message) -> str:
    """Return the message in words, for notifications, screen readers and plain messages."""
    title = message.title if message.kind is DeliveryKind.VOLUME else ""
    lines = [escaped(plain(line), 600) for line in (message.note, title, *message.lines) if line]
    lines += [f"{_headline(report, 200)} ({escaped(report.outlet, 60)})" for report in message.links]
    lines += [
        f"{card.severity.word.capitalize()}: {_headline(card.lead, 200)} ({escaped(card.lead.outlet, 60)}, "
        + ", ".join(escaped(tag.title, 80) for tag in card.tags[:_TAGS])
        + ")"
        for card in message.cards[:5]
    ]
    more = max(0, len(message.cards) - 5) + message.more
    if more:
        lines.append(f"and {more} more")
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(kept) + len(line) <= MAX_TEXT:
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


def _context(*texts: str) -> Block:
    return ContextBlock(elements=[_markdown(text) for text in texts])


def _markdown(text: str) -> MarkdownTextObject:
    # verbatim: Slack adds no links or mentions of its own to what stands here
    return MarkdownTextObject(text=text, verbatim=True)
