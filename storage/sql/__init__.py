"""Database engine, column types, transactions, bulk statements.

Tables and their meaning belong to the subject packages.
"""
