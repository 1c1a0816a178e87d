"""Slack's documented error codes, and what each means for a message by the method that was called.

Sources: the "Errors" of https://docs.slack.dev/reference/methods/chat.postMessage, chat.update,
conversations.history and conversations.replies, and
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
"""

from enum import StrEnum


class SlackMethod(StrEnum):
    """Kind of a call, as far as the meaning of a refusal depends on it."""

    POST = "post"
    REPLY = "reply"
    EDIT = "edit"
    READ = "read"


class Meaning(StrEnum):
    """What a code says is wrong."""

    CREDENTIALS = "the app, its token or its rights: nothing can be sent until a person acts"
    CHANNEL = "this channel cannot be posted to; others can"
    THREAD = "this thread cannot be answered; its channel can be posted to"
    GONE = "the message is no longer there, or no longer ours to change"
    REQUEST = "the form of this request; its words may still pass"
    RATE = "too many requests"
    LATER = "a state of this message or workspace that passes"
    UNSURE = "in Slack's words, some aspect of the operation may have succeeded before the error was raised"


MEANINGS = {
    **dict.fromkeys(
        (
            "access_denied",
            "accesslimited",
            "account_inactive",
            "deprecated_endpoint",
            "ekm_access_denied",
            "enterprise_is_restricted",
            "invalid_auth",
            "invalid_token",
            "metadata_must_be_sent_from_app",
            "method_deprecated",
            "missing_scope",
            "no_active_hooks",
            "no_permission",
            "no_service",
            "no_service_id",
            "no_team",
            "not_allowed_token_type",
            "not_authed",
            "org_login_required",
            "team_access_not_granted",
            "team_disabled",
            "token_expired",
            "token_revoked",
            "two_factor_setup_required",
        ),
        Meaning.CREDENTIALS,
    ),
    **dict.fromkeys(
        (
            "action_prohibited",
            "as_user_not_supported",
            "cant_post_message",
            "channel_is_archived",
            "channel_not_found",
            "duplicate_channel_not_found",
            "is_archived",
            "is_inactive",
            "messages_tab_disabled",
            "method_not_supported_for_channel_type",
            "not_in_channel",
            "posting_to_general_channel_denied",
            "restricted_action",
            "restricted_action_read_only_channel",
            "restricted_action_thread_only_channel",
            "team_not_found",
            "user_not_found",
        ),
        Meaning.CHANNEL,
    ),
    **dict.fromkeys(
        (
            "cannot_reply_to_message",
            "cant_broadcast_message",
            "invalid_thread_ts",
            "restricted_action_non_threadable_channel",
            "restricted_action_thread_locked",
            "thread_not_found",
        ),
        Meaning.THREAD,
    ),
    **dict.fromkeys(
        (
            "block_mismatch",
            "cant_update_message",
            "duplicate_message_not_found",
            "edit_window_closed",
            "message_not_found",
        ),
        Meaning.GONE,
    ),
    **dict.fromkeys(
        (
            "attachment_payload_limit_exceeded",
            "invalid_arg_name",
            "invalid_arguments",
            "invalid_array_arg",
            "invalid_attachments",
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_charset",
            "invalid_cursor",
            "invalid_form_data",
            "invalid_limit",
            "invalid_metadata_filter_keys",
            "invalid_metadata_format",
            "invalid_metadata_schema",
            "invalid_payload",
            "invalid_post_type",
            "invalid_ts_latest",
            "invalid_ts_oldest",
            "markdown_text_conflict",
            "metadata_too_large",
            "missing_post_type",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_dual_broadcast_content_update",
            "no_text",
            "slack_connect_blocked_file_type",
            "slack_connect_canvas_sharing_blocked",
            "slack_connect_clip_sharing_blocked",
            "slack_connect_file_link_sharing_blocked",
            "slack_connect_file_upload_sharing_blocked",
            "slack_connect_lists_sharing_blocked",
            "too_many_attachments",
            "too_many_contact_cards",
        ),
        Meaning.REQUEST,
    ),
    **dict.fromkeys(("message_limit_exceeded", "rate_limited", "ratelimited", "rollup_error"), Meaning.RATE),
    **dict.fromkeys(
        ("external_channel_migrating", "streaming_state_conflict", "team_added_to_org", "update_failed"), Meaning.LATER
    ),
    **dict.fromkeys(("fatal_error", "internal_error", "request_timeout", "service_unavailable"), Meaning.UNSURE),
}
"""Each documented code by its meaning."""


def meaning_of(code: str, method: SlackMethod) -> Meaning | None:
    """Return what a code means for a call of `method`; None for a code that is not documented.

    An edit or a reply concerns one message: whatever is wrong with the message's channel or thread ends that edit or
    reply, and blocks no receiver; a reply then goes to the channel, and that post tells whether the channel is open.
    """
    meaning = MEANINGS.get(code)
    if meaning is None and code.startswith("restricted_action"):
        # a restriction that Slack adds later: of threads where its name says so, else of the channel
        meaning = Meaning.THREAD if "thread" in code else Meaning.CHANNEL
    if method is SlackMethod.EDIT and meaning in (Meaning.CHANNEL, Meaning.THREAD):
        return Meaning.GONE
    if method is SlackMethod.REPLY and meaning is Meaning.GONE:
        return Meaning.THREAD
    if method is SlackMethod.POST and meaning is Meaning.THREAD:
        return Meaning.REQUEST
    return meaning


WEBHOOK_GONE = frozenset(
    {
        "invalid_token",
        "no_active_hooks",
        "no_service",
        "no_service_id",
        "no_team",
        "team_disabled",
    }
)
"""The webhook itself is gone."""
