"""The full-text index: FTS5 on SQLite, tsvector on PostgreSQL.

Triggers note which articles changed; a background pass indexes them.
"""
