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

from monitor.domain.delivery.message import Card

ACKNOWLEDGE = "wirewatch_acknowledge"
MUTE = "wirewatch_mute"
UNMUTE = "wirewatch_unmute"
SNOOZE = "wirewatch_snooze"
IRRELEVANT = "wirewatch_irrelevant"
MENU = "wirewatch_menu"

SNOOZES = (("1h", "for 1 hour"), ("today", "until tomorrow"), ("monday", "until Monday"))


def buttons(card: Card) -> Block:
    """Return the row of buttons under a story."""
    value = str(card.alert_id)
    acknowledge = [] if card.acknowledged_by else [_button("Acknowledge", ACKNOWLEDGE, value, style="primary")]
    mute = _button("Unmute", UNMUTE, value) if card.mute else _button("Mute this story", MUTE, value)
    doubt = [] if card.doubted_by else [_button("Not relevant", IRRELEVANT, value)]
    return ActionsBlock(
        block_id=f"alert-{card.alert_id}",
        elements=[
            *acknowledge,
            mute,
            StaticSelectElement(
                placeholder=PlainTextObject(text="Snooze topic"),
                action_id=SNOOZE,
                options=[Option(value=f"{value}:{key}", label=f"Snooze topic {label}") for key, label in SNOOZES],
            ),
            *doubt,
        ],
    )


def menu(card: Card) -> OverflowMenuElement:
    """Return the menu of a story in a digest; Slack takes five options."""
    value = str(card.alert_id)
    snoozes = [(f"{SNOOZE}:{value}:{key}", f"Snooze topic {label}") for key, label in SNOOZES[1:]]
    offered = [
        None if card.acknowledged_by else (f"{ACKNOWLEDGE}:{value}", "Acknowledge"),
        (f"{UNMUTE}:{value}", "Unmute") if card.mute else (f"{MUTE}:{value}", "Mute this story"),
        *snoozes,
        None if card.doubted_by else (f"{IRRELEVANT}:{value}", "Not relevant"),
    ]
    options = [Option(value=chosen, label=label) for chosen, label in filter(None, offered)]
    return OverflowMenuElement(action_id=MENU, options=options)


def _button(label: str, action: str, value: str, style: str | None = None) -> ButtonElement:
    return ButtonElement(text=PlainTextObject(text=label), action_id=action, value=value, style=style)
