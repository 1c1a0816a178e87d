"""Model `watchlists/*.yml` and `vocabularies/*.yml` as the files spell them.

Descriptions end up in the JSON Schema, for editors.
"""

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
    EVERY_DAY,
    BroadcastWord,
    Duration,
    Language,
    SeverityWord,
    Strict,
    Text,
    TimeOfDay,
    Weekdays,
    Word,
    Words,
    refusal,
)
from monitor.domain.catalog import Severity

ANY_LANGUAGE = "*"


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
