"""What an answer of Slack, or its absence, means for a message: all that slack-sdk and urllib raise is mapped here."""

import socket
import ssl
from collections.abc import Mapping
from datetime import timedelta
from http.client import HTTPException
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError, SlackObjectFormationError, SlackRequestError

from monitor.adapters.slack.deadline import TooLate
from monitor.adapters.slack.error_codes import WEBHOOK_GONE, Meaning, SlackMethod, meaning_of
from monitor.domain.alerts.alert import NotSent, Unknown
from monitor.domain.delivery.attempt import HistoryUnreadable

DEFAULT_RETRY_AFTER = timedelta(seconds=30)
_LONGEST_RETRY_AFTER = timedelta(hours=1)


CALL_ERRORS = (
    SlackClientError,
    OSError,
    HTTPException,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    RecursionError,
)
"""All that a call may raise for the network's or the other side's sake; the last four for bodies that are JSON but no
object, name unknown encodings, or are nested without end."""


def failure_of(error: Exception, method: SlackMethod = SlackMethod.POST) -> NotSent | Unknown:
    """Judge an exception of a call: not sent only where nothing can have reached Slack."""
    match error:
        case SlackApiError():
            return _answer_of(error, method)
        case SlackRequestError() | SlackObjectFormationError():
            return NotSent(reason=f"the request cannot be made: {error}", scope=NotSent.Scope.MESSAGE)
        case URLError():
            return _unreachable(error.reason)
        case TooLate():
            return _unreachable(error)
        case TimeoutError():
            return Unknown(reason="no answer in time")
        case ssl.SSLCertVerificationError() | socket.gaierror() | ConnectionRefusedError():
            return _unreachable(error)
        case OSError() | HTTPException():
            return Unknown(reason=f"connection lost: {type(error).__name__}")
        case _:
            return Unknown(reason="an answer that is not Slack's")


def refusal_of(
    code: str, headers: Mapping[str, str], *, method: SlackMethod = SlackMethod.POST, needed: str = ""
) -> NotSent | Unknown:
    """Judge `ok: false` with that error, by the method that was called."""
    match meaning_of(code, method):
        case Meaning.RATE:
            return NotSent(reason="asked to slow down", retry_after=retry_after(headers), scope=NotSent.Scope.RECEIVER)
        case Meaning.CREDENTIALS:
            reason = f"{code} (needs {needed})" if needed else code
            return NotSent(reason=reason, permanent=True, scope=NotSent.Scope.APP)
        case Meaning.CHANNEL:
            return NotSent(reason=code, permanent=True, scope=NotSent.Scope.RECEIVER)
        case Meaning.THREAD:
            return NotSent(reason=code, permanent=True, scope=NotSent.Scope.THREAD)
        case Meaning.GONE:
            return NotSent(reason=code, permanent=True, scope=NotSent.Scope.MESSAGE)
        case Meaning.UNSURE:
            return Unknown(reason=code)
        case Meaning.LATER if code == "team_added_to_org":
            return NotSent(reason=code, scope=NotSent.Scope.APP)
        case _:  # the form of the message, a passing state of it, or a code that is not documented
            return NotSent(reason=code, scope=NotSent.Scope.MESSAGE)


def status_of(status: int, headers: Mapping[str, str]) -> NotSent | Unknown:
    """Judge an HTTP status whose body says nothing usable.

    A server's error may come after it accepted the message.
    """
    if status == 429:
        return refusal_of("ratelimited", headers)
    if status in (401, 403):
        return NotSent(reason=f"HTTP {status}", permanent=True, scope=NotSent.Scope.APP)
    if 400 <= status < 500:
        return NotSent(reason=f"HTTP {status}", scope=NotSent.Scope.MESSAGE)
    return Unknown(reason=f"HTTP {status}")


def unreadable(answer: NotSent | Unknown) -> HistoryUnreadable:
    """Judge a failed reading of history.

    Permanent are lacking rights, a lost channel, and a request that Slack does not take: each would be answered the
    same way for ever. A token that is refused, an outage and a rate limit pass.
    """
    if isinstance(answer, Unknown):
        return HistoryUnreadable(reason=answer.reason)
    passing = answer.retry_after is not None or meaning_of(answer.reason, SlackMethod.READ) is Meaning.LATER
    lacking = answer.scope is not NotSent.Scope.APP or answer.reason.startswith(_LACKING_RIGHTS)
    return HistoryUnreadable(
        reason=answer.reason, permanent=lacking and not passing and answer.begun, retry_after=answer.retry_after
    )


_LACKING_RIGHTS = (
    "access_denied",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "team_access_not_granted",
)
"""Rights that a token lacks for reading history though it may post."""


def webhook_refusal(status: int, body: str, headers: Mapping[str, str]) -> NotSent | Unknown:
    """Judge an incoming webhook's answer other than `ok`: a status and a word."""
    code = body.strip()[:60]
    if status == 429:
        return refusal_of("ratelimited", headers)
    if status >= 500 or status < 400:
        return Unknown(reason=f"HTTP {status}" if status >= 500 else "an answer that is not Slack's")
    if code in WEBHOOK_GONE:
        return NotSent(reason=code, permanent=True, scope=NotSent.Scope.APP)
    if meaning_of(code, SlackMethod.POST) in (Meaning.CHANNEL, Meaning.REQUEST):
        return refusal_of(code, headers)
    return status_of(status, headers)


def retry_after(headers: Mapping[str, str]) -> timedelta:
    """Return the header's span, between one second and an hour; 30 s where it is unusable."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    if not value.strip().isdecimal():
        return DEFAULT_RETRY_AFTER
    return min(max(timedelta(seconds=int(value.strip()[:9])), timedelta(seconds=1)), _LONGEST_RETRY_AFTER)


def _answer_of(error: SlackApiError, method: SlackMethod) -> NotSent | Unknown:
    response = error.response
    status, headers = getattr(response, "status_code", 0), dict(getattr(response, "headers", None) or {})
    body = getattr(response, "data", None)
    code = body.get("error") if isinstance(body, dict) else None
    if status == 429:
        return refusal_of("ratelimited", headers)
    if not isinstance(code, str) or not code.replace("_", "").isalnum():
        # a body that is not Slack's JSON (slack-sdk then puts a sentence in `error`): whose answer it is, is unknown
        return Unknown(reason="an answer that is not Slack's") if status == 200 else status_of(status, headers)
    if status >= 500:
        return Unknown(reason=f"HTTP {status}")
    needed = str(body.get("needed") or "") if isinstance(body, dict) else ""
    return refusal_of(code, headers, method=method, needed=needed)


def _unreachable(reason: object) -> NotSent | Unknown:
    """Judge a failed connection; a timeout or a reset may have come after the request was written."""
    if isinstance(reason, TooLate):
        return NotSent(reason=str(reason), begun=False)
    if isinstance(reason, socket.gaierror):
        return NotSent(reason="Slack's name was not found", scope=NotSent.Scope.APP)
    if isinstance(reason, ConnectionRefusedError):
        return NotSent(reason="connection refused", scope=NotSent.Scope.APP)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return NotSent(reason="certificate refused", scope=NotSent.Scope.APP)
    if isinstance(reason, OSError) and reason.errno in _NO_ROUTE:
        return NotSent(reason="no route to Slack", scope=NotSent.Scope.APP)
    if isinstance(reason, TimeoutError):
        return Unknown(reason="no answer in time")
    return Unknown(reason=f"connection lost: {type(reason).__name__}")


_NO_ROUTE = frozenset({100, 101, 113})
"""ENETDOWN, ENETUNREACH, EHOSTUNREACH of connect(2) on Linux."""
