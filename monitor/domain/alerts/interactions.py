"""What people do with alerts: clicks and commands, and what each changes."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from monitor.domain.alerts.alert import Alert
from monitor.domain.alerts.schedules import start_of_day
from monitor.domain.catalog import Catalog

MUTED_FOR = timedelta(days=30)
"""A muted story stays so for longer than stories live."""


class Action(StrEnum):
    """What a click asks for."""

    ACKNOWLEDGE = "acknowledge"
    MUTE = "mute"
    UNMUTE = "unmute"
    SNOOZE = "snooze"
    IRRELEVANT = "irrelevant"
    RELEVANT = "relevant"
    MISSED = "missed"
    WHY = "why"


class Until(StrEnum):
    """How long a topic is snoozed."""

    HOUR = "1h"
    TODAY = "today"
    MONDAY = "monday"


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One press of a button.

    `key` is the same however often it arrives; `author` is shown to others. `channel` and `message` are the id of the
    channel and the `ts` of the message in which it was pressed, where known. `origin` is slack or web.
    """

    key: str
    action: Action
    alert_id: int
    author: str
    until: Until | None = None
    channel: str = ""
    message: str = ""
    origin: str = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A slash command: its first word, and the rest."""

    verb: str
    rest: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedArticle:
    """A verdict on an article that should have alerted on a topic.

    `article_id` is None for a page that no source listed; `page` is then its text as JSON (title, text, language,
    outlet).
    """

    topic: str
    article_id: int | None
    page: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSilence:
    """A silence to add; a story's, or a topic's, for one receiver or all."""

    topic: str | None
    story_id: int | None
    until: datetime
    reason: str
    receiver: str | None = None
    mutes_critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """All that a click changes, written in one transaction and once.

    Buttons act on the alert's whole story, verdicts and snoozes on its topic. `silence` is one to add; `unmutes` ends
    the silences of the story and the topic. A click on "relevant" or "not relevant" is kept as a label of the alert's
    article, and `withdraws` the opposite one. `answer` is for the person who clicked.
    """

    click: Click
    alert: Alert
    at: datetime
    acknowledges: bool
    silence: NewSilence | None
    unmutes: bool
    answer: str
    withdraws: Action | None = None


def consequence(
    click: Click, alert: Alert, now: datetime, zone: str = "UTC", receiver: str | None = None
) -> Consequence:
    """Decide what `click` changes of `alert`.

    Days end at midnight in `zone`; `receiver` is the one in whose message was clicked, None where unknown.
    """
    silence: NewSilence | None = None
    withdraws: Action | None = None
    match click.action:
        case Action.ACKNOWLEDGE:
            answer = "Acknowledged."
            if alert.acknowledged_by:
                answer = f"Already acknowledged by {alert.acknowledged_by}."
        case Action.MUTE:
            until = now + MUTED_FOR
            reason = "muted with a button"
            silence = NewSilence(topic=None, story_id=alert.story_id, until=until, reason=reason)
            answer = (
                f"This story is muted for {MUTED_FOR.days} days; critical alerts pass. Unmute in its menu ends that."
            )
        case Action.UNMUTE:
            answer = f"This story and the topic {alert.topic} alert again."
        case Action.SNOOZE:
            until = snoozed_until(click.until or Until.HOUR, now, zone)
            silence = NewSilence(
                topic=alert.topic, story_id=None, until=until, reason="snoozed with a button", receiver=receiver
            )
            where = f" for {receiver}" if receiver else ""
            ends = f"{until.astimezone(ZoneInfo(zone)):%A %H:%M} ({zone})"
            answer = (
                f"The topic {alert.topic} is silent{where} until {ends}; critical alerts pass. "
                "Unmute in a menu ends that."
            )
        case Action.IRRELEVANT:
            withdraws = Action.RELEVANT
            answer = f"Noted: not relevant to {alert.topic}. Relevant after all in the menu takes it back."
        case Action.RELEVANT:
            withdraws = Action.IRRELEVANT
            answer = f"Noted: relevant to {alert.topic}."
        case Action.WHY | Action.MISSED:
            answer = ""
    return Consequence(
        click=click,
        alert=alert,
        at=now,
        acknowledges=click.action is Action.ACKNOWLEDGE and alert.acknowledged_by is None,
        silence=silence,
        unmutes=click.action is Action.UNMUTE,
        answer=answer,
        withdraws=withdraws,
    )


def snoozed_until(until: Until, now: datetime, zone: str) -> datetime:
    """Return an hour on, the next midnight, or the midnight before Monday, in `zone`."""
    if until is Until.HOUR:
        return now + timedelta(hours=1)
    today = now.astimezone(ZoneInfo(zone)).date()
    days = 1 if until is Until.TODAY else 7 - today.weekday()
    return start_of_day(today + timedelta(days=days), time(0), zone)


def zone_of(catalog: Catalog) -> str:
    """Return the first zone that receivers name, else UTC."""
    named = (part.zone for r in catalog.receivers for part in (r.active_hours, r.digest) if part is not None)
    return next(named, "UTC")


def command_of(text: str, author: str) -> Command:
    """Split a command into its verb and the rest; an empty command asks for help."""
    verb, _, rest = text.strip().partition(" ")
    return Command(verb=verb.lower() or "help", rest=rest.strip(), author=author)
