"""Model `feeds.yml`, `receivers.yml` and `watchlists/*.yml` as their files spell them.

Descriptions end up in the JSON Schema, for editors.
"""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from monitor.config.models.fields import (
    Duration,
    Flag,
    Language,
    SeverityWord,
    Strict,
    Text,
    TimeOfDay,
    Times,
    Url,
    Weekdays,
    Word,
    Words,
    Zone,
    one_or_many,
    refusal,
)
from monitor.domain.catalog import Severity

EVERY_DAY = frozenset(range(7))
ANY_LANGUAGE = "*"


class ListItem(Strict):
    """How a list page is read."""

    links: Text = Field(description="A CSS selector of the links, or a pattern of their addresses, such as /news/*.")
    title: Text | None = Field(default=None, description="Selector of the title in a link's row; default: the link.")
    date: Text | None = Field(default=None, description="Selector of the date in a link's row; default: found.")
    date_format: Text | None = Field(default=None, description="How dates are written, such as %d.%m.%Y.")


class FeedItem(Strict):
    """One source: a feed, a news sitemap or a list page."""

    key: Word = Field(description="Its name in logs and on the status page; keep it when the address changes.")
    url: Url = Field(description="Address of the RSS, Atom, RDF or JSON feed, of the sitemap or of the list page.")
    kind: Literal["feed", "sitemap", "list"] = Field(default="feed", description="The kind of document there.")
    list_: ListItem | None = Field(default=None, alias="list", description="How a page of kind list is read.")
    every: Duration | None = Field(
        default=None, description="Fixed polling interval; default: adapts to how often the feed publishes."
    )
    full_text: Flag = Field(default=True, description="Fetch article pages; false: the feed's own text is enough.")
    language: Language | None = Field(default=None, description="Language code, such as en or zh.")
    tier: int = Field(default=2, ge=1, le=3, description="1 wire service or major outlet, 2 regular, 3 minor.")
    tags: Words = Field(default=(), description="Words that queries can ask for.")
    enabled: Flag = Field(default=True, description="false: keep it here, do not poll it.")

    @model_validator(mode="after")
    def _recipe_of_a_list(self) -> "FeedItem":
        if self.kind == "list" and self.list_ is None:
            raise refusal("kind: list needs list: {links: ...}; `wirewatch feeds discover URL` proposes one")
        if self.kind != "list" and self.list_ is not None:
            raise refusal("list goes with kind: list")
        return self


class FeedsFile(Strict):
    """The sources: `feeds.yml`. Edits take effect within seconds."""

    feeds: tuple[FeedItem, ...] = Field(strict=False, description="The feeds to poll.")


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


BroadcastWord = Literal["never", "severity", "development"]


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


class OrText:
    """Allow a plain text in place of the whole section, in the JSON Schema."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Either the text or the section itself."""
        return {"anyOf": [{"type": "string"}, handler(core)]}


class ExampleItem(Strict):
    """A text to try a topic on: written here, or in a file."""

    title: str = Field(default="", description="Headline.")
    text: str = Field(default="", description="Text of the article.")
    lang: Language | None = Field(default=None, description="Language code, such as en or zh.")
    file: Text | None = Field(default=None, description="A text file, its path relative to the configuration folder.")

    @model_validator(mode="after")
    def _some_text(self) -> "ExampleItem":
        if not (self.title.strip() or self.text.strip() or self.file):
            raise refusal("an example needs a title, a text or a file")
        if self.file and self.text:
            raise refusal("an example has either text or file, not both")
        return self


_LONGEST_OWNER = 80
"""Characters: a display name of Slack is no longer."""

_TEXTS = {"type": "array", "items": {"type": "string"}}
Example = Annotated[
    ExampleItem,
    BeforeValidator(lambda value: {"text": value} if isinstance(value, str) else value),
    OrText(),
]
Examples = Annotated[tuple[Example, ...], Field(strict=False)]
Terms = Annotated[
    dict[str, Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]],
    BeforeValidator(lambda value: {ANY_LANGUAGE: value} if isinstance(value, list) else value),
    WithJsonSchema({"anyOf": [_TEXTS, {"type": "object", "additionalProperties": _TEXTS}]}),
]


def _owner(value: str) -> str:
    if len(value) > _LONGEST_OWNER or not value.isprintable():
        raise refusal(f"not an owner: write one line of at most {_LONGEST_OWNER} characters, such as @ann")
    return value


class RaiseItem(Strict):
    """A rise of the severity once a story has grown: by score, or by independent outlets."""

    to: SeverityWord = Field(description="The severity it is raised to.")
    score: float | None = Field(default=None, gt=0, description="From this score on.")
    independent: int | None = Field(default=None, ge=1, description="From this many independent outlets on.")
    within: Duration | None = Field(default=None, description="Counting outlets of this span only.")

    @model_validator(mode="after")
    def _one_reason(self) -> "RaiseItem":
        if (self.score is None) == (self.independent is None):
            raise refusal("a raise needs exactly one of score and independent")
        if self.within is not None and self.independent is None:
            raise refusal("within goes with independent")
        return self


