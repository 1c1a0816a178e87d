"""Wirewatch: watches the news and tells people what they asked to hear, once."""

__version__ = "0.1.0"
