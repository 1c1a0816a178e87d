"""What must never be shown: secrets from the environment, and how to recognise one that strayed into a text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.config.source import file_problem
from monitor.domain.catalog import Problem

_PATTERNS = (
    (re.compile(r"\bx(?:ox[a-z]|app)-[0-9A-Za-z-]{6,}"), "a Slack token"),
    (re.compile(r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[^\s\"'<>]+"), "a Slack webhook address"),
    (re.compile(r"(?<=://)[^\s/@\"']*:[^\s/@\"']+(?=@)"), "a password in an address"),
)
_HIDDEN = "***"
_LONGEST = 4096


def redact(text: str) -> str:
    """The text with everything that looks like a secret replaced."""
    for pattern, _ in _PATTERNS:
        text = pattern.sub(_HIDDEN, text)
    return text


def strays(text: str) -> list[tuple[int, str]]:
    """Where a secret seems to stand in a text, and of what kind."""
    return sorted((found.start(), kind) for pattern, kind in _PATTERNS for found in pattern.finditer(text))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secrets:
    """What only the environment may hold. Its repr and str tell which are set, never their values."""

    slack_bot_token: str | None = None
    slack_app_token: str | None = None
    slack_webhook_url: str | None = None
    database: str | None = None

    def __repr__(self) -> str:
        given = [name for name in self.__slots__ if getattr(self, name)]
        return f"Secrets({', '.join(f'{name}={_HIDDEN}' for name in given)})"

    def values(self) -> tuple[str, ...]:
        """Those that are set, to be kept out of whatever is shown."""
        return tuple(value for name in self.__slots__ if (value := getattr(self, name)))


_VARIABLES = {
    "slack_bot_token": "SLACK_BOT_TOKEN",
    "slack_app_token": "SLACK_APP_TOKEN",
    "slack_webhook_url": "SLACK_WEBHOOK_URL",
    "database": "WIREWATCH_DATABASE",
}


def load_secrets(environment: Mapping[str, str]) -> tuple[Secrets, list[Problem]]:
    """Secrets from `NAME`, or from the file that `NAME_FILE` names; problems never quote a value.

    Surrounding white space is dropped; an empty value counts as not given. Giving both ways is a problem.
    """
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for field, name in _VARIABLES.items():
        value, problem = _one(environment, name)
        if problem:
            problems.append(file_problem(f"${name}_FILE", problem))
        elif value:
            values[field] = value
    return Secrets(**values), problems


def _one(environment: Mapping[str, str], name: str) -> tuple[str, str | None]:
    direct = environment.get(name, "").strip()
    path = environment.get(f"{name}_FILE", "").strip()
    if not path:
        return direct, None
    if direct:
        return "", f"both {name} and {name}_FILE are set: keep one"
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(_LONGEST + 1)
        value = content.decode("utf-8-sig").strip()
    except OSError as error:
        return "", f"cannot read {path}: {error.strerror or 'not readable'}"
    except UnicodeDecodeError:
        return "", f"{path} is not UTF-8 text"
    if not value or len(content) > _LONGEST or "\n" in value:
        return "", f"{path} must hold one line of text"
    return value, None