class SpikeItem(Strict):
    """A message when the topic has far more stories than usual, beside all stories of the same sources."""

    times: float = Field(default=3.0, gt=1, description="How many times the usual number.")
    over: Duration = Field(default=timedelta(hours=6), description="Span that is counted, from 1h to 7d.")
    at_least: int = Field(default=5, ge=2, description="Fewer stories than this are never a spike.")
    count: Literal["stories", "independent"] = Field(
        default="stories", description="stories, or independent: reports that are no wire copies."
    )

    @field_validator("over")
    @classmethod
    def _span(cls, value: timedelta) -> timedelta:
        if not timedelta(hours=1) <= value <= timedelta(days=7):
            raise refusal("over must be between 1h and 7d: what is usual comes from the last 28 days")
        return value


class ExpectItem(Strict):
    """A message when the topic has fewer stories than expected."""

    at_least: int = Field(default=1, ge=1, description="Number of stories expected.")
    every: Duration = Field(default=timedelta(hours=24), description="Span in which they are expected, 10m to 28d.")
    weekdays: Weekdays = Field(default=EVERY_DAY, description="Days that count, such as mon-fri.")
    by: TimeOfDay | None = Field(
        default=None, description='Local time of day from which the number is looked at, such as "14:30".'
    )

    @field_validator("every")
    @classmethod
    def _span(cls, value: timedelta) -> timedelta:
        if not timedelta(minutes=10) <= value <= timedelta(days=28):
            raise refusal("every must be between 10m and 28d")
        return value


class FirstSeenItem(Strict):
    """A message when a name appears in the topic's articles that was not there before."""

    of: Text = Field(description="The vocabulary with the names, such as $companies.")
    within: Duration = Field(default=timedelta(days=30), description="How long a name must have been away.")

    @field_validator("of")
    @classmethod
    def _vocabulary(cls, value: str) -> str:
        if not value.startswith("$") or len(value) < 2:
            raise refusal("not a vocabulary: write its name with $, such as $companies")
        return value


Owner = Annotated[Text, AfterValidator(_owner)]


class TopicItem(Strict):
    """A subject to watch."""

    title: Text | None = Field(default=None, description="Title shown to people; default: the key.")
    description: Text | None = Field(default=None, description="What belongs to the topic, for readers and authors.")
    owner: Owner | None = Field(default=None, description="Who answers for it; default: the watchlist's owner.")
    query: Text = Field(description="What to look for; see docs/topic-language.md for the language.")
    severity: SeverityWord = Field(default=Severity.MEDIUM, description="How much an alert of this topic matters.")
    threshold: float = Field(default=1.0, ge=0, description="Least score of a match.")
    receivers: Words | None = Field(default=None, description="Where alerts go; default: the watchlist's receivers.")
    min_outlets: int = Field(
        default=1, ge=1, description="Independent outlets that must report before an alert is raised."
    )
    learn: Literal["off", "mark", "hold"] = Field(
        default="mark",
        description="What people's verdicts do: mark doubtful articles in answers to why, or hold alerts back, too.",
    )
    broadcast: BroadcastWord | None = Field(
        default=None, description="Which replies about it are shown in the channel too; default: the receiver's."
    )
    raise_: tuple[RaiseItem, ...] = Field(
        default=(), alias="raise", strict=False, description="When the severity goes up."
    )
    spike: SpikeItem | None = Field(default=None, description="Notify of far more stories than usual.")
    expect: ExpectItem | None = Field(default=None, description="Notify of fewer stories than expected.")
    first_seen: FirstSeenItem | None = Field(default=None, description="Notify of names that are new to the topic.")
    formerly: Words = Field(default=(), description="Earlier keys of this topic, whose stories count as its own.")
    must_match: Examples = Field(default=(), description="Texts that must match; checked by `wirewatch check`.")
    must_not_match: Examples = Field(default=(), description="Texts that must not match; checked likewise.")


class WatchlistFile(Strict):
    """Topics and the vocabularies their queries share: `watchlists/*.yml`. Edits take effect within seconds."""

    watchlist: Text | None = Field(default=None, description="Name of the watchlist; default: the file's.")
    description: Text | None = Field(default=None, description="What the watchlist is for.")
    owner: Owner | None = Field(default=None, description="Who answers for its topics, such as @ann.")
    receivers: Words = Field(default=(), description="Receivers of topics that name none themselves.")
    vocabulary: dict[Word, Terms] = Field(
        default_factory=dict, description="Named term lists, used in queries as $name; a list, or lists by language."
    )
    topics: dict[Word, TopicItem] = Field(default_factory=dict, description="Topics by key.")


class VocabularyFile(Strict):
    """Vocabularies that all watchlists share: `vocabularies/*.yml`. Edits take effect within seconds."""

    vocabulary: dict[Word, Terms] = Field(
        description="Named term lists, used in queries as $name; a list, or lists by language."
    )
