"""Draws every kind of message from the very blocks that are sent to Slack, into docs/messages/*.svg.

    python docs/render_messages.py

Run from the root of the repository, with the environment of `scripts/setup`.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.adapters.slack.blocks import Rendered, render
from monitor.domain.alerts.alert import DeliveryKind, Evidence, Silence
from monitor.domain.catalog import Severity
from monitor.domain.delivery.message import Card, CardReport, Message, TopicTag
from monitor.domain.topics.values import Field

WIDTH, MARGIN, LEFT = 680, 16, 64
EMOJI = {
    ":white_small_square:": "▫️", ":small_blue_diamond:": "🔹", ":large_orange_diamond:": "🔶", ":red_circle:": "🔴",
    ":grey_question:": "❔",
    ":new:": "🆕", ":white_check_mark:": "✅", ":mute:": "🔇", ":warning:": "⚠️", ":wrench:": "🔧",
    ":no_entry_sign:": "🚫",
}  # fmt: skip
MARKUP = re.compile(r"<(?P<url>[^|>]+)\|(?P<label>[^>]*)>|\*(?P<bold>[^*\n]+)\*|(?P<text>[^<*]+|[<*])")
AT = datetime(2026, 3, 2, 18, 2, tzinfo=UTC)
MUTE = Silence(
    id=1, topic=None, story_id=2, until=AT + timedelta(days=30), reason="muted with a button", author="bob",
    created_at=AT,
)  # fmt: skip


def examples() -> dict[str, Message]:
    """One message of each kind; outlets, people and events are invented."""
    lead = CardReport(
        headline="Envoy says Beijing is ready to host peace talks",
        url="https://harbourpost.example/world/envoy-talks",
        outlet="harbourpost.example",
        at=AT,
        language="en",
    )
    quotes = (
        Evidence(
            term="host talks, mediator", field=Field.TEXT, before="…the special envoy said that China was ",
            quote="ready to host peace talks in April as a mediator", after=" if both governments asked for it.",
            gaps=((25, 38),),
        ),
    )  # fmt: skip
    others = (
        replace(lead, headline="Пекин предложил площадку для переговоров", outlet="vestnik-sever.example",
                url="https://vestnik-sever.example/1", language="ru"),
        replace(lead, headline="中国愿为和谈提供场所", outlet="nanfang-review.example",
                url="https://nanfang-review.example/1", language="zh"),
    )  # fmt: skip
    living = Card(
        story_id=1,
        tags=(TopicTag(alert_id=1, topic="china-mediation", title="China as mediator", severity=Severity.HIGH),),
        score=2.4, threshold=2.0, lead=lead, evidence=quotes, others=others, outlets=7, independent=4,
    )  # fmt: skip
    tariff = replace(
        living, story_id=2,
        tags=(TopicTag(alert_id=2, topic="tariffs", title="Tariffs", severity=Severity.MEDIUM),), score=1.5, threshold=1.0,
        evidence=(
            Evidence(
                term="duty, steel", field=Field.TEXT, before="…which is when the ", quote="duty on steel",
                after=" would have risen to a quarter of the price…", gaps=((4, 8),),
            ),
        ),
        lead=replace(lead, headline="Court delays ruling on steel duties by a month", outlet="ledger-daily.example",
                     url="https://ledger-daily.example/steel"), others=(), outlets=1, independent=1,
    )  # fmt: skip
    summit = replace(
        living, story_id=3, outlets=12, independent=5,
        tags=(TopicTag(alert_id=3, topic="china-mediation", title="China as mediator", severity=Severity.CRITICAL),),
        lead=replace(lead, headline="Both sides accept invitation to talks", outlet="wire-north.example",
                     url="https://wire-north.example/accept"), acknowledged_by="ann", acknowledged_at=AT,
    )  # fmt: skip
    return {
        "alert": Message(kind=DeliveryKind.ALERT, cards=(living,), interactive=True),
        "acknowledged": Message(
            kind=DeliveryKind.ALERT,
            cards=(replace(living, outlets=11, independent=5, acknowledged_by="ann", acknowledged_at=AT),),
            interactive=True,
        ),
        "muted": Message(
            kind=DeliveryKind.ALERT,
            cards=(replace(tariff, mute=MUTE, tags=(replace(tariff.tags[0], doubted_by="ann", doubted_at=AT),)),),
            interactive=True,
        ),
        "reply": Message(
            kind=DeliveryKind.REPLY,
            cards=(living,),
            lines=(
                "Severity rose from medium to high.",
                "coastherald.example: Talks to open in Xiamen on 14 April",
            ),
        ),
        "digest": Message(
            kind=DeliveryKind.DIGEST,
            cards=(summit, living, tariff),
            more=4,
            interactive=True,
            title="Digest",
            period=(AT - timedelta(hours=23), AT),
            summary="1 critical, 3 high, 3 medium · China as mediator 4, Tariffs 3",
        ),
        "digest-thread": Message(kind=DeliveryKind.REPLY, cards=(tariff, replace(tariff, story_id=4))),
        "notice": Message(
            kind=DeliveryKind.NOTICE,
            lines=(
                "Receiver duty cannot be reached (is_archived); its messages go to desk meanwhile. It is tried again every 15 minutes.",
            ),
        ),
        "repeat": Message(
            kind=DeliveryKind.ALERT, cards=(tariff,), note="Possible repeat: an earlier attempt may have arrived."
        ),
        "two-topics": Message(
            kind=DeliveryKind.ALERT,
            cards=(
                replace(
                    living,
                    tags=(*living.tags, tariff.tags[0]),
                    doubt="behind a paywall: judged by the feed's 38 words",
                    news="coastherald.example: Talks to open in Xiamen on 14 April",
                ),
            ),
            interactive=True,
        ),
        "plain": Message(kind=DeliveryKind.ALERT, cards=(living,)),
    }


class Canvas:
    """Lines of styled words, from top to bottom."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = 44.0

    def words(self, mrkdwn: str, *, size: float = 15, colour: str = "#1d1c1d", indent: float = 0) -> None:
        """Draw a paragraph of mrkdwn, wrapped."""
        for line in mrkdwn.split("\n"):
            quoted = line.startswith("> ")
            x0 = LEFT + indent + (14 if quoted else 0)
            top, x, spans = self.y, x0, []
            for word, style in _styled(line.removeprefix("> "), colour):
                width = _width(word, size)
                if x + width > WIDTH - MARGIN and x > x0:
                    self._put(spans, size)
                    x, spans = x0, []
                spans.append((x, word, style))
                x += width
            self._put(spans, size)
            if quoted:
                self.parts.append(
                    f'<rect x="{LEFT}" y="{top + 3:.0f}" width="4" height="{self.y - top:.0f}" rx="2" fill="#ddd"/>'
                )

    def _put(self, spans: list[tuple[float, str, str]], size: float) -> None:
        """One line; its pieces follow each other as the reader's font sets them."""
        self.y += size * 1.45
        if spans:
            pieces = "".join(f"<tspan {style}>{html.escape(words)}</tspan>" for words, style in _joined(spans))
            self.parts.append(f'<text x="{spans[0][0]:.1f}" y="{self.y:.1f}" font-size="{size}">{pieces}</text>')

    def buttons(self, labels: list[tuple[str, bool]]) -> None:
        """Draw a row of buttons."""
        x, self.y = float(LEFT), self.y + 12
        for label, primary in labels:
            width = _width(label, 14) + 26
            fill, ink = ("#007a5a", "#fff") if primary else ("#fff", "#1d1c1d")
            self.parts.append(
                f'<rect x="{x:.0f}" y="{self.y:.0f}" width="{width:.0f}" height="28" rx="4" fill="{fill}" stroke="#bbb"/>'
                f'<text x="{x + 12:.0f}" y="{self.y + 19:.0f}" font-size="13" font-weight="700" fill="{ink}">{html.escape(label)}</text>'
            )
            x += width + 8
        self.y += 30

    def svg(self) -> str:
        """Return the drawing."""
        height = self.y + 18
        head = (
            f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fff" rx="8" stroke="#e3e3e3"/>'
            f'<rect x="{MARGIN}" y="16" width="36" height="36" rx="6" fill="#1d3557"/>'
            f'<text x="{MARGIN + 18}" y="41" font-size="20" font-weight="700" fill="#fff" text-anchor="middle">W</text>'
            f'<text x="{LEFT}" y="30" font-size="15" font-weight="900" fill="#1d1c1d">Wirewatch</text>'
            f'<text x="{LEFT + 92}" y="30" font-size="12" fill="#616061">APP  18:03</text>'
        )
        font = "font-family=\"Lato, 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans CJK SC', sans-serif\""
        body = "\n".join([head, *self.parts])
        return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" xml:space="preserve" {font}>\n{body}\n</svg>\n'


