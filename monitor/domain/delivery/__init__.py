"""Decide how a message is composed, when it may be sent, and what an attempt changed.

Sending and storing belong to adapters and storage.
"""
