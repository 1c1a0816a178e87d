"""The four steps a due row passes: poll, extract, triage, deliver.

Steps decide nothing about concurrency: engines run them, stores and adapters are handed in as ports.
"""
