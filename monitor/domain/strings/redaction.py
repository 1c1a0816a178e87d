"""Find secrets that strayed into a text, and hide them in logs and messages."""

import re
from collections.abc import Iterable

HIDDEN = "***"

_KINDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bx(?:ox[a-z](?:\.[a-z]+)?|app)-[0-9A-Za-z-]{6,}"), "a Slack token"),
    (
        re.compile(r"(?<=hooks\.slack\.com/)(?:services|workflows|triggers)/[^\s\"'<>]+", re.IGNORECASE),
        "a Slack webhook address",
    ),
    (
        re.compile(r"(?<=hooks\.slack-gov\.com/)(?:services|workflows|triggers)/[^\s\"'<>]+", re.IGNORECASE),
        "a Slack webhook address",
    ),
    # The name holds no colon: with one, the pattern would take quadratic time on "://a:a:a:a".
    (re.compile(r"(?<=://)[^\s/@:\"'<>]*:[^\s/\"'<>]+(?=@)"), "a password in an address"),
)
"""What is a secret wherever it stands."""

_IN_LOGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"((?:://|//))[^\s/@\"'<>]+@"), rf"\1{HIDDEN}@"),
    (
        re.compile(
            r"([?&;](?:[a-z0-9_.-]*(?:key|token|secret|passw(?:or)?d|pwd|pass|auth|sig|signature|credential)s?)=)"
            r"[^&#\s\"'<>]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(
            r"((?:authorization|cookie|x-api-key)['\"]?\s*[:=,]\s*(?:b(?=['\"]))?['\"]?)"
            r"(?:(?:bearer|basic|token|digest) +)?[^\s'\",;]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\b((?:password|passwd|pwd)\s*[=:]\s*['\"]?)[^\s'\",;&]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"\b(bearer|basic)( +)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1\2{HIDDEN}"),
)
"""What may be one, and is worth nothing in a log: credentials, and parameters that are named like keys."""


def redact(text: str) -> str:
    """Replace everything that certainly is a secret."""
    for pattern, _ in _KINDS:
        text = pattern.sub(HIDDEN, text)
    return text


def redact_all(text: str, known: Iterable[str] = ()) -> str:
    """Replace the `known` secrets, what is a secret, and what may be one."""
    for secret in known:
        text = text.replace(secret, HIDDEN)
    text = redact(text)
    for pattern, stand_in in _IN_LOGS:
        text = pattern.sub(stand_in, text)
    return text


def exposed_secrets(text: str) -> list[tuple[int, str]]:
    """Return where a secret seems to stand in a text, and of what kind."""
    return sorted((found.start(), kind) for pattern, kind in _KINDS for found in pattern.finditer(text))
