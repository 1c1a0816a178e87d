"""Worker processes and threads: pool, batching, memory limits.

Nothing here knows what the tasks do.
"""
