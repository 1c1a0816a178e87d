"""Alerts on the terminal: coloured and wrapped for people, plain lines when the output is a file or a pipe."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monitor.domain.alerts.alert import DeliveryKind, Evidence, NotSent, Outcome, Receipt
from monitor.domain.alerts.evidence import ELLIPSIS
from monitor.domain.catalog import Receiver, Severity
from monitor.domain.delivery.attempt import Found, HistoryUnreadable
from monitor.domain.delivery.message import Card, CardReport, Message, in_zone
from monitor.domain.strings.marked import plain
from monitor.domain.strings.visible import visible
from monitor.domain.topics.values import Field

_COLOURS = {
    Severity.LOW: "bright_black",
    Severity.MEDIUM: "blue",
    Severity.HIGH: "dark_orange",
    Severity.CRITICAL: "bold red",
}
_HEADLINE = 300


class ConsoleNotifier:
    """Print to `console`; printed messages cannot be edited or looked up."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def post(
        self,
        receiver: Receiver,
        message: Message,
        *,
        key: str,
        thread: str | None,
        broadcast: bool,
        plain: bool,
        begin_by: datetime | None = None,
    ) -> Outcome:
        """Print the message, whole or not at all."""
        with self._console.capture() as captured:  # rich itself would end the program when a pipe is closed
            for line, indent in lines(message):
                # soft_wrap off a terminal: a line of ours stays a line for whatever reads it
                shown = Padding(line, (0, 0, 0, indent)) if self._console.is_terminal else Text(" " * indent) + line
                self._console.print(shown, soft_wrap=not self._console.is_terminal)
        try:
            self._console.file.write(captured.get())
            self._console.file.flush()
        except OSError as error:
            return NotSent(reason=f"cannot write to the console: {error.strerror}", scope=NotSent.Scope.APP)
        return Receipt()

    async def update(
        self, receiver: Receiver, message: Message, *, channel: str, ts: str, key: str, plain: bool
    ) -> Outcome:
        """Print how the story has grown, in one line."""
        lines_ = (f"{_counts(card)}: {card.lead.headline}" for card in message.cards)
        first = (f"{message.title}: {message.lines[0]}",) if message.kind is DeliveryKind.VOLUME else ()
        grown = Message(kind=DeliveryKind.REPLY, lines=(*first, *lines_))
        return await self.post(receiver, grown, key=key, thread=None, broadcast=False, plain=plain)

    async def find(self, receiver: Receiver, key: str, *, since: datetime, thread: str | None) -> Found:
        """Answer that printed messages cannot be looked up."""
        return HistoryUnreadable(reason="a console cannot be read back", permanent=True)


def lines(message: Message) -> Iterator[tuple[Text, int]]:
    """Yield the message as styled lines, each with its indentation."""
    if message.note:
        yield Text(visible(message.note), style="yellow"), 0
    if message.kind is DeliveryKind.NOTICE:
        yield from ((Text.assemble(("notice  ", "bold cyan"), visible(line)), 0) for line in message.lines)
    elif message.kind is DeliveryKind.VOLUME:
        yield Text.assemble(("volume  ", "bold magenta"), (visible(message.title), "bold")), 0
        yield from ((Text(visible(line)), 2) for line in message.lines)
        yield from ((Text(visible(f"{report.outlet}: {report.headline}")), 4) for report in message.links)
    elif message.kind in (DeliveryKind.REPLY, DeliveryKind.NEWS):
        if message.named and message.lines:  # a terminal has no threads
            yield from (
                (Text(f"story {card.story_id}: {_headline(card.lead)}", style="bold"), 2) for card in message.cards
            )
        yield from ((Text.assemble(("  ↳ ", "green"), visible(plain(line))), 0) for line in message.lines)
        if not message.lines:
            yield from ((line, 4) for card in message.cards for line in _short(card, message.zone))
    else:
        yield from _cards(message)
    yield Text(""), 0


