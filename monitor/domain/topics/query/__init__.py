"""Read the topic language: lexer, parser, syntax tree, errors with positions.

Evaluation belongs to monitor.domain.topics.plan.
"""
