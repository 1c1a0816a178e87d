"""Parts that live as long as the daemon: clock, compiled topics, reload, health, housekeeping.

Commands that run without a daemon use monitor.app.tools.
"""
