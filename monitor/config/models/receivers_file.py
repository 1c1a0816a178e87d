"""Model `receivers.yml` as the file spells it.

Descriptions end up in the JSON Schema, for editors.
"""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    field_validator,
    model_validator,
)

from monitor.config.models.fields import (
    EVERY_DAY,
    BroadcastWord,
    Duration,
    Flag,
    Language,
    SeverityWord,
    Strict,
    Text,
    TimeOfDay,
    Times,
    Weekdays,
    Word,
    Words,
    Zone,
    one_or_many,
    refusal,
)
from monitor.domain.catalog import Severity


class DigestItem(Strict):
    """Alerts are collected and sent at set times of day."""

    at: Times = Field(description='Time of day, or a list of them, such as "08:00".')
    zone: Zone = Field(default="UTC", description="Time zone, such as Europe/Berlin.")
    weekdays: Weekdays = Field(default=EVERY_DAY, description="Days, such as mon-fri.")


class HoursItem(Strict):
    """The hours in which a receiver accepts messages."""

    from_: TimeOfDay = Field(alias="from", description="First minute of the day.")
    to: TimeOfDay = Field(description="End, exclusive; before `from`: on the next day.")
    zone: Zone = Field(default="UTC", description="Time zone, such as Europe/Berlin.")
    weekdays: Weekdays = Field(default=EVERY_DAY, description="Days, such as mon-fri.")


class EscalateItem(Strict):
    """Whom to notify when nobody acknowledges a critical alert."""

    to: Word = Field(description="Name of a receiver.")
    after: Duration = Field(description="How long to wait.")


_CHANNEL_NAME = re.compile(r"#?[^\W_A-Z](?:[^\WA-Z]|-)*|#?[_-](?:[^\WA-Z]|-)*")
_CHANNEL_ID = re.compile(r"[CGDU][A-Z0-9]+")
_LONGEST_CHANNEL = 80
"""Characters: https://api.slack.com/methods/conversations.create (names: lower case, no spaces or periods)."""


def _channel(value: object) -> object:
    if value is None:
        raise refusal('nothing is given: quote the channel, "#name", or YAML takes it for a comment')
    if not isinstance(value, str) or not value.strip():
        return value
    name = value.removeprefix("#")
    if _CHANNEL_ID.fullmatch(value) or (_CHANNEL_NAME.fullmatch(value) and len(name) <= _LONGEST_CHANNEL):
        return value
    better = re.sub(r"[^\w-]+", "-", name.strip().lower()).strip("-")[:_LONGEST_CHANNEL]
    hint = f'; did you mean "#{better}"?' if better and not value.startswith("@") and "://" not in value else ""
    raise refusal(
        f'no Slack channel can be named {value[:40]!r}: write "#name" in lower case without spaces or periods, '
        f"at most {_LONGEST_CHANNEL} characters, or the channel's ID{hint}"
    )


SlackChannel = Annotated[Text | None, BeforeValidator(_channel)]


class HttpItem(Strict):
    """A webhook of any program: JSON, signed after Standard Webhooks; see docs/webhooks.md."""

    url: Text = Field(description="Address to post to, or $VARIABLE.")
    secret: Text | None = Field(
        default=None,
        description='Secret to sign with, "whsec_..." or any text, or $VARIABLE; none: no signature.',
    )

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://", "$")):
            raise refusal("not an address: write http://..., https://... or $VARIABLE")
        return value


class ReceiverItem(Strict):
    """A destination for alerts: exactly one of `slack`, `webhook`, `console`, `http`, `apprise`."""

    slack: SlackChannel = Field(default=None, description='Slack channel: "#name" or its ID.')
    webhook: Flag = Field(default=False, description="true: the incoming webhook of $SLACK_WEBHOOK_URL.")
    console: Flag = Field(default=False, description="true: print to the terminal.")
    http: HttpItem | None = Field(default=None, description="Post each message as signed JSON to an address.")
    apprise: Text | None = Field(
        default=None,
        description="Apprise address (email, Teams, Discord, Telegram, ntfy ...) or $VARIABLE; plain text.",
    )
    group_wait: Duration | None = Field(
        default=None, description="Collect alerts for this long before the first message."
    )
    group_interval: Duration | None = Field(default=None, description="Least time between two grouped messages.")
    digest: DigestItem | None = Field(default=None, description="Collect alerts and send them at set times of day.")
    min_severity: SeverityWord = Field(default=Severity.LOW, description="Alerts below this are not sent here.")
    active_hours: HoursItem | None = Field(default=None, description="Alerts wait outside these hours.")
    break_through: SeverityWord | None = Field(
        default=None, description="From this severity on, hours, digest and grouping are ignored."
    )
    max_per_hour: int | None = Field(default=None, ge=1, description="More alerts in an hour become a digest.")
    fallback: Word | None = Field(default=None, description="Receiver used when this one cannot take a message.")
    escalate: EscalateItem | None = Field(default=None, description="Whom to notify when nobody acknowledges.")
    per: Literal["story", "topic"] = Field(
        default="story", description="One message for each story, whatever topics it matches, or one for each topic."
    )
    broadcast: BroadcastWord | None = Field(
        default=None,
        description="Which replies are shown in the channel too: never, severity (rises), development (news as well). "
        "By default developments of stories of severity high and above.",
    )

    @model_validator(mode="after")
    def _one_channel(self) -> "ReceiverItem":
        named = (self.slack is not None) + (self.http is not None) + (self.apprise is not None)
        if named + self.webhook + self.console != 1:
            raise refusal(
                'a receiver needs exactly one of slack: "#channel", webhook: true, console: true, '
                "http: {url}, apprise: URL"
            )
        return self


class WhenItem(Strict):
    """The conditions of a route; all that are given must hold."""

    lang: Annotated[tuple[Language, ...], Field(strict=False), BeforeValidator(one_or_many)] = Field(
        default=(), description="Language of the report that raised the alert, or a list of them."
    )
    severity: SeverityWord = Field(default=Severity.LOW, description="This severity or above.")
    outlet: Words = Field(default=(), description="Outlet of that report, such as reuters.com, or a list of them.")
    topic: Words = Field(default=(), description="Topics by key.")
    watchlist: Annotated[tuple[Text, ...], Field(strict=False), BeforeValidator(one_or_many)] = Field(
        default=(), description="Watchlists by name."
    )


class RouteItem(Strict):
    """A rule that decides where alerts go, before topics and watchlists do; the first that matches decides."""

    when: WhenItem = Field(description="Conditions.")
    to: Annotated[Words, Field(min_length=1)] = Field(description="Receivers of the alerts that match.")
    continue_: Flag = Field(
        default=False, alias="continue", description="true: add these receivers, and look at the next routes too."
    )


class ReceiversFile(Strict):
    """The destinations of alerts: `receivers.yml`. Edits take effect within seconds."""

    receivers: dict[Word, ReceiverItem] = Field(description="Receivers by name.")
    routes: tuple[RouteItem, ...] = Field(
        default=(), strict=False, description="Rules by which alerts go to other receivers than their topic's."
    )
    admin: Word | None = Field(default=None, description="The receiver of notices about feeds and configuration.")
    join_wait: Duration = Field(
        default=timedelta(seconds=60),
        le=timedelta(minutes=15),
        description="Wait before the first message of a story that is near another one; critical alerts do not wait.",
    )
