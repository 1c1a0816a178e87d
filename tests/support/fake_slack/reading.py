"""What a person sees in a message, and whom it pings: mrkdwn read as Slack's clients read it.

https://docs.slack.dev/messaging/formatting-message-text
"""

import html
import re
from dataclasses import asdict, dataclass
from typing import Any

from tests.support.fake_slack.limits import texts
from tests.support.fake_slack.workspace import FakeMessage

_MARKUP = re.compile(r"<([^<>]*)>")
_PINGS = re.compile(r"^(?:!(?:channel|here|everyone)|@[UW]\w+|!subteam\^\w+)")


@dataclass(frozen=True)
class Seen:
    """A message to a person: its words, its links as (address, label), its pings, its buttons,
    the values of its menus."""

    ts: str
    text: str
    links: tuple[tuple[str, str], ...]
    pings: tuple[str, ...]
    buttons: tuple[str, ...]
    choices: tuple[str, ...]
    thread_ts: str | None
    broadcast: bool
    edits: int
    key: str | None

    def as_json(self) -> dict[str, Any]:
        """For the inspection endpoint."""
        return asdict(self)


def seen(message: FakeMessage) -> Seen:
    """What a person sees: the blocks if there are any, else the text."""
    blocks = message.body.get("blocks") or []
    words = [block for block in blocks if block.get("type") != "actions"]
    raw = "\n".join(text for block in words for text in texts({**block, "accessory": None})) or message.body["text"]
    markup = list(dict.fromkeys(_MARKUP.findall(raw) + _MARKUP.findall(message.body["text"])))
    return Seen(
        ts=message.ts,
        text=_words(raw),
        links=tuple(dict.fromkeys(_link(part) for part in markup if not part.startswith(("!", "@", "#")))),
        pings=tuple(part for part in markup if _PINGS.match(part)),
        buttons=tuple(_buttons(blocks)),
        choices=tuple(_choices(blocks)),
        thread_ts=message.thread_ts,
        broadcast=message.broadcast,
        edits=message.edits,
        key=((message.body.get("metadata") or {}).get("event_payload") or {}).get("id"),
    )


def _words(raw: str) -> str:
    def shown(found: re.Match[str]) -> str:
        target, _, label = found.group(1).partition("|")
        return label or target

    return html.unescape(_MARKUP.sub(shown, raw))


def _link(part: str) -> tuple[str, str]:
    target, _, label = part.partition("|")
    return html.unescape(target), html.unescape(label)


def _elements(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    elements = [element for block in blocks if block.get("type") == "actions" for element in block["elements"]]
    return elements + [block["accessory"] for block in blocks if block.get("accessory")]


def _buttons(blocks: list[dict[str, Any]]) -> list[str]:
    return [element["action_id"] for element in _elements(blocks) if element.get("action_id")]


def _choices(blocks: list[dict[str, Any]]) -> list[str]:
    return [option["value"] for element in _elements(blocks) for option in element.get("options") or ()]
