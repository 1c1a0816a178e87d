"""Every error slack-sdk and the network can raise means something, and "not sent" only where it is certain."""

import http.client
import inspect
import socket
import ssl
import urllib.error
from datetime import timedelta
from email.message import Message as Headers

import pytest
import slack_sdk.errors
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse, WebClient

from monitor.adapters.slack.deadline import TooLate
from monitor.adapters.slack.error_codes import SlackMethod
from monitor.adapters.slack.errors import (
    CALL_ERRORS,
    failure_of,
    refusal_of,
    retry_after,
    status_of,
    unreadable,
    webhook_refusal,
)
from monitor.domain.alerts.alert import NotSent, Unknown
from monitor.domain.delivery.attempt import HistoryUnreadable

APP, RECEIVER, MESSAGE = NotSent.Scope.APP, NotSent.Scope.RECEIVER, NotSent.Scope.MESSAGE


def subclasses(kind: type) -> set[type]:
    return {kind}.union(*(subclasses(below) for below in kind.__subclasses__()))


def answer(data: object, status: int = 200, headers: dict[str, str] | None = None) -> SlackApiError:
    response = SlackResponse(
        client=WebClient(),
        http_verb="POST",
        api_url="",
        req_args={},
        data=data,
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError("", response)


def test_every_exception_class_of_slack_sdk_is_mapped() -> None:
    known = {kind for _, kind in inspect.getmembers(slack_sdk.errors, inspect.isclass) if issubclass(kind, Exception)}
    assert len(known) >= 7
    assert all(issubclass(kind, CALL_ERRORS) for kind in known)
    for kind in known | subclasses(SlackClientError):
        error = kind("x", answer({}).response) if kind is SlackApiError else kind(answer({"ok": False}))
        assert isinstance(failure_of(error), NotSent | Unknown)


@pytest.mark.parametrize(
    "error",
    [
        socket.gaierror(-2, "Name or service not known"),
        ConnectionRefusedError(111, "refused"),
        OSError(113, "No route to host"),
        ssl.SSLCertVerificationError(1, "certificate verify failed"),
    ],
)
def test_nothing_was_sent_where_no_connection_came_about(error: OSError) -> None:
    assert failure_of(urllib.error.URLError(error)) == NotSent(
        reason=failure_of(urllib.error.URLError(error)).reason, scope=APP
    )


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        urllib.error.URLError(TimeoutError()),
        urllib.error.URLError(ConnectionResetError()),
        urllib.error.URLError(ssl.SSLEOFError()),
        ConnectionResetError(),
        BrokenPipeError(),
        http.client.RemoteDisconnected(),
        http.client.IncompleteRead(b"half"),
        http.client.BadStatusLine("x"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, ""),
        LookupError("unknown encoding: x"),
        AttributeError("'list' object has no attribute 'get'"),
        RecursionError(),
        urllib.error.HTTPError("", 502, "", Headers(), None),
    ],
)
def test_everything_after_that_is_unknown(error: Exception) -> None:
    assert isinstance(error, CALL_ERRORS)
    assert isinstance(failure_of(error), Unknown)


THREAD = NotSent.Scope.THREAD

DOCUMENTED = {
    "not_authed invalid_auth access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied "
    "enterprise_is_restricted metadata_must_be_sent_from_app method_deprecated missing_scope no_permission "
    "not_allowed_token_type org_login_required team_access_not_granted token_expired token_revoked "
    "two_factor_setup_required": ("app", "app", "app"),
    "channel_not_found duplicate_channel_not_found is_archived is_inactive messages_tab_disabled not_in_channel "
    "restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel team_not_found "
    "user_not_found as_user_not_supported cant_post_message": ("receiver", "receiver", "drop"),
    "cannot_reply_to_message thread_not_found restricted_action_thread_locked cant_broadcast_message "
    "restricted_action_non_threadable_channel invalid_thread_ts": ("message", "thread", "drop"),
    "message_not_found cant_update_message edit_window_closed block_mismatch duplicate_message_not_found": (
        "drop",
        "thread",
        "drop",
    ),
    "msg_too_long no_text too_many_attachments invalid_blocks invalid_blocks_format invalid_metadata_format "
    "invalid_metadata_schema metadata_too_large markdown_text_conflict msg_blocks_too_long invalid_arguments "
    "invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type missing_post_type "
    "attachment_payload_limit_exceeded no_dual_broadcast_content_update invalid_attachments too_many_contact_cards "
    "slack_connect_file_link_sharing_blocked slack_connect_canvas_sharing_blocked slack_connect_blocked_file_type "
    "slack_connect_clip_sharing_blocked slack_connect_file_upload_sharing_blocked update_failed "
    "slack_connect_lists_sharing_blocked external_channel_migrating streaming_state_conflict "
    "a_code_of_tomorrow": ("message", "message", "message"),
    "rate_limited ratelimited message_limit_exceeded": ("slow", "slow", "slow"),
    "fatal_error internal_error request_timeout service_unavailable": ("unknown", "unknown", "unknown"),
    "team_added_to_org": ("later", "later", "later"),
    "restricted_action_of_tomorrow": ("receiver", "receiver", "drop"),
    "restricted_action_thread_of_tomorrow": ("message", "thread", "drop"),
}
"""Every documented code of chat.postMessage and chat.update: what it means for a post, for a reply, and for an edit."""