def draw(rendered: Rendered) -> str:
    """Draw a message nearly as Slack shows it."""
    canvas = Canvas()
    for block in rendered.blocks:
        _draw_block(canvas, block)
    if not rendered.blocks:
        canvas.words(rendered.text)
    return canvas.svg()


def _draw_block(canvas: Canvas, block: dict[str, Any]) -> None:
    match block["type"]:
        case "section":
            canvas.words(block["text"]["text"])
            if "accessory" in block:
                canvas.parts.append(
                    f'<text x="{WIDTH - 34}" y="{canvas.y - 10:.0f}" font-size="16" fill="#616061">•••</text>'
                )
            canvas.y += 4
        case "header":
            canvas.words(f"*{block['text']['text']}*", size=18)
        case "context":
            canvas.words("  ".join(element["text"] for element in block["elements"]), size=13, colour="#616061")
            canvas.y += 3
        case "divider":
            canvas.y += 12
            canvas.parts.append(
                f'<line x1="{LEFT}" x2="{WIDTH - MARGIN}" y1="{canvas.y:.0f}" y2="{canvas.y:.0f}" stroke="#ddd"/>'
            )
        case "actions":
            canvas.buttons([(_label(element), element.get("style") == "primary") for element in block["elements"]])


def _label(element: dict[str, Any]) -> str:
    if element["type"] == "static_select":
        return f"{element['placeholder']['text']} ▾"
    return str(element["text"]["text"])


