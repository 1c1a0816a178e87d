"""Slack's error codes by what they mean for a message.

Sources: https://docs.slack.dev/reference/methods/chat.postMessage#errors and
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
"""

CREDENTIALS = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "invalid_token",
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
    }
)
"""The app, its token or its rights: nothing can be sent until a person acts."""

CHANNEL = frozenset(
    {
        "action_prohibited",
        "as_user_not_supported",
        "cannot_reply_to_message",
        "cant_post_message",
        "channel_is_archived",
        "channel_not_found",
        "is_archived",
        "messages_tab_disabled",
        "not_in_channel",
        "posting_to_general_channel_denied",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "slack_connect_canvas_sharing_blocked",
        "user_not_found",
    }
)
"""The channel cannot be posted to; others can."""

LAYOUT = frozenset(
    {
        "attachment_payload_limit_exceeded",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_payload",
        "markdown_text_conflict",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
    }
)
"""The message's form is refused; its words may still pass."""

GONE = frozenset(
    {
        "cant_broadcast_message",
        "cant_update_message",
        "edit_window_closed",
        "external_channel_migrating",
        "message_not_found",
        "thread_not_found",
        "update_failed",
    }
)
"""The message to be changed or answered is no longer there, or no longer ours to change."""

RATE = frozenset(
    {
        "message_limit_exceeded",
        "rate_limited",
        "ratelimited",
        "rollup_error",
    }
)
"""Too many."""

UNSURE = frozenset(
    {
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
    }
)
"""In Slack's words, some aspect of the operation may have succeeded before the error was raised."""

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