def meant(code: str, method: SlackMethod) -> str:
    """The judgement in one word."""
    judged = refusal_of(code, {}, method=method)
    if isinstance(judged, Unknown):
        return "unknown"
    if judged.retry_after:
        return "slow"
    if judged.scope is MESSAGE:
        return "drop" if judged.permanent else "message"
    if judged.scope is APP:
        return "app" if judged.permanent else "later"
    assert judged.permanent
    return judged.scope.value


@pytest.mark.parametrize(
    ("code", "expected"), [(code, expected) for codes, expected in DOCUMENTED.items() for code in codes.split()]
)
def test_every_documented_code_is_judged_by_method(code: str, expected: tuple[str, str, str]) -> None:
    assert tuple(meant(code, method) for method in (SlackMethod.POST, SlackMethod.REPLY, SlackMethod.EDIT)) == expected


@pytest.mark.parametrize(
    ("codes", "permanent"),
    [
        ("channel_not_found not_in_channel is_archived missing_scope access_denied no_permission", True),
        ("not_allowed_token_type team_access_not_granted ekm_access_denied enterprise_is_restricted", True),
        ("invalid_arguments invalid_cursor invalid_limit invalid_ts_latest invalid_ts_oldest invalid_charset", True),
        (
            "invalid_metadata_filter_keys method_not_supported_for_channel_type invalid_post_type a_code_of_tomorrow",
            True,
        ),
        ("invalid_auth not_authed account_inactive token_expired token_revoked org_login_required", False),
        ("ratelimited fatal_error internal_error request_timeout service_unavailable team_added_to_org", False),
    ],
)
def test_every_documented_code_of_reading_history_is_judged(codes: str, permanent: bool) -> None:
    for code in codes.split():
        assert unreadable(refusal_of(code, {}, method=SlackMethod.READ)).permanent is permanent, code


def test_a_thread_that_is_gone_is_told_from_a_history_that_cannot_be_read() -> None:
    gone = refusal_of("thread_not_found", {}, method=SlackMethod.READ)
    assert isinstance(gone, NotSent)
    assert gone.scope is THREAD


@pytest.mark.parametrize(
    ("data", "status", "expected"),
    [
        ({"ok": False, "error": "invalid_auth"}, 200, NotSent(reason="invalid_auth", permanent=True, scope=APP)),
        (
            {"ok": False, "error": "missing_scope", "needed": "chat:write"},
            200,
            NotSent(reason="missing_scope (needs chat:write)", permanent=True, scope=APP),
        ),
        ({"ok": False, "error": "is_archived"}, 200, NotSent(reason="is_archived", permanent=True, scope=RECEIVER)),
        (
            {"ok": False, "error": "restricted_action_of_tomorrow"},
            200,
            NotSent(reason="restricted_action_of_tomorrow", permanent=True, scope=RECEIVER),
        ),
        ({"ok": False, "error": "invalid_blocks"}, 200, NotSent(reason="invalid_blocks", scope=MESSAGE)),
        ({"ok": False, "error": "never_heard_of"}, 200, NotSent(reason="never_heard_of", scope=MESSAGE)),
        (
            {"ok": False, "error": "message_not_found"},
            200,
            NotSent(reason="message_not_found", permanent=True, scope=MESSAGE),
        ),
        ({"ok": False, "error": "fatal_error"}, 200, Unknown(reason="fatal_error")),
        ({"ok": False, "error": "internal_error"}, 500, Unknown(reason="HTTP 500")),
        ({"ok": False, "error": "Received a response in a non-JSON format"}, 503, Unknown(reason="HTTP 503")),
        (
            {"ok": False, "error": "Received a response in a non-JSON format"},
            200,
            Unknown(reason="an answer that is not Slack's"),
        ),
        (
            {"ok": False, "error": "ratelimited"},
            429,
            NotSent(reason="asked to slow down", retry_after=timedelta(seconds=30), scope=RECEIVER),
        ),
    ],
)
def test_what_slack_answers(data: object, status: int, expected: NotSent | Unknown) -> None:
    assert failure_of(answer(data, status)) == expected


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 1), ("999999", 3600), ("soon", 30), ("-5", 30), ("", 30), ("1.5", 30), ("9" * 50, 3600)],
)
def test_retry_after_in_whatever_form(value: str, seconds: int) -> None:
    assert retry_after({"RETRY-after": value}) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("status", "body", "kind", "scope"),
    [
        (404, "no_service", NotSent, APP),
        (403, "invalid_token", NotSent, APP),
        (410, "channel_is_archived", NotSent, RECEIVER),
        (400, "invalid_payload", NotSent, MESSAGE),
        (400, "something_new", NotSent, MESSAGE),
        (429, "", NotSent, RECEIVER),
        (200, "<html>log in</html>", Unknown, None),
        (500, "rollup_error", Unknown, None),
        (503, "", Unknown, None),
    ],
)
def test_what_a_webhook_answers(status: int, body: str, kind: type, scope: NotSent.Scope | None) -> None:
    meant = webhook_refusal(status, body, {})
    assert isinstance(meant, kind)
    if isinstance(meant, NotSent):
        assert meant.scope is scope


