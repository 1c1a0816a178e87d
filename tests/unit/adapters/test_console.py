"""Alerts on a terminal, and in a pipe."""

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from monitor.adapters.console import ConsoleNotifier
from monitor.domain.alerts.alert import DeliveryKind, Evidence, NotSent, Receipt
from monitor.domain.catalog import Channel, Receiver
from monitor.domain.delivery.attempt import HistoryUnreadable
from monitor.domain.delivery.message import Message
from monitor.domain.topics.values import Field
from tests.unit.adapters.slack.test_slack_rendering import CARD, NOW, titled

DESK = Receiver(name="desk", channel=Channel.CONSOLE)


async def printed(message: Message, *, terminal: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=80, color_system="standard" if terminal else None)
    sent = await ConsoleNotifier(console).post(DESK, message, key="k", thread=None, broadcast=False, plain=False)
    assert sent == Receipt()
    return out.getvalue()


async def test_a_pipe_gets_plain_lines_with_everything_in_them() -> None:
    text = await printed(Message(kind=DeliveryKind.ALERT, cards=(CARD,)))
    assert text.splitlines() == [
        "● HIGH  Peace talks  score 3.2 of 2.0",
        "  Envoys meet",
        "  herald.example · 2 Mar 18:02 UTC · ru  https://herald.example/1",
        "  │ offered to host talks soon",
        "  5 outlets, 3 independent · story 1",
        "",
    ]


async def test_a_terminal_gets_colours_and_wrapped_lines() -> None:
    text = await printed(Message(kind=DeliveryKind.ALERT, cards=(titled("word " * 60),)), terminal=True)
    assert "\x1b[" in text
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in text.splitlines()) <= 80


@pytest.mark.case(93, 96)
@pytest.mark.parametrize("title", ["\x1b[2Jgone", "a\nb\u2028c", "\u202eevil", "[red]markup[/red]", "x" * 10_000, ""])
async def test_titles_cannot_paint_the_terminal(title: str) -> None:
    text = await printed(Message(kind=DeliveryKind.ALERT, cards=(titled(title),)))
    whole = await printed(Message(kind=DeliveryKind.ALERT, cards=(titled("sound"),)))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(text.splitlines()) == len(whole.splitlines())
    assert "[red]" in text or "[red]" not in title


async def test_digests_replies_and_notices() -> None:
    digest = await printed(Message(kind=DeliveryKind.DIGEST, cards=(CARD, CARD), more=3))
    assert digest.startswith("5 stories\n● HIGH Envoys meet\n")
    assert "and 3 more" in digest
    assert "↳ Severity rose" in await printed(Message(kind=DeliveryKind.REPLY, cards=(CARD,), lines=("Severity rose",)))
    assert "notice  A feed is broken" in await printed(Message(kind=DeliveryKind.NOTICE, lines=("A feed is broken",)))


async def test_a_closed_pipe_is_a_failure_not_a_crash() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            if text:
                raise BrokenPipeError(32, "Broken pipe")
            return 0

    console = Console(file=Closed(), width=80)
    notifier = ConsoleNotifier(console)
    message = Message(kind=DeliveryKind.ALERT, cards=(CARD,))
    sent = await notifier.post(DESK, message, key="k", thread=None, broadcast=False, plain=False)
    assert isinstance(sent, NotSent)


async def test_what_was_printed_cannot_be_found_again() -> None:
    notifier = ConsoleNotifier(Console(file=io.StringIO()))
    assert await notifier.find(DESK, "k", since=NOW, thread=None) == HistoryUnreadable(
        reason="a console cannot be read back", permanent=True
    )


async def test_the_headline_is_not_printed_twice_and_a_reply_names_its_story() -> None:
    evidence = Evidence(term="envoy", field=Field.TITLE, before="", quote="Envoys", after=" meet")
    text = await printed(Message(kind=DeliveryKind.ALERT, cards=(replace(CARD, evidence=(evidence,)),)))
    assert "│ matched in the headline: Envoys" in text
    assert text.count("meet") == 1
    reply = Message(kind=DeliveryKind.REPLY, cards=(CARD,), lines=("herald.example: They agreed",), named=True)
    assert (await printed(reply)).splitlines() == ["  story 1: Envoys meet", "  ↳ herald.example: They agreed", ""]
