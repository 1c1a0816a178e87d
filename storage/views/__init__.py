"""Reads for people: status, history, archive, deliveries, feedback.

Nothing here writes.
"""
