"""The kinds of value that configuration keys take, each with its check, its message and its JSON Schema."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from monitor.config.models.durations import parse_duration, parse_size, parse_time
from monitor.config.yaml.nodes import Ambiguous
from monitor.domain.catalog import Severity

SEVERITY_WORDS = {
    "low": Severity.LOW,
    "info": Severity.LOW,
    "medium": Severity.MEDIUM,
    "normal": Severity.MEDIUM,
    "notice": Severity.MEDIUM,
    "high": Severity.HIGH,
    "urgent": Severity.HIGH,
    "critical": Severity.CRITICAL,
    "breaking": Severity.CRITICAL,
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORD = re.compile(r"[^\s\x00-\x1f]{1,100}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*\Z")


class Strict(BaseModel):
    """A section of a file: unknown keys are errors, nothing is converted silently, values are frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


def refusal(message: str) -> PydanticCustomError:
    """Return an error whose message is shown to people as it is."""
    return PydanticCustomError("shown", "{message}", {"message": message})


def suggest(word: str, known: "list[str]") -> str:
    """`; did you mean 'x'?` for the nearest known word, else the list of them when it is short, else nothing."""
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known: {', '.join(known)}" if 0 < len(known) <= 16 else ""


def _text_of(value: object, wanted: str) -> str:
    if isinstance(value, Ambiguous):
        return value.text
    if not isinstance(value, str):
        raise refusal(wanted)
    return value


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    wanted = "not a duration: write a number and a unit, such as 90s, 15m, 1h or 7d"
    try:
        return parse_duration(_text_of(value, wanted))
    except ValueError as error:
        raise refusal(str(error)) from None


def _lead_time(value: object) -> timedelta:
    if value in ("none", None):
        return timedelta(0)
    return timedelta(days=3650) if value == "all" else _duration(value)


def _size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    try:
        return parse_size(_text_of(value, "not a size: write a number and a unit, such as 500KB, 10MB or 1GB"))
    except ValueError as error:
        raise refusal(str(error)) from None


def _time(value: object) -> time:
    if isinstance(value, time):
        return value
    try:
        return parse_time(_text_of(value, 'not a time of day: write hours and minutes, such as "08:00"'))
    except ValueError as error:
        raise refusal(str(error)) from None


def _flag(value: object) -> object:
    if isinstance(value, Ambiguous) and value.text.lower() in ("yes", "on", "no", "off"):
        return value.text.lower() in ("yes", "on")
    return value


def _severity(value: object) -> Severity:
    if isinstance(value, Severity):
        return value
    word = _text_of(value, "not a severity: write low, medium, high or critical").strip().lower()
    if word not in SEVERITY_WORDS:
        raise refusal(f"{word!r} is not a severity{suggest(word, list(SEVERITY_WORDS))}")
    return SEVERITY_WORDS[word]


def _weekdays(value: object) -> frozenset[int]:
    if isinstance(value, frozenset):
        return value
    words = value if isinstance(value, list) else [value]
    return frozenset(
        day for word in words for day in _weekday_span(_text_of(word, "not a weekday: write mon, tue ..."))
    )


def _weekday_span(word: str) -> list[int]:
    first, _, last = word.strip().lower().partition("-")
    ends = [_weekday(first.strip()), _weekday((last or first).strip())]
    return [(ends[0] + step) % 7 for step in range((ends[1] - ends[0]) % 7 + 1)]


def _weekday(word: str) -> int:
    if len(word) < 3 or word[:3] not in WEEKDAYS:
        raise refusal(f"{word!r} is not a weekday{suggest(word, list(WEEKDAYS))}")
    return WEEKDAYS.index(word[:3])


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        raise refusal(f"{value!r} is not a time zone: write a name such as Europe/Berlin, or UTC") from None
    return value


def _url(value: str) -> str:
    wanted = "not a usable address: write it in full, beginning with https:// or http://"
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise refusal(wanted) from None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or re.search(r"[\s<>\"\\]", value):
        raise refusal(wanted)
    return value


def _network(value: object) -> IPv4Network | IPv6Network:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    wanted = "not a network: write an address and a prefix, such as 10.0.0.0/8 or 127.0.0.1/32"
    try:
        return ip_network(_text_of(value, wanted))
    except ValueError as error:
        detail = ": the address has host bits set" if "host bits" in str(error) else ""
        raise refusal(wanted + detail) from None


def only(holds: Callable[[str], object], refused: str) -> AfterValidator:
    """Return the check that refuses texts for which `holds` is false."""

    def check(value: str) -> str:
        if not holds(value):
            raise refusal(refused)
        return value

    return AfterValidator(check)


def _language(value: str) -> str:
    if not _LANGUAGE.match(value):
        raise refusal(f"{value[:20]!r} is not a language code: write two letters, such as en, zh or uk")
    return value


def one_or_many(value: object) -> object:
    """Turn a single word into a list of one."""
    return [value] if isinstance(value, str | Ambiguous) else value


def _schema(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


_DURATION_SCHEMA = _schema(r"^[0-9]+(\.[0-9]+)?[smhd]$", "90s", "15m", "1h", "7d")
_TIME_SCHEMA = _schema(r"^[0-9]{1,2}:[0-9]{2}$", "08:00", "17:30")
_DAYS = {"type": "string", "examples": ["mon", "mon-fri", "sat"]}

Duration = Annotated[timedelta, BeforeValidator(_duration), _DURATION_SCHEMA]
LeadTime = Annotated[
    timedelta,
    BeforeValidator(_lead_time),
    _schema(r"^(none|all|[0-9]+(\.[0-9]+)?[smhd])$", "none", "6h", "1d", "all"),
]
Size = Annotated[
    int,
    BeforeValidator(_size),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "examples": ["500KB", "10MB"]}]}),
]
TimeOfDay = Annotated[time, BeforeValidator(_time), _TIME_SCHEMA]
Times = Annotated[
    tuple[TimeOfDay, ...],
    Field(min_length=1, max_length=24, strict=False),
    BeforeValidator(one_or_many),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9]{1,2}:[0-9]{2}$"},
                {"type": "array", "items": {"type": "string", "pattern": r"^[0-9]{1,2}:[0-9]{2}$"}, "minItems": 1},
            ]
        }
    ),
]
EVERY_DAY = frozenset(range(7))
Weekdays = Annotated[
    frozenset[int],
    BeforeValidator(_weekdays),
    WithJsonSchema({"anyOf": [_DAYS, {"type": "array", "items": _DAYS}]}),
]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
SeverityWord = Annotated[
    Severity, BeforeValidator(_severity), WithJsonSchema({"type": "string", "enum": list(SEVERITY_WORDS)})
]
Zone = Annotated[str, AfterValidator(_zone)]
Url = Annotated[str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": "^https?://"})]
Network = Annotated[
    IPv4Network | IPv6Network,
    BeforeValidator(_network),
    WithJsonSchema({"type": "string", "examples": ["10.0.0.0/8", "127.0.0.1/32"]}),
]
Word = Annotated[str, only(_WORD.match, "not a name: at most 100 letters, digits and signs, no spaces")]
Language = Annotated[str, AfterValidator(_language)]
Text = Annotated[str, only(str.strip, "must not be empty")]
Words = Annotated[
    tuple[Word, ...],
    Field(strict=False),
    BeforeValidator(one_or_many),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]

BroadcastWord = Literal["never", "severity", "development"]
