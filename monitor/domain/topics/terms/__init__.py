"""Find the terms of all topics in a document at once.

Boolean logic over the terms belongs to monitor.domain.topics.plan.
"""
