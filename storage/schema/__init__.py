"""Define the tables and upgrade the schema.

Statements that read or write rows belong to the subject packages.
"""
