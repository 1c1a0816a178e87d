"""Offer what people can press: the names of the actions are what comes back over Socket Mode."""

from collections.abc import Iterator

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    StaticSelectElement,
)

from monitor.domain.delivery.message import Card

ACKNOWLEDGE = "wirewatch_acknowledge"
MUTE = "wirewatch_mute"
UNMUTE = "wirewatch_unmute"
SNOOZE = "wirewatch_snooze"
IRRELEVANT = "wirewatch_irrelevant"
RELEVANT = "wirewatch_relevant"
WHY = "wirewatch_why"
MENU = "wirewatch_menu"

SNOOZES = (("1h", "for 1 hour"), ("today", "until tomorrow"), ("monday", "until Monday"))

_TOPICS = 12
"""Topics with entries of their own in a story's menu: a select menu takes 100 options, this many make 61."""


def buttons(card: Card) -> Iterator[Block]:
    """Yield the row under a story: buttons that act on the story, and a menu with the rest, by topic."""
    value = str(card.alert_id)
    acknowledge = [] if card.acknowledged_by else [_button("Acknowledge", ACKNOWLEDGE, value, style="primary")]
    choices = [(f"{UNMUTE}:{value}", "Unmute") if card.mute else (f"{MUTE}:{value}", "Mute this story")]
    for tag in card.tags[:_TOPICS]:
        name, about = (f" {tag.title}", f" to {tag.title}") if len(card.tags) > 1 else (" topic", "")
        choices += [(f"{SNOOZE}:{tag.alert_id}:{key}", _short(f"Snooze{name} here {label}")) for key, label in SNOOZES]
        choices.append(_verdict(tag.alert_id, bool(tag.doubted_by), about))
    options = [Option(value=chosen, label=label) for chosen, label in choices]
    yield ActionsBlock(
        block_id=f"alert-{card.alert_id}",
        elements=[
            *acknowledge,
            _button("Why?", WHY, value),
            StaticSelectElement(placeholder=PlainTextObject(text="More"), action_id=MENU, options=options),
        ],
    )


def menu(card: Card) -> OverflowMenuElement:
    """Return the menu of a story in a digest; Slack takes five options."""
    value = str(card.alert_id)
    offered = [
        None if card.acknowledged_by else (f"{ACKNOWLEDGE}:{value}", "Acknowledge"),
        (f"{WHY}:{value}", "Why?"),
        (f"{UNMUTE}:{value}", "Unmute") if card.mute else (f"{MUTE}:{value}", "Mute this story"),
        (f"{SNOOZE}:{value}:monday", "Snooze topic here until Monday"),
        _verdict(card.tags[0].alert_id, bool(card.tags[0].doubted_by), ""),
    ]
    options = [Option(value=chosen, label=label) for chosen, label in filter(None, offered)]
    return OverflowMenuElement(action_id=MENU, options=options)


def _verdict(alert_id: int, doubted: bool, about: str) -> tuple[str, str]:
    if doubted:
        return f"{RELEVANT}:{alert_id}", _short(f"Relevant after all{about}")
    return f"{IRRELEVANT}:{alert_id}", _short(f"Not relevant{about}")


def _short(label: str) -> str:
    """Return the label within the 75 characters Slack takes."""
    return label if len(label) <= 75 else f"{label[:74]}…"


def _button(label: str, action: str, value: str, style: str | None = None) -> ButtonElement:
    return ButtonElement(text=PlainTextObject(text=label), action_id=action, value=value, style=style)
