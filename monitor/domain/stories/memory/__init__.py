"""Compact in-memory tables of the story index: rows, postings, frequencies.

No decision about stories is made here.
"""