def test_a_history_that_cannot_be_read_for_good_and_one_that_cannot_be_read_now() -> None:
    assert unreadable(refusal_of("missing_scope", {})).permanent
    assert unreadable(refusal_of("not_in_channel", {})).permanent
    assert not unreadable(refusal_of("token_revoked", {})).permanent, "a new token may read it"
    assert not unreadable(refusal_of("ratelimited", {})).permanent
    assert not unreadable(status_of(503, {})).permanent


SLOW = {"Retry-After": "7"}
SLOW_DOWN = NotSent(reason="asked to slow down", retry_after=timedelta(seconds=7), scope=RECEIVER)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (429, SLOW_DOWN),
        (400, NotSent(reason="HTTP 400", scope=MESSAGE)),
        (401, NotSent(reason="HTTP 401", permanent=True, scope=APP)),
        (402, NotSent(reason="HTTP 402", scope=MESSAGE)),
        (403, NotSent(reason="HTTP 403", permanent=True, scope=APP)),
        (499, NotSent(reason="HTTP 499", scope=MESSAGE)),
        (500, Unknown(reason="HTTP 500")),
        (399, Unknown(reason="HTTP 399")),
    ],
)
def test_a_status_alone(status: int, expected: NotSent | Unknown) -> None:
    assert status_of(status, SLOW) == expected


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, "", SLOW_DOWN),
        (500, "", Unknown(reason="HTTP 500")),
        (503, "", Unknown(reason="HTTP 503")),
        (200, "<html>", Unknown(reason="an answer that is not Slack's")),
        (399, "", Unknown(reason="an answer that is not Slack's")),
        (400, "whatever", NotSent(reason="HTTP 400", scope=MESSAGE)),
        (403, "whatever", NotSent(reason="HTTP 403", permanent=True, scope=APP)),
        (404, " channel_not_found\n", NotSent(reason="channel_not_found", permanent=True, scope=RECEIVER)),
        (403, "invalid_token", NotSent(reason="invalid_token", permanent=True, scope=APP)),
    ],
)
def test_a_webhooks_answer_in_full(status: int, body: str, expected: NotSent | Unknown) -> None:
    assert webhook_refusal(status, body, SLOW) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Unknown(reason="HTTP 500"), HistoryUnreadable(reason="HTTP 500")),
        (SLOW_DOWN, HistoryUnreadable(reason="asked to slow down", retry_after=timedelta(seconds=7))),
        (
            NotSent(reason="channel_not_found", permanent=True, scope=RECEIVER),
            HistoryUnreadable(reason="channel_not_found", permanent=True),
        ),
        (
            NotSent(reason="missing_scope (needs x)", permanent=True, scope=APP),
            HistoryUnreadable(reason="missing_scope (needs x)", permanent=True),
        ),
        (NotSent(reason="token_revoked", permanent=True, scope=APP), HistoryUnreadable(reason="token_revoked")),
    ],
)
def test_a_history_that_cannot_be_read_in_full(given: NotSent | Unknown, expected: HistoryUnreadable) -> None:
    assert unreadable(given) == expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (socket.gaierror(-2, "x"), NotSent(reason="Slack's name was not found", scope=APP)),
        (ConnectionRefusedError(), NotSent(reason="connection refused", scope=APP)),
        (ssl.SSLCertVerificationError(), NotSent(reason="certificate refused", scope=APP)),
        (OSError(113, "x"), NotSent(reason="no route to Slack", scope=APP)),
        (TooLate("the turn is over"), NotSent(reason="the turn is over", begun=False)),
        (TimeoutError(), Unknown(reason="no answer in time")),
        (ConnectionResetError(), Unknown(reason="connection lost: ConnectionResetError")),
    ],
)
def test_a_connection_that_failed_in_full(reason: OSError, expected: NotSent | Unknown) -> None:
    assert failure_of(urllib.error.URLError(reason)) == expected


def test_slacks_own_limit_is_read_with_its_header_in_full() -> None:
    assert failure_of(answer({"ok": False, "error": "ratelimited"}, 429, SLOW)) == SLOW_DOWN
    assert failure_of(answer("<html>", 429, SLOW)) == SLOW_DOWN
    assert refusal_of("channel_not_found", {}) == NotSent(reason="channel_not_found", permanent=True, scope=RECEIVER)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), Unknown(reason="no answer in time")),
        (ConnectionResetError(), Unknown(reason="connection lost: ConnectionResetError")),
        (http.client.IncompleteRead(b""), Unknown(reason="connection lost: IncompleteRead")),
        (ValueError("odd"), Unknown(reason="an answer that is not Slack's")),
        (
            slack_sdk.errors.SlackRequestError("odd"),
            NotSent(reason="the request cannot be made: odd", scope=MESSAGE),
        ),
    ],
)
def test_an_error_without_an_answer_in_full(error: Exception, expected: NotSent | Unknown) -> None:
    assert failure_of(error) == expected
