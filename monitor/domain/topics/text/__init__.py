"""Turn a text into tokens: folding, spelling variants, stems, sentences.

Queries are unknown here.
"""