def _cards(message: Message) -> Iterator[tuple[Text, int]]:
    if not message.single:
        count = len(message.cards) + message.more
        counted = f"{count} {'story' if count == 1 else 'stories'}"
        yield Text(": ".join(filter(None, (message.title, counted))), style="bold underline"), 0
        period = " to ".join(in_zone(moment, message.zone) for moment in message.period or ())
        heading = " · ".join(filter(None, (period, visible(message.summary))))
        if heading:
            yield Text(heading, style="dim"), 0
    yield from ((Text(visible(line), style="italic"), 0) for line in message.lines)
    for card in message.cards:
        yield from _card(card, message.zone) if message.single else ((line, 0) for line in _short(card, message.zone))
    if message.more:
        yield Text(f"and {message.more} more", style="dim"), 0


def _card(card: Card, zone: str) -> Iterator[tuple[Text, int]]:
    score = f"score {card.score:.1f}" if card.score is not None else ""
    if score and card.threshold is not None:
        score += f" of {card.threshold:.1f}"
    severity = (f"● {card.severity.word.upper()}", _COLOURS[card.severity])
    topics = ", ".join(visible(tag.title) for tag in card.tags)
    yield Text.assemble(severity, "  ", (topics, "bold cyan"), (f"  {score}", "dim")), 0
    yield Text(_headline(card.lead), style="bold"), 2
    language = f" · {card.lead.language}" if card.lead.language else ""
    source = f"{visible(card.lead.outlet)} · {in_zone(card.lead.at, zone)}{language}  "
    yield Text.assemble(source, (visible(card.lead.url or ""), "dim underline")), 2
    for evidence in card.evidence[:1]:
        yield _quote(evidence, card.lead.headline), 2
    if card.doubt:
        yield Text(f"? {visible(card.doubt)}", style="yellow"), 2
    yield from ((Text.assemble(("new: ", "green"), visible(line)), 2) for line in card.news.splitlines())
    yield Text(f"{_counts(card)} · story {card.story_id}", style="dim"), 2
    for report in card.others:
        yield Text.assemble(("also  ", "dim"), f"{visible(report.outlet)}: {_headline(report)}"), 2
    if card.acknowledged_by:
        yield Text(f"acknowledged by {visible(card.acknowledged_by)}", style="green"), 2


def _short(card: Card, zone: str) -> Iterator[Text]:
    yield Text.assemble((f"● {card.severity.word.upper()} ", _COLOURS[card.severity]), (_headline(card.lead), "bold"))
    facts = (visible(card.lead.outlet), in_zone(card.lead.at, zone), _counts(card), f"story {card.story_id}")
    yield Text(f"  {' · '.join(facts)}", style="dim")


def _headline(report: CardReport) -> str:
    return visible(report.headline)[:_HEADLINE] or "(no title)"


def _quote(evidence: Evidence, headline: str) -> Text:
    words = f"{evidence.before}{evidence.quote}{evidence.after}".strip(ELLIPSIS)
    if evidence.field is Field.TITLE and words in headline:  # it stands right above
        found = dict.fromkeys(piece.strip() for piece, matches in evidence.pieces if matches)
        return Text.assemble(("│ matched in the headline: ", "dim"), (visible(", ".join(found)), "bold yellow"))
    before, after = (_spaced(evidence.before), _spaced(evidence.after))
    marked = [(_spaced(piece), "bold yellow" if matches else "") for piece, matches in evidence.pieces]
    return Text.assemble(("│ ", "dim"), before, *marked, after)


def _spaced(text: str) -> str:
    """`visible`, but a space at either end stays one."""
    return " " * text[:1].isspace() + visible(text) + " " * (text[-1:].isspace() and len(text) > 1)


def _counts(card: Card) -> str:
    return "1 outlet" if card.outlets == 1 else f"{card.outlets} outlets, {card.independent} independent"
