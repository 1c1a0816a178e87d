"""Feed parser and extractor that run in worker processes, and their tasks.

The main process imports only this package, not the parsers.
"""
