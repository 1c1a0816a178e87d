"""What commands and pages do without a running daemon: match, replay, try feeds, manage the store.

Printing belongs to monitor.cli and monitor.web.
"""
