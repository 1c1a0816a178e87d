"""What people can press: the names of the actions are what comes back over Socket Mode."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    StaticSelectElement,
)

from monitor.domain.messages import Card

ACKNOWLEDGE = "wirewatch_acknowledge"
MUTE = "wirewatch_mute"
SNOOZE = "wirewatch_snooze"
IRRELEVANT = "wirewatch_irrelevant"
MENU = "wirewatch_menu"

SNOOZES = (("1h", "for 1 hour"), ("today", "until tomorrow"), ("monday", "until Monday"))


def buttons(card: Card) -> Block:
    """The row of buttons under a story."""
    value = str(card.alert_id)
    pressed = [] if card.acknowledged_by else [_button("Acknowledge", ACKNOWLEDGE, value, style="primary")]
    return ActionsBlock(
        block_id=f"alert-{card.alert_id}",
        elements=[
            *pressed,
            _button("Mute this story", MUTE, value),
            StaticSelectElement(
                placeholder=PlainTextObject(text="Snooze topic"),
                action_id=SNOOZE,
                options=[Option(value=f"{value}:{key}", label=f"Snooze topic {label}") for key, label in SNOOZES],
            ),
            _button("Not relevant", IRRELEVANT, value),
        ],
    )


def menu(card: Card) -> OverflowMenuElement:
    """The same for a story in a digest, behind three dots."""
    return OverflowMenuElement(
        action_id=MENU,
        options=[
            Option(value=f"{ACKNOWLEDGE}:{card.alert_id}", label="Acknowledge"),
            Option(value=f"{MUTE}:{card.alert_id}", label="Mute this story"),
            Option(value=f"{IRRELEVANT}:{card.alert_id}", label="Not relevant"),
        ],
    )


def _button(label: str, action: str, value: str, style: str | None = None) -> ButtonElement:
    return ButtonElement(text=PlainTextObject(text=label), action_id=action, value=value, style=style)
