"""Table definitions and schema upgrades.

Statements that read or write rows belong to the subject packages.
"""
