"""Help authors of topics: warnings, example checks, suggestions.

The matcher does not import this package.
"""
