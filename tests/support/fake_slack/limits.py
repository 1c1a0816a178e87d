"""What Slack refuses in a message: the limits of Block Kit and of `chat.postMessage`.

https://docs.slack.dev/reference/block-kit/blocks, https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.support.fake_slack.workspace import SlackRefusal

MAX_BLOCKS = 50
MAX_TOTAL = 13_200
"""Undocumented: beyond some 13,000 characters in all blocks Slack answers `msg_blocks_too_long` (bolt-js#2509)."""
MAX_TEXT = 40_000
MAX_METADATA = 16_000
_BLOCK_TYPES = {"section", "context", "header", "divider", "actions", "rich_text", "image", "markdown"}


def checked_body(arguments: dict[str, Any], *, editing: bool = False) -> dict[str, Any]:
    """Text, blocks and metadata of a call as Slack keeps them; raises SlackRefusal."""
    blocks, text = arguments.get("blocks"), arguments.get("text")
    if not text and not blocks and not arguments.get("attachments"):
        raise SlackRefusal("no_text")
    if text is not None and not isinstance(text, str):
        raise SlackRefusal("invalid_arguments")
    if text and len(text) > MAX_TEXT:
        if editing:
            raise SlackRefusal("msg_too_long")
        text = text[:MAX_TEXT]
    return {"text": text or "", "blocks": _checked_blocks(blocks), "metadata": _checked_metadata(arguments)}


def _checked_blocks(blocks: object) -> list[dict[str, Any]]:
    if not blocks:
        return []
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackRefusal("invalid_blocks_format")
    problems = list(_problems(blocks))
    if problems:
        raise SlackRefusal(
            "invalid_blocks", response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]}
        )
    if sum(len(text) for block in blocks for text in texts(block)) > MAX_TOTAL:
        raise SlackRefusal("msg_blocks_too_long")
    return [{"block_id": f"b{number}", **block} for number, block in enumerate(blocks)]


def _problems(blocks: list[dict[str, Any]]) -> Iterator[str]:
    if len(blocks) > MAX_BLOCKS:
        yield f"no more than {MAX_BLOCKS} items allowed"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "block_id is used twice"
    for number, block in enumerate(blocks):
        for problem in _block_problems(block):
            yield f"{problem} [json-pointer:/blocks/{number}]"


def _block_problems(block: dict[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    if kind not in _BLOCK_TYPES:
        yield f"unsupported type: {kind}"
        return
    if len(block.get("block_id", "")) > 255:
        yield "block_id is too long"
    if kind == "section":
        yield from _section_problems(block)
    elif kind == "header":
        yield from _text_problems(block.get("text"), 150, {"plain_text"})
    elif kind == "context":
        yield from _context_problems(block.get("elements"))
    elif kind == "actions":
        yield from _actions_problems(block.get("elements"))


def _section_problems(block: dict[str, Any]) -> Iterator[str]:
    fields = block.get("fields")
    if block.get("text") is None and not fields:
        yield "must have text or fields"
    if block.get("text") is not None:
        yield from _text_problems(block["text"], 3_000)
    if fields is not None:
        if len(fields) > 10:
            yield "more than 10 fields"
        for text in fields:
            yield from _text_problems(text, 2_000)
    if "accessory" in block:
        yield from _element_problems(block["accessory"])


def _context_problems(elements: object) -> Iterator[str]:
    if not isinstance(elements, list) or not 1 <= len(elements) <= 10:
        yield "context takes 1 to 10 elements"
        return
    for element in elements:
        if element.get("type") != "image":
            yield from _text_problems(element, 3_000)


def _actions_problems(elements: object) -> Iterator[str]:
    if not isinstance(elements, list) or not 1 <= len(elements) <= 25:
        yield "actions takes 1 to 25 elements"
        return
    ids = [element.get("action_id") for element in elements]
    if len(ids) != len(set(ids)):
        yield "action_id is used twice"
    for element in elements:
        yield from _element_problems(element)


def _element_problems(element: dict[str, Any]) -> Iterator[str]:
    if not 0 < len(element.get("action_id", "x")) <= 255:
        yield "action_id must have 1 to 255 characters"
    match element.get("type"):
        case "button":
            yield from _text_problems(element.get("text"), 75, {"plain_text"})
            if len(element.get("value", "")) > 2_000 or len(element.get("url", "")) > 3_000:
                yield "value or url is too long"
            if element.get("style", "primary") not in ("primary", "danger"):
                yield "unknown style"
        case "static_select":
            yield from _text_problems(element.get("placeholder"), 150, {"plain_text"})
            yield from _option_problems(element.get("options"), 100)
        case "overflow":
            yield from _option_problems(element.get("options"), 5)
        case other:
            yield f"unsupported element: {other}"


def _option_problems(options: object, most: int) -> Iterator[str]:
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        yield f"takes 1 to {most} options"
        return
    for option in options:
        yield from _text_problems(option.get("text"), 75)
        if not 0 < len(option.get("value", "")) <= 150:
            yield "an option's value must have 1 to 150 characters"


def _text_problems(
    text: object, most: int, kinds: frozenset[str] | set[str] = frozenset({"plain_text", "mrkdwn"})
) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds or not isinstance(text.get("text"), str):
        yield "not a text object of the right type"
    elif not 0 < len(text["text"]) <= most:
        yield f"must be between 1 and {most} characters"


def _checked_metadata(arguments: dict[str, Any]) -> dict[str, Any] | None:
    metadata = arguments.get("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise SlackRefusal("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackRefusal("invalid_metadata_schema")
    if len(json.dumps(metadata)) > MAX_METADATA:
        raise SlackRefusal("metadata_too_large")
    return metadata


def texts(node: object) -> Iterator[str]:
    """Every piece of text in a block, in order."""
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for key, value in node.items():
            if isinstance(value, dict | list) or key == "label":
                yield from texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)
