"""Ask queries of an article: does it hold, where, how strongly, what is missing.

Reading queries belongs to monitor.domain.topics.query.
"""
