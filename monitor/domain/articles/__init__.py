"""Articles: entry, text, stage, and what an edit changed.

Fetching and storing belong elsewhere.
"""
