"""Read secrets from the environment and name everything that must never be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from monitor.config.models.settings import Settings
from monitor.config.yaml.source import file_problem
from monitor.domain.catalog import Problem
from monitor.domain.strings.redaction import HIDDEN

_LONGEST = 4096
_SHORTEST = 6
"""Characters: taking a shorter word out of every log line would make the log unreadable and guard nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secrets:
    """Secrets, which only the environment may hold; the repr names those set, never a value."""

    slack_bot_token: str | None = None
    slack_app_token: str | None = None
    slack_webhook_url: str | None = None
    database: str | None = None
    web_password: str | None = None

    def __repr__(self) -> str:
        given = [name for name in self.__slots__ if getattr(self, name)]
        return f"Secrets({', '.join(f'{name}={HIDDEN}' for name in given)})"

    def values(self) -> tuple[str, ...]:
        """Those that are set, to be kept out of whatever is shown."""
        return tuple(value for name in self.__slots__ if (value := getattr(self, name)))


_VARIABLES = {
    "slack_bot_token": "SLACK_BOT_TOKEN",
    "slack_app_token": "SLACK_APP_TOKEN",
    "slack_webhook_url": "SLACK_WEBHOOK_URL",
    "database": "WIREWATCH_DATABASE",
    "web_password": "WIREWATCH_WEB_PASSWORD",
}


def load_secrets(environment: Mapping[str, str]) -> tuple[Secrets, list[Problem]]:
    """Secrets from `NAME`, or from the file that `NAME_FILE` names; problems never quote a value.

    Surrounding white space is dropped; an empty value counts as not given, also one in a file: that is how a secret
    starts under Docker. An empty file for the database is a problem, for there is another to be used by mistake. Giving
    both ways is a problem.
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
    if not value and name != "WIREWATCH_DATABASE":
        return "", None
    if not value or len(content) > _LONGEST or "\n" in value:
        return "", f"{path} must hold one line of text"
    return value, None


def known_secrets(secrets: Secrets, settings: Settings) -> tuple[str, ...]:
    """Everything that must not be shown, the passwords inside addresses on their own too, longest first."""
    addresses = [text for text in (secrets.database, settings.database, settings.http.proxy) if text]
    passwords = [password for text in addresses if (password := urlsplit(text).password)]
    watch = [f"{parts.path}?{parts.query}".rstrip("?") for parts in (urlsplit(settings.heartbeat.url or ""),)]
    found = {*secrets.values(), *passwords, *map(unquote, passwords), *watch}
    return tuple(sorted((secret for secret in found if len(secret) >= _SHORTEST), key=len, reverse=True))
