"""Send messages to Slack and receive clicks: blocks, client, error codes, Socket Mode.

The only home of slack_sdk.
"""
