"""Feeds: identity of entries, poll decisions, intervals, redirects, trouble.

Requests and parsing belong to adapters.
"""
