"""Change and show feeds.yml from the command line: list, add, remove, switch, import, export.

Requests to feeds live in `monitor.app.tools.try_feeds`.
"""
