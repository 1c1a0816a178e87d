"""The steps a due row passes: poll, extract, triage, deliver; and reread, for pages behind alerts.

Steps decide nothing about concurrency: engines run them, stores and adapters are handed in as ports.
"""
