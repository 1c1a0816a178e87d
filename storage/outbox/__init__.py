"""The outbox: deliveries, silences, clicks.

Deciding what a message says belongs to monitor.domain.delivery.
"""
