"""Parse feed documents into entries.

Runs in worker processes; the main process uses adapters.pooled.
"""
