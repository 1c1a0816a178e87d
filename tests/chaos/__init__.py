"""The chaos test: the real daemon as a process, killed again and again, between feeds and a Slack that both misbehave.

`scripts/chaos --help` runs it. Nothing in the product knows that it is under test: the process is started through
`victim.py`, which wraps what it runs.
"""