def _styled(line: str, colour: str) -> Iterator[tuple[str, str]]:
    """Words with the attributes they are drawn with; bold may hold links."""
    for name, sign in EMOJI.items():
        line = line.replace(name, sign)
    inner_bold = re.fullmatch(r"(\S+ )?\*(<[^>]+>)\*", line)
    if inner_bold:
        yield from _split(inner_bold.group(1) or "", f'fill="{colour}"')
        label = inner_bold.group(2).strip("<>").partition("|")[2]
        yield from _split(html.unescape(label), 'fill="#1264a3" font-weight="700"')
        return
    for found in MARKUP.finditer(line.replace("\u200b", "")):
        if found["label"] is not None:
            yield from _split(html.unescape(found["label"]), 'fill="#1264a3"')
        elif found["bold"] is not None:
            yield from _split(html.unescape(found["bold"]), f'fill="{colour}" font-weight="700"')
        else:
            yield from _split(html.unescape(found["text"]), f'fill="{colour}"')


def _joined(spans: list[tuple[float, str, str]]) -> list[tuple[str, str]]:
    """Neighbours of one style as one piece."""
    joined: list[tuple[str, str]] = []
    for _, word, style in spans:
        if joined and joined[-1][1] == style:
            joined[-1] = (joined[-1][0] + word, style)
        else:
            joined.append((word, style))
    return joined


def _split(text: str, style: str) -> Iterator[tuple[str, str]]:
    return ((word, style) for word in re.findall(r"\S+\s*|\s+", text))


def _width(word: str, size: float) -> float:
    """About as wide as a proportional font draws it."""
    return sum(1.0 if ord(char) > 0x2E80 else 0.28 if char in " .,:;il'|" else 0.57 for char in word) * size


def main() -> None:
    """Write the drawings."""
    folder = Path(__file__).parent / "messages"
    folder.mkdir(exist_ok=True)
    for name, message in examples().items():
        (folder / f"{name}.svg").write_text(draw(render(message, plain=name == "plain")), encoding="utf-8")


if __name__ == "__main__":
    main()
