"""Reduce an article text to the fingerprint that stories are compared by.

Comparing fingerprints belongs to monitor.domain.stories.
"""
