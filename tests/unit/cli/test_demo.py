"""The demo's picture and its closing words show what happened."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from rich.text import Text

from monitor.adapters.console import ConsoleNotifier
from monitor.cli.demo.closing import Day, closing_lines, next_lines
from monitor.cli.demo.picture import drawing, recorded_console
from monitor.domain.alerts.alert import DeliveryKind, Receipt
from monitor.domain.catalog import Channel, Receiver, Severity
from monitor.domain.delivery.message import Message
from storage.views.alerts import ListedAlert, NearMiss

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def alert(number: int, title: str, *, outlets: int = 1, copies: int = 0) -> ListedAlert:
    return ListedAlert(
        id=number,
        story_id=number,
        topic="ferries",
        severity=Severity.HIGH,
        score=2.0,
        raised_at=NOW,
        updated_at=NOW,
        acknowledged_by=None,
        news="",
        title=title,
        outlet="quay.example",
        url=None,
        published=NOW,
        outlets=outlets,
        copies=copies,
    )


async def test_the_picture_holds_what_the_console_notifier_printed() -> None:
    out = StringIO()
    console = recorded_console(out)
    console.print("hello")
    message = Message(kind=DeliveryKind.NOTICE, lines=("The ferry to Saltford is late",))
    receiver = Receiver(name="console", channel=Channel.CONSOLE)
    sent = await ConsoleNotifier(console).post(receiver, message, key="k", thread=None, broadcast=False, plain=False)
    assert isinstance(sent, Receipt)
    svg = drawing(console).replace("&#160;", " ")
    for words in ("hello", "The ferry to Saltford is late"):
        assert words in svg
        assert words in out.getvalue()
    assert "@font-face" not in svg


def test_the_closing_words_come_from_what_happened() -> None:
    near = NearMiss(
        topic="ferries",
        title="A boat",
        outlet="quay.example",
        score=0.7,
        threshold=1.0,
        missing="$harbour is not found",
    )
    day = Day(
        seconds=30, published=9, read=8, stories=5, alerts=[alert(1, "Ferry stuck", outlets=2, copies=1)], near=near
    )
    said = "\n".join(Text.from_markup(line).plain for line in closing_lines(day))
    assert "In 30 seconds 9 articles were published and 8 read; they tell 5 stories.\n1 story raised an alert:" in said
    assert "HIGH ferries: Ferry stuck (2 outlets, 1 copy)" in said
    assert "5 articles raised nothing." in said
    assert 'The nearest miss: "A boat" (quay.example) scored 0.7 of the 1 that ferries asks for:' in said
    assert "$harbour is not found" in said
    quiet = "\n".join(closing_lines(Day(seconds=3, published=0, read=0, stories=0, alerts=[], near=None)))
    assert "nearest miss" not in quiet
    assert "0 stories" in quiet


def test_commands_are_named_as_they_work_here(tmp_path: Path) -> None:
    assert "mkdir config" in "\n".join(next_lines("wirewatch", tmp_path))
    (tmp_path / "config").mkdir()
    assert ".venv/bin/wirewatch check" in "\n".join(next_lines(".venv/bin/wirewatch", tmp_path))
