"""Wirewatch: a daemon that watches the news and notifies people once of each development."""

__version__ = "0.2.0"
