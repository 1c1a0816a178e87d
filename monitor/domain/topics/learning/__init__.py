"""Learn from verdicts: an explainable word model for each topic, and proposals for its query.

Nothing here changes a query by itself or decides alone; the examples of the configuration always win.
"""
