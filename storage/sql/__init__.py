"""Open databases and run transactions: engine, column types, locks, upserts.

Tables and their meaning belong to the subject packages.
"""
