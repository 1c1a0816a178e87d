"""Extract article text and metadata from HTML pages, and detect walls.

Runs in worker processes; the only home of trafilatura.
"""
