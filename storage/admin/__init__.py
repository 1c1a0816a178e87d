"""Look after the whole store: lock, backup, transfer, retention, clock repair.

Subjects have packages of their own.
"""
