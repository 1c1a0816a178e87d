"""Send messages over webhooks of any program and over Apprise.

Slack has its own package; what a message says belongs to monitor.domain.delivery.
"""
